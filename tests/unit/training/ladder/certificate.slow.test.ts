import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { certifyLadder } from '../../../../training/ladder/certificate.ts';
import type { JudgedTurn } from '../../../../training/ladder/judged-turn.ts';

const options = { alpha: 0.05, delta: 0.1 };

/** How the router errs at each confidence, and how much of it an error of alpha lets an oracle settle. */
const routers = {
  /** 0.4 (1 - confidence)^2: it errs, if seldom, where it is surest. */
  gradual: { error: (share: number) => 0.4 * share ** 2, until: (share: number) => (0.4 * share ** 2) / 3 },
  /** Right on the surer 70 %, wrong in three tenths of the others. */
  sharp: {
    error: (share: number) => (share < 0.7 ? 0 : 0.3),
    until: (share: number) => (share < 0.7 ? 0 : (0.3 * (share - 0.7)) / share),
  },
};

/** Of every 20th message the mapper says something too, and is right. */
function taught(n: number, noise: number, seed: number, error: (share: number) => number): JudgedTurn[] {
  const random = seededRandom(seed);
  const proposal = (confidence: number, right: boolean) => ({
    label: 'csv',
    confidence,
    correct: right === random() >= noise,
    executes: false,
    unsafe: false,
  });
  return Array.from({ length: n }, (_, index) => {
    const share = random();
    return {
      conversation: `c${index}`,
      message: `m${index}`,
      dtr: proposal(1 - share, random() >= error(share)),
      lppm: index % 20 === 0 ? proposal(0.5, true) : null,
    };
  });
}

describe('certifyLadder with a teacher who is wrong now and then', () => {
  it.each([
    ['gradual', 0, null, 0.4],
    ['gradual', 0.05, null, 0.15],
    ['gradual', 0.1, null, 0],
    ['sharp', 0, null, 0.7],
    ['sharp', 0.05, null, 0.6],
    ['sharp', 0.1, null, 0.4],
    ['gradual', 0.1, 250, 0.15],
    ['sharp', 0, 250, 0.5],
    ['sharp', 0.1, 250, 0.5],
  ] as const)(
    'keeps the budget in at least 1 - delta of the runs: %s router, noise %d, %s messages judged by people',
    (kind, noise, words, least) => {
      const { error, until } = routers[kind];
      const runs = 30;
      let broken = 0;
      let settled = 0;
      for (let run = 0; run < runs; run += 1) {
        const turns = taught(4000, noise, run, error);
        const certifying = words === null ? turns.slice(1600) : taught(words, 0, run + 500, error);
        const { thresholds, certificate } = certifyLadder(
          { choosing: turns.slice(0, 1600), certifying, isAudited: words !== null },
          options,
        );
        const { standard } = thresholds.dtr;
        if (standard !== null && until(1 - standard) > options.alpha) broken += 1;
        settled += certificate.coverage / runs;
      }
      expect(broken).toBeLessThanOrEqual(runs * options.delta + 2);
      expect(settled).toBeGreaterThanOrEqual(least);
    },
    60_000,
  );
});
