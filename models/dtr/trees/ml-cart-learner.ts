import { DecisionTreeClassifier } from 'ml-cart';
import { binColumns } from './histogram.ts';
import type { TreeJson, TreeNode } from './tree-json.ts';
import { isSplit } from './tree-json.ts';
import type { TreeLearner, TreeModel, TreeProblem } from './tree-learner.ts';
import { treeClasses } from './tree-learner.ts';

/** ml-cart's trainer is quadratic in the rows (1.2 s at 1,000, 21 s at 4,000, measured): it gets no more than this. */
export const mlCartRowLimit = 1_500;
/** ... and only the columns that tell most by themselves, for its time grows with them too. */
const columnLimit = 32;

/** The library's own learner, for a cold start and as the reference of the artefact format. */
export function mlCartLearner(): TreeLearner {
  return {
    name: 'ml-cart',
    fit(problem: TreeProblem): TreeModel {
      const kept = problem.use.filter((row) => (problem.weights[row] as number) > 0).subarray(0, mlCartRowLimit);
      const columns = bestColumns(problem, kept);
      const rows = Array.from(kept, (row) =>
        columns.map((column) => problem.values[row * problem.columns + column] as number),
      );
      const tree = new DecisionTreeClassifier({ gainFunction: 'gini', maxDepth: 10, minNumSamples: 3 });
      tree.train(
        rows,
        Array.from(kept, (row) => problem.labels[row] as number),
      );
      const json = JSON.parse(JSON.stringify(tree.toJSON())) as TreeJson;
      const root = renumber(json.root, columns);
      return { kind: 'classifier', learner: 'ml-cart', trees: [{ ...json, root }], chains: [] };
    },
  };
}

/** Columns by the Gini gain of their best single split. */
function bestColumns(problem: TreeProblem, rows: Int32Array): number[] {
  const binned = binColumns(problem.values, problem.rows, problem.columns, 32);
  const gains = Array.from({ length: problem.columns }, (_none, column) => ({ column, gain: gainOf(column) }));
  return gains
    .toSorted((a, b) => b.gain - a.gain || a.column - b.column)
    .slice(0, columnLimit)
    .map(({ column }) => column);

  function gainOf(column: number): number {
    const classes = treeClasses.length;
    const histogram = new Float64Array(256 * classes);
    const all = new Float64Array(classes);
    for (const row of rows) {
      const label = problem.labels[row] as number;
      const slot = (binned.bins[column * binned.rows + row] as number) * classes + label;
      histogram[slot] = (histogram[slot] as number) + 1;
      all[label] = (all[label] as number) + 1;
    }
    const left = new Float64Array(classes);
    let best = 0;
    for (let bin = 0; bin < (binned.edges[column] as Float64Array).length; bin += 1) {
      let leftSum = 0;
      let leftSquares = 0;
      let rightSquares = 0;
      for (let k = 0; k < classes; k += 1) {
        const inLeft = (left[k] as number) + (histogram[bin * classes + k] as number);
        left[k] = inLeft;
        leftSum += inLeft;
        leftSquares += inLeft * inLeft;
        rightSquares += ((all[k] as number) - inLeft) ** 2;
      }
      if (leftSum === 0 || leftSum === rows.length) continue;
      best = Math.max(best, leftSquares / leftSum + rightSquares / (rows.length - leftSum));
    }
    return best;
  }
}

/** The tree was grown on a few columns; its questions are put to all of them. */
function renumber(node: TreeNode, columns: readonly number[]): TreeNode {
  if (!isSplit(node)) return node;
  return {
    ...node,
    splitColumn: columns[node.splitColumn] as number,
    left: renumber(node.left, columns),
    right: renumber(node.right, columns),
  };
}
