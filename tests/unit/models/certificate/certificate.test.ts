import { describe, expect, it } from 'vitest';
import type { Random } from '../../../../engine/core/clock.ts';
import { seededRandom } from '../../../../engine/core/random.ts';
import {
  certify,
  clopperPearsonInterval,
  clopperPearsonLower,
  clopperPearsonUpper,
  estimateLabelNoise,
  type ScoredRow,
} from '../../../../models/certificate/certificate.ts';
import { binomialTail, incompleteBeta } from '../../../../models/binomial.ts';

interface Truth extends ScoredRow {
  readonly right: boolean;
}

/** Confidence is uniform; the model errs at 0.4 (1 - confidence)^2 (mean 13 %); labels are wrong at rate `noise`. */
function draw(count: number, noise: number, random: Random): Truth[] {
  return Array.from({ length: count }, () => {
    const confidence = random();
    const right = random() >= 0.4 * (1 - confidence) ** 2;
    const labelRight = random() >= noise;
    return { confidence, right, correct: right === labelRight };
  });
}

/** Mean of 0.4 (1 - c)^2 over confidences from `threshold` to 1. */
const trueErrorFrom = (threshold: number): number => (0.4 * (1 - threshold) ** 2) / 3;

describe('exact binomial bounds', () => {
  it('agree with published Clopper-Pearson values', () => {
    // R 4.3: binom.test(10, 100)$conf.int, binom.test(0, 20)$conf.int, binom.test(5, 1000)$conf.int
    const ten = clopperPearsonInterval(10, 100, 0.95);
    expect(ten.lower).toBeCloseTo(0.04900469, 7);
    expect(ten.upper).toBeCloseTo(0.1762226, 7);
    const none = clopperPearsonInterval(0, 20, 0.95);
    expect(none.lower).toBe(0);
    expect(none.upper).toBeCloseTo(0.1684335, 6);
    const few = clopperPearsonInterval(5, 1000, 0.95);
    expect(few.lower).toBeCloseTo(0.001625, 5);
    expect(few.upper).toBeCloseTo(0.011629, 5);
  });

  it('follow the closed form where there is no error', () => {
    for (const n of [1, 45, 3000, 1_000_000]) {
      expect(clopperPearsonUpper(0, n, 0.1)).toBeCloseTo(1 - 0.1 ** (1 / n), 10);
    }
  });

  it('equal the binomial sum term by term', () => {
    for (const [n, rate] of [
      [12, 0.3],
      [40, 0.05],
      [90, 0.8],
    ] as const) {
      let term = (1 - rate) ** n;
      let sum = 0;
      for (let errors = 0; errors < n; errors += 1) {
        sum += term;
        expect(binomialTail(errors, n, rate)).toBeCloseTo(sum, 10);
        term *= ((n - errors) / (errors + 1)) * (rate / (1 - rate));
      }
    }
  });

  it('stand at the ends where nothing is known', () => {
    expect(clopperPearsonUpper(0, 0, 0.1)).toBe(1);
    expect(clopperPearsonUpper(7, 7, 0.1)).toBe(1);
    expect(clopperPearsonLower(0, 9, 0.1)).toBe(0);
    expect(incompleteBeta(0.5, 3, 3)).toBeCloseTo(0.5, 12);
  });
});

