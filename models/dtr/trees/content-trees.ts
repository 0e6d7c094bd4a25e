import { FlatTrees } from './flat-trees.ts';
import type { PathStep } from './flat-trees.ts';
import type { TreeModel } from './tree-learner.ts';
import { treeClasses } from './tree-learner.ts';

/** Above these log-odds of having to be read (98 %) the chance of the two other classes is split evenly. */
const surelyRead = 3.9;

/** Serves a tree model of either kind: a row of features in, three probabilities out. */
export class ContentTrees {
  readonly model: TreeModel;
  readonly flat: FlatTrees;

  /** First tree of each chain, and behind the last one. */
  readonly #starts: Int32Array;
  readonly #bases: Float64Array;

  constructor(model: TreeModel) {
    this.model = model;
    this.#bases = Float64Array.from(model.chains, ({ base }) => base);
    this.#starts = new Int32Array(model.chains.length + 1);
    for (const [index, { trees }] of model.chains.entries()) {
      this.#starts[index + 1] = (this.#starts[index] as number) + trees;
    }
    this.flat = new FlatTrees(model.trees, model.kind === 'classifier' ? treeClasses.length : 1);
  }

  /** Writes the probabilities of `treeClasses` into `out`. */
  classify(row: Float64Array, out: Float64Array): void {
    const { flat, model } = this;
    if (model.kind === 'classifier') {
      const leaf = flat.leaf(0, row);
      for (let k = 0; k < treeClasses.length; k += 1) out[k] = flat.value(leaf, k);
      return;
    }
    const read = this.#chain(0, row);
    // What is as good as sure to be read is not asked what it would be else.
    classesOf(read, read > surelyRead ? 0 : this.#chain(1, row), out);
  }

  /** Log-odds of the first two chains: "has to be read" and "to execute". Boosted trees only. */
  odds(row: Float64Array): [read: number, execute: number] {
    return [this.#chain(0, row), this.#chain(1, row)];
  }

  /** First tree of a chain, or behind the last one. */
  start(chain: number): number {
    return this.#starts[chain] as number;
  }

  /** Probability that a sentence of the text wants a payload run or kept; 1 where the model has no such trees. */
  wants(row: Float64Array): number {
    return this.model.kind === 'classifier' ? 1 : sigmoid(this.#chain(2, row));
  }

  #chain(chain: number, row: Float64Array): number {
    const from = this.#starts[chain] as number;
    return (this.#bases[chain] as number) + this.flat.sum(from, this.#starts[chain + 1] as number, row);
  }

  /** Every question that was asked of a row, tree by tree, with the trees that say most first. */
  paths(row: Float64Array): { readonly steps: PathStep[]; readonly value: number; readonly support: number }[] {
    const { flat, model } = this;
    const told = model.kind === 'classifier' ? 1 : (this.#starts[2] as number);
    const found = Array.from({ length: told }, (_none, tree) => {
      const leaf = flat.leaf(tree, row);
      const value = model.kind === 'classifier' ? 1 : flat.value(leaf, 0);
      return { steps: flat.path(tree, row), value, support: flat.support(leaf) };
    });
    return found.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
  }
}

/** Probabilities of `treeClasses` from the log-odds of the first two chains. */
export function classesOf(readOdds: number, executeOdds: number, out: Float64Array): void {
  const read = sigmoid(readOdds);
  const execute = sigmoid(executeOdds);
  out[0] = (1 - read) * execute;
  out[1] = (1 - read) * (1 - execute);
  out[2] = read;
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
