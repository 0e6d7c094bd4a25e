import type { TreeJson, TreeNode } from './tree-json.ts';
import { isSplit } from './tree-json.ts';

/** One question on the way to a leaf, as it was answered for a row. */
export interface PathStep {
  readonly column: number;
  readonly threshold: number;
  readonly below: boolean;
}

/** From this value of a column on (up to the next piece) a row would reach this leaf. */
export interface Piece {
  readonly from: number;
  readonly leaf: number;
}

/**
 * Many trees in shared typed arrays, walked without allocation. `feature` is the bit complement of the leaf's index at
 * a leaf, so that one comparison ends the walk.
 */
export class FlatTrees {
  readonly roots: Int32Array;
  readonly #feature: Int32Array;
  readonly #threshold: Float64Array;
  /** The left child stands right behind its parent; this is the right one. */
  readonly #right: Int32Array;
  /** `outputs` numbers per leaf. */
  readonly #leaves: Float64Array;
  readonly #support: Float64Array;
  readonly #outputs: number;

  /** @param outputs numbers per leaf: the classes of a classifier, 1 for regression */
  constructor(trees: readonly TreeJson[], outputs: number) {
    const feature: number[] = [];
    const threshold: number[] = [];
    const right: number[] = [];
    const leaves: number[] = [];
    const support: number[] = [];
    const add = (node: TreeNode): number => {
      const id = feature.length;
      if (isSplit(node)) {
        feature.push(node.splitColumn);
        threshold.push(node.splitValue);
        right.push(-1);
        add(node.left);
        right[id] = add(node.right);
      } else {
        const values = typeof node.distribution === 'number' ? [node.distribution] : (node.distribution[0] ?? []);
        feature.push(~(leaves.length / outputs));
        threshold.push(0);
        right.push(-1);
        for (let k = 0; k < outputs; k += 1) leaves.push(values[k] ?? 0);
        support.push(node.numberSamples ?? 0);
      }
      return id;
    };
    this.roots = Int32Array.from(trees, (tree) => add(tree.root));
    this.#feature = Int32Array.from(feature);
    this.#threshold = Float64Array.from(threshold);
    this.#right = Int32Array.from(right);
    this.#leaves = Float64Array.from(leaves);
    this.#support = Float64Array.from(support);
    this.#outputs = outputs;
  }

  get nodes(): number {
    return this.#feature.length;
  }

  /** Index of the leaf that a row reaches in one tree. */
  leaf(tree: number, row: Float64Array): number {
    const feature = this.#feature;
    const threshold = this.#threshold;
    const right = this.#right;
    let node = this.roots[tree] as number;
    for (;;) {
      const column = feature[node] as number;
      if (column < 0) return ~column;
      node = (row[column] as number) < (threshold[node] as number) ? node + 1 : (right[node] as number);
    }
  }

  /** Sum of the leaf values of the trees `from` up to, not including, `to`; for trees with one output. */
  sum(from: number, to: number, row: Float64Array): number {
    const roots = this.roots;
    const feature = this.#feature;
    const threshold = this.#threshold;
    const right = this.#right;
    const leaves = this.#leaves;
    let total = 0;
    for (let tree = from; tree < to; tree += 1) {
      let node = roots[tree] as number;
      let column = feature[node] as number;
      while (column >= 0) {
        node = (row[column] as number) < (threshold[node] as number) ? node + 1 : (right[node] as number);
        column = feature[node] as number;
      }
      total += leaves[~column] as number;
    }
    return total;
  }

  value(leaf: number, output: number): number {
    return this.#leaves[leaf * this.#outputs + output] as number;
  }

  support(leaf: number): number {
    return this.#support[leaf] as number;
  }

  /** The questions that a row answered on its way through one tree. */
  path(tree: number, row: Float64Array): PathStep[] {
    const steps: PathStep[] = [];
    let node = this.roots[tree] as number;
    for (;;) {
      const column = this.#feature[node] as number;
      if (column < 0) return steps;
      const threshold = this.#threshold[node] as number;
      const below = (row[column] as number) < threshold;
      steps.push({ column, threshold, below });
      node = below ? node + 1 : (this.#right[node] as number);
    }
  }

  /** Columns that a row was asked about in one tree, each once. */
  asked(tree: number, row: Float64Array): number[] {
    const columns: number[] = [];
    let node = this.roots[tree] as number;
    for (;;) {
      const column = this.#feature[node] as number;
      if (column < 0) return columns;
      if (!columns.includes(column)) columns.push(column);
      node = (row[column] as number) < (this.#threshold[node] as number) ? node + 1 : (this.#right[node] as number);
    }
  }

  /** Leaves that a row would reach in one tree were one of its columns free, by rising values of that column. */
  pieces(tree: number, row: Float64Array, column: number): Piece[] {
    const found: Piece[] = [];
    const walk = (start: number, from: number, to: number): void => {
      let node = start;
      for (;;) {
        const asked = this.#feature[node] as number;
        if (asked < 0) {
          found.push({ from, leaf: ~asked });
          return;
        }
        const threshold = this.#threshold[node] as number;
        const right = this.#right[node] as number;
        if (asked !== column) node = (row[asked] as number) < threshold ? node + 1 : right;
        else if (threshold <= from) node = right;
        else if (threshold >= to) node += 1;
        else {
          walk(node + 1, from, threshold);
          walk(right, threshold, to);
          return;
        }
      }
    };
    walk(this.roots[tree] as number, -Infinity, Infinity);
    return found;
  }
}
