/** Rows to learn from: `width` numbers each, and 1 or 0 beside them. */
export interface BinaryRows {
  readonly values: Float32Array;
  readonly width: number;
  readonly labels: Uint8Array;
}

export type RowScorer = (values: Float32Array) => Float64Array;

/** Usual sizes (Friedman 2001): small trees, small steps. */
const trees = 80;
const depth = 4;
const rate = 0.15;
const bins = 32;
const fewestInLeaf = 40;
const ridge = 5;

/** A split sends rows with `bin <= border` to the left; a leaf has feature -1. */
interface Node {
  feature: number;
  border: number;
  left: number;
  right: number;
  value: number;
}

/** Gradient boosting of histogram trees with log loss; gives log-odds. The same rows give the same trees. */
export function fitBoostedTrees({ values, width, labels }: BinaryRows): RowScorer {
  const rows = labels.length;
  const edges = edgesOf(values, width, rows);
  const binned = binnedOf(values, width, rows, edges);
  const positive = labels.reduce((sum, label) => sum + label, 0);
  const start = Math.log((positive + 1) / (rows - positive + 1));
  const scores = new Float64Array(rows).fill(start);
  const forest: Node[][] = [];
  const gradient = new Float64Array(rows);
  const curvature = new Float64Array(rows);
  for (let round = 0; round < trees; round += 1) {
    for (let row = 0; row < rows; row += 1) {
      const share = 1 / (1 + Math.exp(-scores[row]!));
      gradient[row] = labels[row]! - share;
      curvature[row] = Math.max(share * (1 - share), 1e-6);
    }
    const tree: Node[] = [];
    const all = Int32Array.from({ length: rows }, (_, row) => row);
    grow(tree, all, 0, { binned, width, rows, gradient, curvature, scores });
    forest.push(tree);
  }
  return (given) => {
    const count = given.length / width;
    const seen = binnedOf(given, width, count, edges);
    return Float64Array.from({ length: count }, (_, row) => {
      let score = start;
      for (const tree of forest) {
        let node = tree[0]!;
        while (node.feature >= 0)
          node = tree[seen[node.feature * count + row]! <= node.border ? node.left : node.right]!;
        score += node.value;
      }
      return score;
    });
  };
}

interface Growing {
  readonly binned: Uint8Array;
  readonly width: number;
  readonly rows: number;
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
  readonly scores: Float64Array;
}

function grow(tree: Node[], members: Int32Array, level: number, growing: Growing): number {
  const { binned, width, rows, gradient, curvature, scores } = growing;
  const place = tree.push({ feature: -1, border: 0, left: 0, right: 0, value: 0 }) - 1;
  const node = tree[place]!;
  let [sum, weight] = [0, 0];
  for (const row of members) {
    sum += gradient[row]!;
    weight += curvature[row]!;
  }
  let best = 1e-9;
  if (level < depth && members.length >= 2 * fewestInLeaf) {
    const whole = (sum * sum) / (weight + ridge);
    const sums = new Float64Array(bins);
    const weights = new Float64Array(bins);
    const counts = new Int32Array(bins);
    for (let feature = 0; feature < width; feature += 1) {
      sums.fill(0);
      weights.fill(0);
      counts.fill(0);
      const offset = feature * rows;
      for (const row of members) {
        const bin = binned[offset + row]!;
        sums[bin]! += gradient[row]!;
        weights[bin]! += curvature[row]!;
        counts[bin]! += 1;
      }
      let [left, leftWeight, leftCount] = [0, 0, 0];
      for (let border = 0; border + 1 < bins; border += 1) {
        left += sums[border]!;
        leftWeight += weights[border]!;
        leftCount += counts[border]!;
        if (leftCount < fewestInLeaf || members.length - leftCount < fewestInLeaf) continue;
        const right = sum - left;
        const gain = (left * left) / (leftWeight + ridge) + (right * right) / (weight - leftWeight + ridge) - whole;
        if (gain > best) [best, node.feature, node.border] = [gain, feature, border];
      }
    }
  }
  if (node.feature < 0) {
    node.value = (rate * sum) / (weight + ridge);
    for (const row of members) scores[row]! += node.value;
    return place;
  }
  const offset = node.feature * rows;
  const left = members.filter((row) => binned[offset + row]! <= node.border);
  const right = members.filter((row) => binned[offset + row]! > node.border);
  node.left = grow(tree, left, level + 1, growing);
  node.right = grow(tree, right, level + 1, growing);
  return place;
}

/** Borders between bins, by feature: quantiles of the values that were learned from. */
function edgesOf(values: Float32Array, width: number, rows: number): Float32Array[] {
  const step = Math.max(1, Math.floor(rows / 20_000));
  return Array.from({ length: width }, (_, feature) => {
    const column: number[] = [];
    for (let row = 0; row < rows; row += step) column.push(values[row * width + feature]!);
    const sorted = Float32Array.from(column).sort();
    const edges = new Set<number>();
    for (let bin = 1; bin < bins; bin += 1) edges.add(sorted[Math.floor((bin * sorted.length) / bins)]!);
    return Float32Array.from(edges);
  });
}

/** Bin numbers, feature by feature. */
function binnedOf(values: Float32Array, width: number, rows: number, edges: readonly Float32Array[]): Uint8Array {
  const binned = new Uint8Array(width * rows);
  for (let feature = 0; feature < width; feature += 1) {
    const own = edges[feature]!;
    for (let row = 0; row < rows; row += 1) {
      const value = values[row * width + feature]!;
      let bin = 0;
      while (bin < own.length && value > own[bin]!) bin += 1;
      binned[feature * rows + row] = bin;
    }
  }
  return binned;
}
