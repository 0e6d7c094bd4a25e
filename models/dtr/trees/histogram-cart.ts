import type { Binned } from './histogram.ts';
import { binColumns } from './histogram.ts';
import type { TreeJson, TreeNode } from './tree-json.ts';
import type { TreeLearner, TreeModel, TreeProblem } from './tree-learner.ts';
import { readClass, treeClasses } from './tree-learner.ts';

export interface CartOptions {
  readonly depth: number;
  readonly minimumRows: number;
  /** Smallest drop of Gini impurity, as a share of all rows, for which a node is split. */
  readonly minimumGain: number;
  /**
   * `costs[truth][called]`: what it costs to call a row of class `truth` `called`. Rows count by the mean cost of
   * getting them wrong (class weights), and pruning weighs its mistakes by it.
   */
  readonly costs: readonly (readonly number[])[];
}

const classes = treeClasses.length;

const defaults: CartOptions = {
  depth: 14,
  minimumRows: 5,
  minimumGain: 1e-6,
  costs: [
    [0, 1, 1],
    [1.5, 0, 1],
    [3, 1.5, 0],
  ],
};

interface Grown {
  readonly counts: Float64Array;
  readonly support: number;
  column: number;
  threshold: number;
  gain: number;
  left: Grown | null;
  right: Grown | null;
}

/**
 * One classification tree (Breiman et al. 1984) on binned columns, Gini impurity, pruned bottom-up against the check
 * rows: a split that does not lower their cost is taken back. Leaves hold Laplace-smoothed class shares.
 */
export function histogramCartLearner(options: Partial<CartOptions> = {}): TreeLearner {
  const settings = { ...defaults, ...options };
  return {
    name: 'histogram-cart',
    fit(problem: TreeProblem): TreeModel {
      const binned = binColumns(problem.values, problem.rows, problem.columns);
      const weights = costWeights(problem, settings.costs);
      const root = grow(binned, problem, weights, settings);
      prune(root, problem.check, problem, settings.costs);
      const tree: TreeJson = {
        name: 'DTClassifier',
        options: { kind: 'classifier', gainFunction: 'gini', splitFunction: 'mean', maxDepth: settings.depth },
        root: toNode(root, classWeights(settings.costs)),
      };
      return { kind: 'classifier', learner: 'histogram-cart', trees: [tree], chains: [] };
    },
  };
}

function classWeights(costs: readonly (readonly number[])[]): number[] {
  return costs.map((row) => row.reduce((sum, cost) => sum + cost, 0) / Math.max(row.length - 1, 1));
}

function costWeights(problem: TreeProblem, costs: readonly (readonly number[])[]): Float64Array {
  const byClass = classWeights(costs);
  return Float64Array.from(problem.weights, (weight, row) => weight * (byClass[problem.labels[row] as number] ?? 1));
}

