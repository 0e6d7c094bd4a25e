import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { splitBudget, type LadderRow } from '../../../../models/certificate/budget.ts';

const options = { tiers: ['dtr', 'lppm'], alpha: 0.05, delta: 0.1 } as const;

/** 60 % structured messages that the DTR settles at 0.5 % error; prose on which the LPPM errs at (1 - c)^2 / 2. */
function traffic(count: number, seed: number, noise = 0): LadderRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const structured = random() < 0.6;
    const confidence = random();
    const dtr = structured
      ? { confidence: 0.9 + random() / 10, right: random() > 0.005 }
      : { confidence: random() * 0.5, right: false };
    const labelRight = random() >= noise;
    const lppm = random() > (1 - confidence) ** 2 / 2;
    return [
      { confidence: dtr.confidence, correct: dtr.right === labelRight },
      structured ? null : { confidence, correct: lppm === labelRight },
    ];
  });
}

/** Share settled and true error for thresholds, by 200,000 fresh messages without noise. */
const fresh = traffic(200_000, 99);
function trueFigures(thresholds: readonly (number | null)[]): { coverage: number; error: number } {
  let settled = 0;
  let errors = 0;
  for (const row of fresh) {
    const index = thresholds.findIndex(
      (threshold, at) => threshold !== null && (row[at]?.confidence ?? -1) >= threshold,
    );
    if (index < 0) continue;
    settled += 1;
    if (row[index]?.correct === false) errors += 1;
  }
  return { coverage: settled / fresh.length, error: settled === 0 ? 0 : errors / settled };
}

describe('splitBudget', () => {
  it('gives the room that a near-perfect DTR leaves to the LPPM', () => {
    const joint = splitBudget(traffic(6000, 1), options);
    const [dtr, lppm] = joint.tiers;
    expect(dtr?.coverage).toBeGreaterThan(0.55);
    // alone the LPPM could settle 55 % of the prose at 5 %: 22 % of all; with the room of the DTR it settles more
    expect(lppm?.coverage).toBeGreaterThan(0.24);
    expect(lppm?.error).toBeGreaterThan(options.alpha);
    expect(joint.errorUpper).toBeLessThanOrEqual(options.alpha);
    expect(joint.settled).toBe((dtr?.settled ?? 0) + (lppm?.settled ?? 0));
  });

  it.each([0, 0.05, 0.1])(
    'keeps the joint error below alpha in at least 1 - delta of the runs (label noise %d)',
    (noise) => {
      let broken = 0;
      const runs = 30;
      for (let run = 0; run < runs; run += 1) {
        const { tiers } = splitBudget(traffic(3000, run + 10, noise), { ...options, labelNoise: noise });
        if (trueFigures(tiers.map((tier) => tier.threshold)).error > options.alpha) broken += 1;
      }
      expect(broken).toBeLessThanOrEqual(runs * 0.1 + 2);
    },
  );

  it('takes noise off only for tiers that are known to have it', () => {
    const certified = (noiseOfTiers: readonly number[]) =>
      splitBudget(traffic(6000, 4, 0.05), { ...options, labelNoise: 0.05, noiseOfTiers });
    const both = certified([0.05, 0.05]);
    const first = certified([0.05, 0]);
    expect(both.labelNoise).toBeCloseTo(0.05, 9);
    expect(first.labelNoise).toBeLessThan(0.05);
    expect(first.settled).toBeLessThan(both.settled);
    expect(first.settled).toBeGreaterThan(1500);
    expect(first.errorUpper).toBeLessThanOrEqual(options.alpha);
    expect(certified([0, 0]).settled).toBe(0);
  });

  it('leaves a tier off that would only spend the budget', () => {
    const random = seededRandom(5);
    const rows: LadderRow[] = Array.from({ length: 3000 }, () => [
      { confidence: random(), correct: random() > 0.3 },
      { confidence: 0.9, correct: random() > 0.01 },
    ]);
    const [dtr, lppm] = splitBudget(rows, options).tiers;
    expect(dtr?.coverage).toBeLessThan(0.15);
    expect(lppm?.coverage).toBeGreaterThan(0.85);
  });

  it('passes everything where nothing certifies, and says why', () => {
    const rows: LadderRow[] = Array.from({ length: 400 }, (_, index) => [
      { confidence: 0.9, correct: index % 4 > 1 },
      null,
    ]);
    const joint = splitBudget(rows, options);
    expect(joint.tiers.map((tier) => tier.threshold)).toEqual([null, null]);
    expect(joint).toMatchObject({ settled: 0, coverage: 0 });
    expect(joint.reason).toContain('no thresholds keep the error');
    expect(splitBudget([], options).settled).toBe(0);
  });

  it('leaves a tier off that settled none of the certifying rows', () => {
    const rows = (isSeen: boolean): LadderRow[] =>
      Array.from({ length: 400 }, (_, index): LadderRow => {
        if (index >= 40) return [null, { confidence: 0.9, correct: true }];
        return [isSeen ? { confidence: 0.99, correct: true } : null, null];
      });
    const thresholds = (isSeen: boolean) =>
      splitBudget(rows(isSeen), { ...options, choose: rows(true) }).tiers.map(({ threshold }) => threshold);
    expect(thresholds(true)).toEqual([0.99, 0.9]);
    expect(thresholds(false)).toEqual([null, 0.9]);
  });

  it('gives the same answer twice', () => {
    expect(splitBudget(traffic(2000, 3), options)).toEqual(splitBudget(traffic(2000, 3), options));
  });
});
