import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { plainWordsLabel } from '../../../../models/dtr/mixed/plain-words.ts';
import { figuresOf, settleTurns } from '../../../../training/ladder/evaluate.ts';
import type { JudgedProposal, JudgedTurn } from '../../../../training/ladder/judged-turn.ts';
import { certifyLadder, fewestAudited } from '../../../../training/ladder/certificate.ts';

type Make = (index: number, share: number) => Partial<JudgedProposal> | null;

/** n messages with evenly falling confidence, by what each tier would have done. */
function judged(n: number, dtr: Make, lppm: Make = () => null): JudgedTurn[] {
  return Array.from({ length: n }, (_, index) => {
    const share = index / n;
    const base = {
      label: 'csv',
      confidence: 1 - share,
      correct: true,
      executes: false,
      unsafe: false,
      kind: 'reply' as const,
    };
    const of = (made: Partial<JudgedProposal> | null): JudgedProposal | null => made && { ...base, ...made };
    return {
      conversation: `c${index}`,
      message: `m${index}`,
      dtr: of(dtr(index, share)),
      lppm: of(lppm(index, share)),
    };
  });
}
const options = { alpha: 0.05, delta: 0.1 };
const certified = (turns: readonly JudgedTurn[], given = options) =>
  certifyLadder({ choosing: turns, certifying: turns }, given);

describe('certifyLadder', () => {
  it('lets a tier settle down to where it begins to err', () => {
    const turns = judged(600, (_, share) => ({ correct: share < 0.6 }));
    const { thresholds, certificate } = certified(turns);
    expect(thresholds.dtr.standard).toBeGreaterThan(0.35);
    expect(thresholds.dtr.standard).toBeLessThan(0.45);
    expect(certificate.errorUpper).toBeLessThanOrEqual(0.05);
    expect(certificate.coverage).toBeGreaterThan(0.55);
  });

  it('settles less for a smaller budget', () => {
    const turns = judged(2000, (index) => ({ correct: index % 20 !== 0 || index < 1300 }));
    const wide = certified(turns, { alpha: 0.05, delta: 0.1 }).certificate.coverage;
    const narrow = certified(turns, { alpha: 0.01, delta: 0.1 }).certificate.coverage;
    expect(narrow).toBeLessThan(wide);
    expect(narrow).toBeGreaterThan(0.6);
  });

  it.each<[string, JudgedTurn[]]>([
    ['ten messages', judged(10, () => ({}))],
    ['a tier that guesses', judged(600, (index) => ({ correct: index % 2 === 0 }))],
    ['no proposals', judged(600, () => null)],
    ['no messages', []],
  ])('passes everything up with %s, and says why', (_, turns) => {
    const { thresholds, certificate } = certified(turns);
    expect(thresholds).toEqual({ dtr: { standard: null, byLabel: {} }, lppm: { standard: null, byLabel: {} } });
    expect(certificate.settled).toBe(0);
    expect(certificate.reason).toMatch(/\w+ \w+/);
  });

  it('shares one budget: what a perfect tier leaves, the next may use', () => {
    const bad: Make = (index, share) => ({ correct: share < 0.5 || index % 8 !== 0 });
    const perfect: Make = (index) => (index % 2 === 0 ? { confidence: 0.99 } : null);
    const alone = certified(judged(1300, () => null, bad));
    const beside = certified(judged(1300, perfect, bad));
    expect(alone.certificate.coverage).toBeLessThan(0.95);
    expect(beside.certificate.coverage).toBe(1);
    expect(beside.certificate.errorUpper).toBeLessThanOrEqual(0.05);
  });

  it('asks more of executing than of storing where executions were unwanted', () => {
    const turns = judged(1200, (index, share) => {
      const executes = index % 2 === 0;
      const unsafe = executes && share > 0.5 && index % 10 === 0;
      return { executes, unsafe, correct: !unsafe, label: executes ? 'shell' : 'csv' };
    });
    const { standard, byLabel } = certified(turns, { alpha: 0.2, delta: 0.1 }).thresholds.dtr;
    expect(byLabel['shell']).toBeGreaterThan(standard ?? 1);
    expect(byLabel['csv']).toBeUndefined();
  });

  it('proves exactly what its thresholds will settle, also where executions are cut', () => {
    const turns = judged(
      2000,
      (index, share) => {
        const executes = index % 3 === 0;
        const unsafe = executes && share > 0.4 && index % 12 === 0;
        return { executes, unsafe, correct: !unsafe, label: executes ? 'shell' : 'csv' };
      },
      (index) =>
        index % 2 === 0
          ? { correct: index % 4 !== 0, label: 'say:hello' }
          : { correct: true, label: 'call:book', kind: 'call' },
    );
    const { thresholds, certificate } = certified(turns);
    const { settled, errors, coverage, unsafe } = figuresOf(settleTurns(turns, thresholds));
    expect(settled).toBeGreaterThan(1000);
    expect(unsafe).toBeLessThan(20);
    expect(certificate).toMatchObject({ settled, errors, coverage });
  });

  it('executes no command in plain words that was not certified by itself', () => {
    const few = judged(600, (index) => (index < 20 ? { executes: true, label: plainWordsLabel } : {}));
    expect(certified(few).thresholds.dtr).toMatchObject({ byLabel: { [plainWordsLabel]: null } });
    const many = judged(1200, (index) => (index % 2 === 0 ? { executes: true, label: plainWordsLabel } : {}));
    expect(certified(many).thresholds.dtr.byLabel[plainWordsLabel]).toBeGreaterThan(0);
  });
});

describe('a teacher who is wrong now and then', () => {
  /** The router is right where it is surer than .3, and wrong every third time below. */
  const router =
    (noise: (index: number) => boolean): Make =>
    (index, share) => {
      return { correct: (share < 0.7 || index % 3 !== 0) !== noise(index) };
    };

  it('is not counted as right because one tier has too few proposals to tell', () => {
    const random = seededRandom(3);
    const turns = judged(
      4000,
      router(() => random() < 0.1),
      (index) => (index % 20 === 0 ? { confidence: 0.5 } : null),
    );
    const { certificate, teacherNoise } = certified(turns);
    expect(teacherNoise).toBeGreaterThan(0.07);
    expect(teacherNoise).toBeLessThan(0.1);
    expect(certificate.labelNoise).toBeLessThanOrEqual(teacherNoise);
    expect(certificate.coverage).toBeGreaterThan(0.6);
  });

  it('has no say where people judged enough messages', () => {
    expect(fewestAudited(0.05, 0.1)).toBe(90);
    const turns = judged(
      1000,
      router((index) => index % 4 === 0),
    );
    const words = judged(
      150,
      router(() => false),
    );
    const { certificate, teacherNoise } = certifyLadder(
      { choosing: turns, certifying: words, isAudited: true },
      options,
    );
    expect(teacherNoise).toBeCloseTo(0.25, 1);
    expect(certificate).toMatchObject({ labelNoise: 0, rows: 150 });
    expect(certificate.coverage).toBeGreaterThan(0.5);
    expect(certificate.assumptions).toContain(
      'people or verifiers judged messages that were drawn at random, whatever became of them',
    );
    expect(certifyLadder({ choosing: turns, certifying: turns }, options).certificate.settled).toBe(0);
  });
});