function grow(data: Binned, problem: TreeProblem, weights: Float64Array, settings: CartOptions): Grown {
  const order = problem.use.filter((row) => (weights[row] as number) > 0);
  const spare = new Int32Array(order.length);
  const { labels } = problem;
  let total = 0;
  for (const row of order) total += weights[row] as number;
  const histogram = new Float64Array(256 * classes);

  const visit = (start: number, end: number, depth: number): Grown => {
    const counts = new Float64Array(classes);
    for (let at = start; at < end; at += 1) {
      const row = order[at] as number;
      const label = labels[row] as number;
      counts[label] = (counts[label] as number) + (weights[row] as number);
    }
    const node: Grown = { counts, support: end - start, column: -1, threshold: 0, gain: 0, left: null, right: null };
    const sum = counts.reduce((a, b) => a + b, 0);
    let parent = 0;
    for (const count of counts) parent += count * count;
    parent /= Math.max(sum, 1e-12);
    if (depth >= settings.depth || end - start < 2 * settings.minimumRows || parent >= sum * (1 - 1e-9)) return node;
    let bestGain = settings.minimumGain * total;
    let bestColumn = -1;
    let bestBin = 0;
    const left = new Float64Array(classes);
    for (let column = 0; column < data.columns; column += 1) {
      const edges = data.edges[column] as Float64Array;
      if (edges.length === 0) continue;
      histogram.fill(0, 0, (edges.length + 1) * classes);
      const bins = data.bins.subarray(column * data.rows, (column + 1) * data.rows);
      for (let at = start; at < end; at += 1) {
        const row = order[at] as number;
        const slot = (bins[row] as number) * classes + (labels[row] as number);
        histogram[slot] = (histogram[slot] as number) + (weights[row] as number);
      }
      left.fill(0);
      let leftSum = 0;
      for (let bin = 0; bin < edges.length; bin += 1) {
        let leftSquares = 0;
        let rightSquares = 0;
        for (let k = 0; k < classes; k += 1) {
          const count = histogram[bin * classes + k] as number;
          leftSum += count;
          const inLeft = (left[k] as number) + count;
          left[k] = inLeft;
          leftSquares += inLeft * inLeft;
          const inRight = (counts[k] as number) - inLeft;
          rightSquares += inRight * inRight;
        }
        const rightSum = sum - leftSum;
        if (leftSum < 1e-9 || rightSum < 1e-9) continue;
        const gain = leftSquares / leftSum + rightSquares / rightSum - parent;
        if (gain > bestGain) {
          bestGain = gain;
          bestColumn = column;
          bestBin = bin;
        }
      }
    }
    if (bestColumn < 0) return node;
    const bins = data.bins.subarray(bestColumn * data.rows, (bestColumn + 1) * data.rows);
    let middle = start;
    let held = 0;
    for (let at = start; at < end; at += 1) {
      const row = order[at] as number;
      if ((bins[row] as number) <= bestBin) {
        order[middle] = row;
        middle += 1;
      } else {
        spare[held] = row;
        held += 1;
      }
    }
    if (middle - start < settings.minimumRows || held < settings.minimumRows) return node;
    for (let at = 0; at < held; at += 1) order[middle + at] = spare[at] as number;
    node.column = bestColumn;
    node.threshold = (data.edges[bestColumn] as Float64Array)[bestBin] as number;
    node.gain = bestGain / Math.max(total, 1e-12);
    node.left = visit(start, middle, depth + 1);
    node.right = visit(middle, end, depth + 1);
    return node;
  };
  return visit(0, order.length, 0);
}

/** Cost that a node would have as a leaf on the given rows. */
function leafCost(node: Grown, rows: Int32Array, problem: TreeProblem, costs: readonly (readonly number[])[]): number {
  let called = 0;
  for (let k = 1; k < classes; k += 1) {
    if ((node.counts[k] as number) > (node.counts[called] as number)) called = k;
  }
  let cost = 0;
  for (const row of rows) cost += costs[problem.labels[row] as number]?.[called] ?? 0;
  return cost;
}

/** Reduced-error pruning; returns the cost of the subtree that is left. */
function prune(node: Grown, rows: Int32Array, problem: TreeProblem, costs: readonly (readonly number[])[]): number {
  const own = leafCost(node, rows, problem, costs);
  if (node.left === null || node.right === null) return own;
  const { columns, values } = problem;
  const goesLeft = (row: number): boolean => (values[row * columns + node.column] as number) < node.threshold;
  const below =
    prune(
      node.left,
      rows.filter((row) => goesLeft(row)),
      problem,
      costs,
    ) +
    prune(
      node.right,
      rows.filter((row) => !goesLeft(row)),
      problem,
      costs,
    );
  // With no check row here there is nothing that speaks for the split but training rows: keep it only where it is sure.
  if (below < own || (rows.length === 0 && node.gain > 1e-4)) return below;
  node.left = null;
  node.right = null;
  return own;
}

function toNode(node: Grown, weights: readonly number[]): TreeNode {
  if (node.left !== null && node.right !== null) {
    return {
      splitColumn: node.column,
      splitValue: node.threshold,
      gain: Number(node.gain.toPrecision(4)),
      numberSamples: node.support,
      left: toNode(node.left, weights),
      right: toNode(node.right, weights),
    };
  }
  // Class weights are taken out again, so that the shares are those of the rows.
  const counts = Array.from(node.counts, (count, k) => count / (weights[k] ?? 1));
  const sum = counts.reduce((a, b) => a + b, 0);
  const shares = counts.map((count) => Number(((count + 1 / classes) / (sum + 1)).toPrecision(5)));
  return { distribution: [shares], numberSamples: node.support };
}

/** Costs in which calling what has to be read deterministic is `factor` times a plain mistake. */
export function readCosts(factor: number): readonly (readonly number[])[] {
  const costs = defaults.costs.map((row) => [...row]);
  (costs[readClass] as number[])[0] = factor;
  return costs;
}
