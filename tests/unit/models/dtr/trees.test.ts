import { DecisionTreeClassifier, DecisionTreeRegression } from 'ml-cart';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { boostedLearner } from '../../../../models/dtr/trees/boosted-learner.ts';
import { ContentTrees } from '../../../../models/dtr/trees/content-trees.ts';
import { binColumns, shortestBetween } from '../../../../models/dtr/trees/histogram.ts';
import { histogramCartLearner } from '../../../../models/dtr/trees/histogram-cart.ts';
import { mlCartLearner } from '../../../../models/dtr/trees/ml-cart-learner.ts';
import type { TreeLearner, TreeProblem } from '../../../../models/dtr/trees/tree-learner.ts';

const columns = 6;

/** Three classes that depend on two of six columns, with a few slips. */
function problem(rows: number): TreeProblem {
  const random = seededRandom(7);
  const values = Float64Array.from({ length: rows * columns }, () => Math.round(random() * 40) / 4);
  const labels = Uint8Array.from({ length: rows }, (_none, row) => {
    if (random() < 0.03) return Math.floor(random() * 3);
    if ((values[row * columns + 1] as number) > 6) return 2;
    return (values[row * columns + 4] as number) > 4 ? 1 : 0;
  });
  const indices = Int32Array.from({ length: rows }, (_none, row) => row);
  return {
    values,
    rows,
    columns,
    labels,
    mixed: labels.map((label) => (label === 1 ? 1 : 0)),
    weights: new Float32Array(rows).fill(1),
    use: indices.filter((row) => row % 5 !== 0),
    check: indices.filter((row) => row % 5 === 0),
    seed: 1,
  };
}

const learners: [string, TreeLearner][] = [
  ['ml-cart', mlCartLearner()],
  ['histogram CART', histogramCartLearner()],
  ['boosted trees', boostedLearner({ rounds: 10 })],
];

describe.each(learners)('%s', (_name, learner) => {
  const data = problem(300);
  const trees = new ContentTrees(learner.fit(data));
  const rowOf = (row: number): Float64Array => data.values.slice(row * columns, (row + 1) * columns);

  it('learns the rule behind the rows', () => {
    const out = new Float64Array(3);
    let right = 0;
    for (const row of data.check) {
      trees.classify(rowOf(row), out);
      if (out.indexOf(Math.max(...out)) === data.labels[row]) right += 1;
    }
    expect(right / data.check.length).toBeGreaterThan(0.85);
  });

  it('gives probabilities that add up to one', () => {
    const out = new Float64Array(3);
    for (const row of data.use) {
      trees.classify(rowOf(row), out);
      expect(out.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
    }
  });

  it('is served as ml-cart itself would serve the JSON', () => {
    const json = JSON.parse(JSON.stringify(trees.model.trees)) as typeof trees.model.trees;
    const rows = Array.from({ length: data.rows }, (_none, row) => Array.from(rowOf(row)));
    for (const [index, tree] of json.entries()) {
      const library =
        tree.name === 'DTClassifier' ? DecisionTreeClassifier.load(tree) : DecisionTreeRegression.load(tree);
      const expected = library.predict(rows);
      const served = rows.map((row) => {
        const leaf = trees.flat.leaf(index, Float64Array.from(row));
        if (tree.name === 'DTRegression') return trees.flat.value(leaf, 0);
        const shares = [0, 1, 2].map((k) => trees.flat.value(leaf, k));
        return shares.indexOf(Math.max(...shares));
      });
      expect(served).toEqual(expected);
    }
  });

  it('is the same for the same rows and seed', () => {
    expect(JSON.stringify(learner.fit(problem(300)))).toBe(JSON.stringify(trees.model));
  });
});

describe('histogram CART', () => {
  it('calls fewer rows that have to be read deterministic when that costs more', () => {
    const random = seededRandom(3);
    const rows = 600;
    const values = Float64Array.from({ length: rows }, () => random());
    // Class 2 and class 0 overlap: the higher the value, the likelier class 2.
    const labels = Uint8Array.from(values, (value) => (random() < value ? 2 : 0));
    const indices = Int32Array.from({ length: rows }, (_none, row) => row);
    const base = {
      values,
      rows,
      columns: 1,
      labels,
      mixed: new Uint8Array(rows),
      weights: new Float32Array(rows).fill(1),
    };
    const fooled = (cost: number): number => {
      const costs = [
        [0, 1, 1],
        [1, 0, 1],
        [cost, 1, 0],
      ];
      const learner = histogramCartLearner({ costs, depth: 4 });
      const trees = new ContentTrees(learner.fit({ ...base, use: indices, check: indices, seed: 1 }));
      const out = new Float64Array(3);
      return indices.filter((row) => {
        trees.classify(values.subarray(row, row + 1), out);
        return labels[row] === 2 && (out[0] as number) > (out[2] as number);
      }).length;
    };
    expect(fooled(8)).toBeLessThan(fooled(1));
  });
});

describe('binning', () => {
  it('cuts between values, with as few digits as will do', () => {
    expect(shortestBetween(0.1234, 0.1999)).toBe(0.16);
    expect(shortestBetween(1, 2)).toBe(2);
    const binned = binColumns(Float64Array.from([1, 2, 3, 4]), 4, 1);
    expect([...binned.bins]).toEqual([0, 1, 2, 3]);
  });
});
