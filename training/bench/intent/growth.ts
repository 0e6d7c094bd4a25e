import { seededRandom, shuffle } from '../../../engine/core/random.ts';
import { certify } from '../../../models/certificate/certificate.ts';
import { LppmModel } from '../../../models/lppm/model.ts';
import { alphas, settledAt } from '../coverage.ts';
import { calledOf, callAll, exampleOf, outOfScope, type IntentData } from './data.ts';
import type { BenchRecord } from '../records.ts';

/** Small logs are cross-fitted finer: there each further row counts. */
const folds = { small: 5, large: 3, from: 4000 } as const;

/** What so many answers of a log are worth. */
export interface GrowthPoint {
  /** Rows that taught and certified: all that there were. */
  readonly answers: number;
  readonly accuracy: number;
  readonly certified: readonly { readonly alpha: number; readonly coverage: number; readonly error: number }[];
}

/**
 * Coverage by the number of logged answers, calibration and certification counted in: every answer both teaches and
 * certifies, scored by nets that did not see it. The first `sizes` of train and val, shuffled; `Infinity` takes all.
 */
export async function growthCurve(
  { train, val }: IntentData,
  test: readonly BenchRecord[],
  sizes: readonly number[],
  seed: number,
  delta: number,
): Promise<GrowthPoint[]> {
  const known = [...train, ...val.filter(({ label }) => label !== outOfScope)];
  const answers = shuffle([...known], seededRandom(seed));
  const inScope = test.filter(({ label }) => label !== outOfScope);
  const points: GrowthPoint[] = [];
  for (const size of sizes) {
    const rows = answers.slice(0, size);
    const model = new LppmModel();
    await model.fit(rows.map(exampleOf), { seed, folds: rows.length < folds.from ? folds.small : folds.large });
    const own = calledOf(model.crossFitted ?? [], rows);
    const called = await callAll(model, inScope);
    await model.dispose();
    points.push({
      answers: rows.length,
      accuracy: called.filter(({ correct }) => correct).length / Math.max(1, called.length),
      certified: alphas.map((alpha) => {
        const { settled, wrong } = settledAt(called, certify(own, { alpha, delta }).threshold);
        return { alpha, coverage: settled / Math.max(1, called.length), error: settled === 0 ? 0 : wrong / settled };
      }),
    });
  }
  return points;
}

/** Accuracy with a few examples of each intent, without and with the words of the intent's name as one more. */
export async function fewShots(
  { train }: IntentData,
  test: readonly BenchRecord[],
  shots: readonly number[],
  seed: number,
): Promise<{ shots: number; accuracy: number; withNames: number }[]> {
  const inScope = test.filter(({ label }) => label !== outOfScope);
  const order = shuffle([...train], seededRandom(seed));
  const names = [...new Set(train.map(({ label }) => String(label)))].map((label) => ({
    text: label.replace(/[_\-.]+/g, ' ').toLowerCase(),
    label,
  }));
  const points = [];
  for (const most of shots) {
    const taken = new Map<unknown, number>();
    const rows = order.filter(({ label }) => {
      const count = (taken.get(label) ?? 0) + 1;
      taken.set(label, count);
      return count <= most;
    });
    const accuracy = await accuracyOf(rows, inScope, seed);
    points.push({ shots: most, accuracy, withNames: await accuracyOf([...rows, ...names], inScope, seed) });
  }
  return points;
}

async function accuracyOf(rows: readonly BenchRecord[], test: readonly BenchRecord[], seed: number): Promise<number> {
  const model = new LppmModel();
  await model.fit(rows.map(exampleOf), { seed, calibration: [] });
  const called = await callAll(model, test);
  await model.dispose();
  return called.filter(({ correct }) => correct).length / Math.max(1, called.length);
}
