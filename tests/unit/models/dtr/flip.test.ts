import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { boostedLearner } from '../../../../models/dtr/trees/boosted-learner.ts';
import { ContentTrees } from '../../../../models/dtr/trees/content-trees.ts';
import type { Flip } from '../../../../models/dtr/flip.ts';
import { smallestFlip } from '../../../../models/dtr/flip.ts';
import { histogramCartLearner } from '../../../../models/dtr/trees/histogram-cart.ts';
import type { TreeProblem } from '../../../../models/dtr/trees/tree-learner.ts';

/** Columns of the schema that are counts, shares and flags alike; class by the first two of them. */
const columns = 6;

function problem(): TreeProblem {
  const random = seededRandom(11);
  const rows = 500;
  const values = Float64Array.from({ length: rows * columns }, () => Math.round(random() * 40) / 40);
  const labels = Uint8Array.from({ length: rows }, (_none, row) => {
    if ((values[row * columns + 3] as number) > 0.6) return 2;
    return (values[row * columns + 4] as number) > 0.4 ? 1 : 0;
  });
  const use = Int32Array.from({ length: rows }, (_none, row) => row);
  const weights = new Float32Array(rows).fill(1);
  const mixed = new Uint8Array(rows);
  return { values, rows, columns, labels, mixed, weights, use, check: use, seed: 1 };
}

function callOf(trees: ContentTrees, row: Float64Array): number {
  const out = new Float64Array(3);
  trees.classify(row, out);
  return out.indexOf(Math.max(...out));
}

/** Changes the row as the flips say. */
function changed(row: Float64Array, flips: readonly Flip[]): Float64Array {
  const other = row.slice();
  for (const { column, threshold, below } of flips) other[column] = below ? threshold - 1e-9 : threshold;
  return other;
}

describe.each([
  ['boosted trees', boostedLearner({ rounds: 12 })],
  ['one tree', histogramCartLearner()],
])('smallest flip of %s', (_name, learner) => {
  const data = problem();
  const trees = new ContentTrees(learner.fit(data));
  const rows = Array.from({ length: 200 }, (_none, row) => data.values.slice(row * columns, (row + 1) * columns));

  it('flips the answer as it says, and to what it says', () => {
    for (const row of rows) {
      const flips = smallestFlip(trees, row);
      expect(flips.length).toBeGreaterThan(0);
      const { to } = flips.at(-1) as Flip;
      expect(callOf(trees, changed(row, flips))).toBe(to);
      expect(to).not.toBe(callOf(trees, row));
      if (flips.length === 2) expect(callOf(trees, changed(row, flips.slice(0, 1)))).toBe(callOf(trees, row));
    }
  });

  it('names the feature that decides', () => {
    const flips = rows.map((row) => smallestFlip(trees, row));
    const deciding = flips.filter(([flip]) => flip?.column === 3 || flip?.column === 4).length;
    expect(deciding / rows.length).toBeGreaterThan(0.8);
  });

  it('finds one wherever trying every threshold of every feature finds one', () => {
    const thresholds = Array.from({ length: 41 }, (_none, step) => step / 40 - 0.0124);
    for (const row of rows.slice(0, 40)) {
      const before = callOf(trees, row);
      const found = Array.from({ length: columns }, (_none, column) => column).some((column) =>
        thresholds.some((value) => {
          const other = row.slice();
          other[column] = Math.max(0, value);
          return callOf(trees, other) !== before;
        }),
      );
      if (found) expect(smallestFlip(trees, row)).toHaveLength(1);
    }
  });
});
