import { seededRandom } from '../../../engine/core/random.ts';
import type { Random } from '../../../engine/core/clock.ts';
import type { Binned } from './histogram.ts';
import { binLimit } from './histogram.ts';

/** A binary tree in arrays: `feature` is -1 at a leaf; a value below `threshold` goes left. */
export interface ArrayTree {
  readonly feature: Int16Array;
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Score added at each node (only leaves are read). */
  readonly value: Float64Array;
  /** Last bin that goes left. */
  readonly bin: Uint8Array;
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
  /** A node is split where that lowers the loss by more than half of this. */
  readonly minimumGain: number;
  /** Least share of the rows that a tree is grown from; see `sampleRows`. */
  readonly rowShare: number;
  /** Share of the columns that each tree may look at. */
  readonly columnShare: number;
  readonly seed: number;
}

/**
 * Gradient boosting for a yes-or-no question with logistic loss (Friedman 2001; second-order as in Chen and Guestrin 2016).
 * @param base log-odds to start from, see `baseOf`. It does not come back beside the trees: an object written by this hot
 *   loop that held both was seen, in one fit of some hundreds on a busy machine, to show the base of the next question
 *   (V8 13.6; the trees were right)
 */
export function fitBoosted(
  data: Binned,
  use: Int32Array,
  labels: Uint8Array,
  rowWeights: Float32Array,
  base: number,
  options: BoostOptions,
): ArrayTree[] {
  const scores = new Float64Array(data.rows).fill(base);
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
    const sample = sampleRows(use, gradients, hessians, options.rowShare, random);
    const columns: number[] = [];
    for (let column = 0; column < data.columns; column += 1) {
      if ((data.edges[column] as Float64Array).length > 0 && random() < options.columnShare) columns.push(column);
    }
    const tree = growTree(data, sample, gradients, hessians, columns, options);
    addScores(tree, data, use, scores);
    trees.push(tree);
    if (tree.feature.length === 1) break;
  }
  return trees;
}

/** Log-odds of label 1 among the rows, by weight. */
export function baseOf(use: Int32Array, labels: Uint8Array, rowWeights: Float32Array): number {
  let total = 0;
  let ones = 0;
  for (const row of use) {
    const weight = rowWeights[row] as number;
    total += weight;
    if (labels[row] === 1) ones += weight;
  }
  const share = Math.min(Math.max(ones / Math.max(total, 1e-9), 1e-3), 1 - 1e-3);
  return Math.log(share / (1 - share));
}

/**
 * Rows that the trees so far have right teach the next one little, so few of them are drawn, and count for the others:
 * a row is kept with the chance `share` plus the size of its gradient, and weighs the inverse (as in gradient-based one-side
 * sampling, Ke et al. 2017, without the sort). Changes the gradients of the rows kept.
 */
function sampleRows(
  use: Int32Array,
  gradients: Float64Array,
  hessians: Float64Array,
  share: number,
  random: Random,
): Int32Array {
  const kept = new Int32Array(use.length);
  let count = 0;
  for (const row of use) {
    const chance = share + Math.abs(gradients[row] as number);
    if (chance < 1) {
      if (random() >= chance) continue;
      gradients[row] = (gradients[row] as number) / chance;
      hessians[row] = (hessians[row] as number) / chance;
    }
    kept[count] = row;
    count += 1;
  }
  return kept.slice(0, count);
}

/** Adds what a tree says of every row to its score, and counts the rows of each node. */
function addScores(tree: ArrayTree, data: Binned, use: Int32Array, scores: Float64Array): void {
  const { feature, bin, left, right, value, support } = tree;
  const { bins, rows } = data;
  for (const row of use) {
    let node = 0;
    for (;;) {
      support[node] = (support[node] as number) + 1;
      const column = feature[node] as number;
      if (column < 0) break;
      const below = (bins[column * rows + row] as number) <= (bin[node] as number);
      node = (below ? left[node] : right[node]) as number;
    }
    scores[row] = (scores[row] as number) + (value[node] as number);
  }
}

interface Split {
  readonly gain: number;
  readonly column: number;
  readonly bin: number;
}

function growTree(
  data: Binned,
  use: Int32Array,
  gradients: Float64Array,
  hessians: Float64Array,
  columns: readonly number[],
  options: BoostOptions,
): ArrayTree {
  const feature: number[] = [];
  const threshold: number[] = [];
  const left: number[] = [];
  const right: number[] = [];
  const value: number[] = [];
  const bins: number[] = [];
  const order = use.slice();
  const spare = new Int32Array(order.length);
  const width = binLimit * 2;

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
    let bestGain = options.minimumGain;
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
    bins.push(0);
    const own = depth < options.depth ? (histogram ?? histogramOf(start, end)) : null;
    const split = own === null ? null : bestSplit(own, gradient, hessian);
    if (split === null || own === null) return id;
    const column = data.bins.subarray(split.column * data.rows, (split.column + 1) * data.rows);
    let middle = start;
    let held = 0;
    for (let at = start; at < end; at += 1) {
      const row = order[at] as number;
      if ((column[row] as number) <= split.bin) {
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
    bins[id] = split.bin;
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
    bin: Uint8Array.from(bins),
    support: new Float64Array(feature.length),
  };
}