describe('certify', () => {
  const alpha = 0.05;
  const delta = 0.1;

  it.each([
    ['trusted labels', 0],
    ['5 % wrong labels', 0.05],
  ])('keeps the true error below alpha in at least 1 - delta of 200 runs with %s', (_, noise) => {
    let broken = 0;
    let settled = 0;
    for (let run = 0; run < 200; run += 1) {
      const rows = draw(2000, noise, seededRandom(run + 1));
      const { threshold, coverage } = certify(rows, { alpha, delta, labelNoise: noise });
      settled += coverage;
      if (threshold !== null && trueErrorFrom(threshold) > alpha) broken += 1;
    }
    expect(broken).toBeLessThanOrEqual(20);
    // an oracle settles 61.2 %: 0.4 (1 - t)^2 / 3 = 0.05
    expect(settled / 200).toBeGreaterThan(noise === 0 ? 0.42 : 0.35);
  });

  it('keeps the budget with noise that it estimated itself from other rows', () => {
    let broken = 0;
    let settled = 0;
    for (let run = 0; run < 200; run += 1) {
      const random = seededRandom(1000 + run);
      const labelNoise = estimateLabelNoise(draw(2000, 0.05, random)).rate;
      const { threshold, coverage } = certify(draw(2000, 0.05, random), { alpha, delta, labelNoise });
      settled += coverage;
      if (threshold !== null && trueErrorFrom(threshold) > alpha) broken += 1;
    }
    expect(broken).toBeLessThanOrEqual(20);
    expect(settled / 200).toBeGreaterThan(0.2);
  });

  it('breaks the budget when noise is claimed that is not there', () => {
    let broken = 0;
    for (let run = 0; run < 50; run += 1) {
      const { threshold } = certify(draw(2000, 0, seededRandom(run)), { alpha, delta, labelNoise: 0.05 });
      if (threshold !== null && trueErrorFrom(threshold) > alpha) broken += 1;
    }
    expect(broken).toBeGreaterThan(25);
  });

  it('settles nothing and says how many rows are missing', () => {
    const result = certify(draw(30, 0, seededRandom(3)), { alpha, delta });
    expect(result).toMatchObject({ threshold: null, settled: 0, coverage: 0, rows: 30 });
    expect(result.reason).toBe('only 30 rows: at least 45 settled ones are needed to certify 5.00 %');
  });

  it('settles nothing where even the surest rows are wrong', () => {
    const rows = Array.from({ length: 500 }, (_, index) => ({ confidence: 0.99, correct: index % 3 > 0 }));
    const result = certify(rows, { alpha, delta });
    expect(result.threshold).toBeNull();
    expect(result.reason).toContain('too many to certify');
  });

  it('never settles a NaN', () => {
    const rows = [
      ...Array.from({ length: 300 }, () => ({ confidence: 0.9, correct: true })),
      ...Array.from({ length: 300 }, () => ({ confidence: Number.NaN, correct: false })),
    ];
    expect(certify(rows, { alpha, delta })).toMatchObject({ threshold: 0.9, settled: 300, coverage: 0.5 });
  });

  it('takes the start from rows that the bound does not see', () => {
    // the surest 200 rows are wrong more often than alpha; from there on the model is right
    const make = (seed: number): ScoredRow[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 4000 }, (_, index) => ({
        confidence: 1 - index / 4000,
        correct: index < 200 ? random() > 0.12 : random() > 0.005,
      }));
    };
    expect(certify(make(1), { alpha, delta }).threshold).toBeNull();
    const chosen = certify(make(1), { alpha, delta, choose: make(2) });
    expect(chosen.coverage).toBeGreaterThan(0.9);
    expect(chosen.errorUpper).toBeLessThanOrEqual(alpha);
  });

  it('names its assumptions', () => {
    const rows = draw(3000, 0.05, seededRandom(5));
    expect(certify(rows, { alpha, delta, labelNoise: 0.04 }).assumptions).toContain(
      'at least 4.00 % of the labels are wrong, independently of the content',
    );
  });
});

describe('estimateLabelNoise', () => {
  it('stays below the true noise in at least 95 % of 200 runs, and finds most of it', () => {
    let above = 0;
    let sum = 0;
    for (let run = 0; run < 200; run += 1) {
      const random = seededRandom(run + 7);
      // the model is right on the surer half
      const rows = Array.from({ length: 3000 }, () => {
        const confidence = random();
        const right = confidence > 0.45 || random() > 0.3;
        return { confidence, correct: right === random() >= 0.05 };
      });
      const { rate } = estimateLabelNoise(rows);
      sum += rate;
      if (rate > 0.05) above += 1;
    }
    expect(above).toBeLessThanOrEqual(10);
    expect(sum / 200).toBeGreaterThan(0.02);
  });

  it('does not take errors for noise that vanish among the surest', () => {
    const random = seededRandom(2);
    const rows = Array.from({ length: 4000 }, () => {
      const confidence = random();
      return { confidence, correct: random() > 0.4 * (1 - confidence) };
    });
    expect(estimateLabelNoise(rows).rate).toBeLessThan(0.02);
  });

  it('claims nothing without rows', () => {
    expect(estimateLabelNoise([])).toMatchObject({ rate: 0, rows: 0 });
  });
});
