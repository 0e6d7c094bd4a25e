import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import type { ClassRow } from '../../../../models/certificate/classes.ts';
import { certifyClasses, irreversibleShare, testShift } from '../../../../models/certificate/classes.ts';

/** Rows whose chance of being wrong is `rate` x 2 in the less sure half, and almost none in the surer one. */
function rowsOf(count: number, called: ClassRow['called'], rate: number, seed: number, sources = 5): ClassRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_none, index) => {
    const confidence = random();
    const correct = random() >= (confidence < 0.5 ? 2 * rate : rate / 50);
    return { called, confidence, correct, source: `source ${index % sources}` };
  });
}

const options = { alpha: 0.02, delta: 0.1, madeFor: 'in-distribution' } as const;

describe('certificates of classes', () => {
  const rows = [...rowsOf(12_000, 'deterministic', 0.025, 1), ...rowsOf(3000, 'fixed', 0.01, 2)];
  const { classes } = certifyClasses(rows, options);

  it('give each class a threshold of its own, and the strictest to what cannot be undone', () => {
    expect(classes.fixed.threshold).toBeLessThan(classes.deterministic.threshold as number);
    expect(classes.irreversible.threshold).toBeGreaterThan(classes.deterministic.threshold as number);
    expect(classes.irreversible.threshold).toBeGreaterThan(0.45);
    expect(classes.irreversible.alpha).toBe(options.alpha * irreversibleShare);
    for (const one of Object.values(classes)) {
      expect(one.errorUpper).toBeLessThanOrEqual(one.alpha);
      expect(one.delta).toBeCloseTo(options.delta / 3);
    }
  });

  it('say what they were made for', () => {
    expect(classes.fixed.madeFor).toBe('in-distribution');
    const shifted = certifyClasses(rows, { ...options, madeFor: 'source-shifted' });
    expect(shifted.classes.fixed.madeFor).toBe('source-shifted');
    expect(shifted.classes.fixed.assumptions[0]).not.toBe(classes.fixed.assumptions[0]);
  });

  it('settle nothing of a class that proves nothing', () => {
    const few = certifyClasses(rowsOf(30, 'deterministic', 0, 3), options);
    expect(Object.values(few.classes).map(({ threshold }) => threshold)).toEqual([null, null, null]);
    expect(few.classes.irreversible.reason).toMatch(/at least \d+ settled ones are needed/);
  });

  it('keep the error budget on rows of the same kind about as often as they promise', () => {
    let broken = 0;
    for (let seed = 0; seed < 60; seed += 1) {
      const certified = certifyClasses(rowsOf(1500, 'deterministic', 0.03, 100 + seed), options);
      const { threshold } = certified.classes.deterministic;
      if (threshold === null) continue;
      // The true error of all that is settled, over confidences that are spread evenly.
      const below = Math.max(0, 0.5 - threshold);
      if ((below * 0.06 + Math.min(0.5, 1 - threshold) * 0.0006) / (1 - threshold) > options.alpha) broken += 1;
    }
    expect(broken / 60).toBeLessThanOrEqual(options.delta);
  });

  it('are found out by a shift test where a source errs more than those that they were made from', () => {
    const same = testShift(certifyClasses(rows, options), rowsOf(4000, 'fixed', 0.005, 4));
    expect(same.fixed).toMatchObject({ holds: true, sources: 5 });
    const other = rowsOf(2000, 'fixed', 0.3, 5, 1).map((row) => ({ ...row, source: 'new' }));
    const shifted = testShift(certifyClasses(rows, options), [...rowsOf(2000, 'fixed', 0.005, 6), ...other]);
    expect(shifted.fixed.holds).toBe(false);
    expect(shifted.fixed.worst?.source).toBe('new');
  });
});
