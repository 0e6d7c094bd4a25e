import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { settleTurns } from '../../../../training/ladder/evaluate.ts';
import type { JudgedTurn } from '../../../../training/ladder/judged-turn.ts';
import { certifyLadder } from '../../../../training/ladder/certificate.ts';
import { scopeOf } from '../../../../training/ladder/scope.ts';

const options = { alpha: 0.05, delta: 0.1 };

/** Messages of a log in which a share is foreign; the router takes some of these for its own, seldom when it is sure. */
function traffic(count: number, foreign: number, seed: number): { turns: JudgedTurn[]; strangers: Set<string> } {
  const random = seededRandom(seed);
  const strangers = new Set<string>();
  const turns = Array.from({ length: count }, (_, index): JudgedTurn => {
    const message = `m${index}`;
    const isForeign = random() < foreign;
    if (isForeign) strangers.add(message);
    const confidence = isForeign ? 0.9 * random() ** 2 : 1 - 0.4 * random() ** 2;
    const correct = !isForeign && random() < (confidence > 0.7 ? 0.99 : 0.9);
    const base = { label: 'a', executes: false, unsafe: false, kind: 'reply' as const };
    return { conversation: message, message, dtr: { ...base, confidence, correct }, lppm: null };
  });
  return { turns, strangers };
}

const errorOf = (turns: readonly JudgedTurn[], thresholds: Parameters<typeof settleTurns>[1]): number => {
  const settled = settleTurns(turns, thresholds).filter((row) => row.tier !== null);
  return settled.filter((row) => !row.correct).length / Math.max(1, settled.length);
};

describe('a ladder under more foreign messages than its log had', () => {
  const choosing = traffic(3000, 0.1, 1);
  const certifying = traffic(3000, 0.1, 2);
  const parts = { choosing: choosing.turns, certifying: certifying.turns };
  const { strangers } = certifying;

  it('says up to which share of them its budget holds', () => {
    const { thresholds, certificate } = certifyLadder(parts, { ...options, strangers });
    expect(certificate.scope?.observed).toBeCloseTo(0.1, 1);
    expect(certificate.scope?.holdsUpTo).toBeLessThan(0.5);
    expect(certificate.assumptions.join()).toMatch(/such as only an LLM can answer \(here \d+ % were\)/);
    expect(errorOf(traffic(6000, 0.5, 3).turns, thresholds)).toBeGreaterThan(options.alpha);
    const within = traffic(20_000, certificate.scope?.holdsUpTo ?? 0, 4).turns;
    expect(errorOf(within, thresholds)).toBeLessThanOrEqual(options.alpha);
  });

  it.each([0.25, 0.5])('keeps the budget under every share up to %d where that is asked for', (scopeShare) => {
    const { thresholds, certificate } = certifyLadder(parts, { ...options, strangers, scopeShare });
    expect(certificate.scope?.holdsUpTo).toBeGreaterThanOrEqual(scopeShare);
    expect(certificate.coverage).toBeGreaterThan(0.2);
    for (const share of [0, 0.1, 0.25, 0.5].filter((one) => one <= scopeShare)) {
      expect(errorOf(traffic(20_000, share, 5).turns, thresholds)).toBeLessThanOrEqual(options.alpha);
    }
  });

  it('settles nothing where too few foreign messages are known to tell', () => {
    const own = traffic(3000, 0, 2);
    const { thresholds, certificate } = certifyLadder(
      { ...parts, certifying: own.turns },
      { ...options, strangers: own.strangers, scopeShare: 0.5 },
    );
    expect(thresholds.dtr.standard).toBeNull();
    expect(certificate).toMatchObject({ settled: 0, coverage: 0 });
  });

  it('holds anywhere where nothing is settled', () => {
    const rows = settleTurns(certifying.turns, {
      dtr: { standard: null, byLabel: {} },
      lppm: { standard: null, byLabel: {} },
    });
    const terms = { ...options, labelNoise: 0, strangers };
    expect(scopeOf(rows, terms)).toMatchObject({ holdsUpTo: 0.5, errorUpper: 0 });
  });
});
