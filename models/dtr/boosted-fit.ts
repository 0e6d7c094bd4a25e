import { seededRandom } from '../../engine/core/random.ts';
import type { Binned } from './histogram.ts';

/** A binary tree in arrays: `feature` is -1 at a leaf; a value below `threshold` goes left. */
export interface ArrayTree {
  readonly feature: Int16Array;
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Score added at each node (only leaves are read). */
  readonly value: Float64Array;
  /** Training rows that reached each node. */
  readonly support: Float64Array;
}

export interface BoostOptions {
  readonly rounds: number;
  readonly depth: number;
  readonly rate: number;
  /** Smallest sum of second derivatives in a leaf. */
  readonly minimumHessian: number;
  readonly l2: number;
  /** Share of the columns that each tree may look at. */
  readonly columnShare: number;
  readonly seed: number;
}

/** Gradient boosting for a yes-or-no question with logistic loss (Friedman 2001; second-order as in Chen and Guestrin 2016). */
export function fitBoosted(
  data: Binned,
  use: Int32Array,
  labels: Uint8Array,
  rowWeights: Float32Array,
  options: BoostOptions,
): { trees: ArrayTree[]; base: number; scores: Float64Array } {
  const scores = new Float64Array(data.rows);
  let positive = 0;
  let all = 0;
  for (const row of use) {
    all += rowWeights[row] as number;
    if (labels[row] === 1) positive += rowWeights[row] as number;
  }
  const rate = Math.min(Math.max(positive / Math.max(all, 1e-9), 1e-3), 1 - 1e-3);
  const base = Math.log(rate / (1 - rate));
  scores.fill(base);
  const gradients = new Float64Array(data.rows);
  const hessians = new Float64Array(data.rows);
  const random = seededRandom(options.seed);
  const trees: ArrayTree[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    for (const row of use) {
      const p = 1 / (1 + Math.exp(-(scores[row] as number)));
      const weight = rowWeights[row] as number;
      gradients[row] = (p - (labels[row] as number)) * weight;
      hessians[row] = Math.max(p * (1 - p), 1e-6) * weight;
    }
    const columns: number[] = [];
    for (let column = 0; column < data.columns; column += 1) {
      if ((data.edges[column] as Float64Array).length > 0 && random() < options.columnShare) columns.push(column);
    }
    const tree = growTree(data, use, gradients, hessians, columns, options, scores);
    trees.push(tree);
    if (tree.feature.length === 1) break;
  }
  return { trees, base, scores };
}

interface Split {
  readonly gain: number;
  readonly column: number;
  readonly bin: number;
}

const histogramWidth = 256;

function growTree(
  data: Binned,
  use: Int32Array,
  gradients: Float64Array,
  hessians: Float64Array,
  columns: readonly number[],
  options: BoostOptions,
  scores: Float64Array,
): ArrayTree {
  const feature: number[] = [];
  const threshold: number[] = [];
  const left: number[] = [];
  const right: number[] = [];
  const value: number[] = [];
  const support: number[] = [];
  const order = use.slice();
  const spare = new Int32Array(order.length);
  const width = histogramWidth * 2;

  const histogramOf = (start: number, end: number): Float64Array => {
    const histogram = new Float64Array(columns.length * width);
    for (let c = 0; c < columns.length; c += 1) {
      const bins = data.bins.subarray((columns[c] as number) * data.rows, ((columns[c] as number) + 1) * data.rows);
      const base = c * width;
      for (let at = start; at < end; at += 1) {
        const row = order[at] as number;
        const slot = base + (bins[row] as number) * 2;
        histogram[slot] = (histogram[slot] as number) + (gradients[row] as number);
        histogram[slot + 1] = (histogram[slot + 1] as number) + (hessians[row] as number);
      }
    }
    return histogram;
  };

  const bestSplit = (histogram: Float64Array, gradient: number, hessian: number): Split | null => {
    const parent = (gradient * gradient) / (hessian + options.l2);
    let best: Split | null = null;
    let bestGain = 1e-4;
    for (let c = 0; c < columns.length; c += 1) {
      const base = c * width;
      const edges = data.edges[columns[c] as number] as Float64Array;
      let g = 0;
      let h = 0;
      for (let bin = 0; bin < edges.length; bin += 1) {
        const slot = base + bin * 2;
        g += histogram[slot] as number;
        h += histogram[slot + 1] as number;
        if (h < options.minimumHessian) continue;
        const rest = hessian - h;
        if (rest < options.minimumHessian) break;
        const other = gradient - g;
        const gain = (g * g) / (h + options.l2) + (other * other) / (rest + options.l2) - parent;
        if (gain > bestGain) {
          bestGain = gain;
          best = { gain, column: columns[c] as number, bin };
        }
      }
    }
    return best;
  };

  const grow = (start: number, end: number, depth: number, histogram: Float64Array | null): number => {
    const id = feature.length;
    let gradient = 0;
    let hessian = 0;
    for (let at = start; at < end; at += 1) {
      gradient += gradients[order[at] as number] as number;
      hessian += hessians[order[at] as number] as number;
    }
    feature.push(-1);
    threshold.push(0);
    left.push(-1);
    right.push(-1);
    const leaf = (-gradient / (hessian + options.l2)) * options.rate;
    value.push(leaf);
    support.push(end - start);
    const own = depth < options.depth ? (histogram ?? histogramOf(start, end)) : null;
    const split = own === null ? null : bestSplit(own, gradient, hessian);
    if (split === null || own === null) {
      for (let at = start; at < end; at += 1) {
        const row = order[at] as number;
        scores[row] = (scores[row] as number) + leaf;
      }
      return id;
    }
    const bins = data.bins.subarray(split.column * data.rows, (split.column + 1) * data.rows);
    let middle = start;
    let held = 0;
    for (let at = start; at < end; at += 1) {
      const row = order[at] as number;
      if ((bins[row] as number) <= split.bin) {
        order[middle] = row;
        middle += 1;
      } else {
        spare[held] = row;
        held += 1;
      }
    }
    for (let at = 0; at < held; at += 1) order[middle + at] = spare[at] as number;
    // The larger child's histogram is the parent's less the smaller child's.
    let leftHistogram: Float64Array | null = null;
    let rightHistogram: Float64Array | null = null;
    if (depth + 1 < options.depth) {
      const leftSmaller = middle - start < end - middle;
      const small = leftSmaller ? histogramOf(start, middle) : histogramOf(middle, end);
      for (let slot = 0; slot < own.length; slot += 1) own[slot] = (own[slot] as number) - (small[slot] as number);
      leftHistogram = leftSmaller ? small : own;
      rightHistogram = leftSmaller ? own : small;
    }
    feature[id] = split.column;
    threshold[id] = (data.edges[split.column] as Float64Array)[split.bin] as number;
    left[id] = grow(start, middle, depth + 1, leftHistogram);
    right[id] = grow(middle, end, depth + 1, rightHistogram);
    return id;
  };

  grow(0, order.length, 0, null);
  return {
    feature: Int16Array.from(feature),
    threshold: Float64Array.from(threshold),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    value: Float64Array.from(value),
    support: Float64Array.from(support),
  };
}

/** Value of the leaf that a row reaches. */
export function walk(tree: ArrayTree, row: Float64Array | Float32Array, offset = 0): number {
  let node = 0;
  for (;;) {
    const column = tree.feature[node] as number;
    if (column < 0) return tree.value[node] as number;
    node = (
      (row[offset + column] as number) < (tree.threshold[node] as number) ? tree.left[node] : tree.right[node]
    ) as number;
  }
}
