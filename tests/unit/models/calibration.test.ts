import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normal, seededRandom } from '../../../engine/core/random.ts';
import {
  applyIsotonic,
  areaUnderRoc,
  expectedCalibrationError,
  fitIsotonic,
  fitTemperature,
  reliabilityBins,
  softmax,
} from '../../../models/calibration.ts';
import { MajorityFloor } from '../../../models/majority.ts';

describe('expectedCalibrationError', () => {
  it('is the weighted gap between confidence and accuracy', () => {
    const rows = [
      ...Array.from({ length: 10 }, (_, index) => ({ confidence: 0.9, correct: index < 6 })),
      ...Array.from({ length: 30 }, (_, index) => ({ confidence: 0.5, correct: index < 15 })),
    ];
    expect(expectedCalibrationError(rows)).toBeCloseTo((10 * 0.3) / 40, 10);
    const full = reliabilityBins(rows).filter((bin) => bin.rows > 0);
    expect(full.map((bin) => [bin.rows, bin.accuracy])).toEqual([
      [30, 0.5],
      [10, 0.6],
    ]);
  });

  it('counts the ends 0 and 1', () => {
    const bins = reliabilityBins([
      { confidence: 0, correct: false },
      { confidence: 1, correct: true },
    ]);
    expect([bins[0]?.rows, bins[14]?.rows]).toEqual([1, 1]);
  });
});

describe('areaUnderRoc', () => {
  it('is the share of rightly ordered pairs, ties half', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ score: fc.integer({ min: 0, max: 5 }), positive: fc.boolean() })), (rows) => {
        const positives = rows.filter((row) => row.positive);
        const negatives = rows.filter((row) => !row.positive);
        let wins = 0;
        for (const a of positives)
          for (const b of negatives) wins += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0;
        const pairs = positives.length * negatives.length;
        expect(areaUnderRoc(rows)).toBeCloseTo(pairs === 0 ? 0.5 : wins / pairs, 10);
      }),
    );
  });
});

describe('fitTemperature', () => {
  it('finds the factor by which logits are too large', () => {
    const random = seededRandom(1);
    const logits: number[][] = [];
    const labels: number[] = [];
    for (let row = 0; row < 4000; row += 1) {
      const honest = Array.from({ length: 4 }, () => 1.5 * normal(random));
      const shares = softmax(honest);
      let left = random();
      labels.push(
        Math.max(
          0,
          shares.findIndex((share) => (left -= share) <= 0),
        ),
      );
      logits.push(honest.map((value) => value * 2.5));
    }
    expect(fitTemperature(logits, labels)).toBeCloseTo(2.5, 0);
    expect(fitTemperature([], [])).toBe(1);
  });
});

describe('isotonic calibration', () => {
  it('pools violators into rising steps', () => {
    const rows = [0, 1, 0, 1].map((bit, index) => ({ confidence: index / 10, correct: bit === 1 }));
    const map = fitIsotonic(rows, 0);
    expect(map.scores.map((score) => Math.round(score * 100) / 100)).toEqual([0, 0.15, 0.3]);
    expect(map.probabilities).toEqual([0, 0.5, 1]);
    expect(applyIsotonic(map, 0.15)).toBeCloseTo(0.5, 10);
    expect(applyIsotonic(map, -5)).toBe(0);
    expect(applyIsotonic(map, 5)).toBe(1);
    expect(applyIsotonic(map, Number.NaN)).toBe(0);
  });

  it('never falls', () => {
    const score = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.record({ confidence: score, correct: fc.boolean() })), score, score, (rows, a, b) => {
        const map = fitIsotonic(rows);
        expect(applyIsotonic(map, Math.min(a, b))).toBeLessThanOrEqual(applyIsotonic(map, Math.max(a, b)));
      }),
    );
  });

  it('makes over-sure scores honest on rows it did not see', () => {
    const random = seededRandom(4);
    const draw = () => {
      const confidence = 0.5 + random() / 2;
      return { confidence, correct: random() < confidence ** 2 };
    };
    const map = fitIsotonic(Array.from({ length: 5000 }, draw));
    const fresh = Array.from({ length: 5000 }, draw);
    expect(expectedCalibrationError(fresh)).toBeGreaterThan(0.1);
    const mapped = fresh.map((row) => ({ ...row, confidence: applyIsotonic(map, row.confidence) }));
    expect(expectedCalibrationError(mapped)).toBeLessThan(0.04);
  });
});

describe('majority floor', () => {
  it('always says the commonest label, also after save and load', async () => {
    const make = () => new MajorityFloor<string, number>((label) => label);
    const model = make();
    await expect(model.predict([1])).rejects.toMatchObject({ code: 'MODEL_NOT_FITTED' });
    await model.fit(['b', 'a', 'b', 'a', 'c'], { seed: 1 });
    expect(await model.predict([1, 2])).toMatchObject([{ label: 'a', confidence: 0.4 }, { label: 'a' }]);
    const folder = await mkdtemp(join(tmpdir(), 'majority-'));
    await model.save(folder);
    const copy = make();
    await copy.load(folder);
    expect(await copy.predict([1])).toEqual([{ label: 'a', confidence: 0.4 }]);
    await expect(make().load(tmpdir())).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
  });
});
