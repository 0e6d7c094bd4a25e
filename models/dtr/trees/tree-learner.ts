import type { TreeJson } from './tree-json.ts';

/** What the trees decide: two kinds of bare content, or a text that has to be read. */
export const treeClasses = ['deterministic', 'fixed', 'read'] as const;
export const readClass = 2;

/** Rows for a tree learner. `values` is row-major with `columns` numbers per row. */
export interface TreeProblem {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** Index into `treeClasses`. */
  readonly labels: Uint8Array;
  /** 1 where the text is a sentence that wants a payload run or kept. */
  readonly mixed: Uint8Array;
  /** How much each row counts; 0 leaves it out. */
  readonly weights: Float32Array;
  /** Rows to learn from. */
  readonly use: Int32Array;
  /** Rows to choose sizes on: pruning, number of rounds. */
  readonly check: Int32Array;
  readonly seed: number;
}

/**
 * Trees as they are kept. `classifier`: one tree whose leaves hold the class probabilities. `boosted`: three chains of
 * regression trees whose sums are log-odds: "has to be read", "to execute" among what need not be read, and "wants a
 * payload run or kept".
 */
export interface TreeModel {
  readonly kind: 'classifier' | 'boosted';
  readonly learner: string;
  readonly trees: readonly TreeJson[];
  /** Boosted: how many trees each chain has, in order, and the log-odds that it starts from. */
  readonly chains: readonly { readonly trees: number; readonly base: number }[];
}

export interface TreeLearner {
  readonly name: 'ml-cart' | 'histogram-cart' | 'boosted';
  fit(problem: TreeProblem): TreeModel;
}
