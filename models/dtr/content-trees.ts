import { FlatTrees } from './flat-trees.ts';
import type { PathStep } from './flat-trees.ts';
import type { TreeModel } from './tree-learner.ts';
import { treeClasses } from './tree-learner.ts';

/** Serves a tree model of either kind: a row of features in, three probabilities out. */
export class ContentTrees {
  readonly model: TreeModel;
  readonly flat: FlatTrees;

  constructor(model: TreeModel) {
    this.model = model;
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
    const read = sigmoid((model.bases[0] ?? 0) + flat.sum(0, model.firstChain, row));
    const execute = sigmoid((model.bases[1] ?? 0) + flat.sum(model.firstChain, flat.roots.length, row));
    out[0] = (1 - read) * execute;
    out[1] = (1 - read) * (1 - execute);
    out[2] = read;
  }

  /** Every question that was asked of a row, tree by tree, with the trees that say most first. */
  paths(row: Float64Array): { readonly steps: PathStep[]; readonly value: number; readonly support: number }[] {
    const { flat, model } = this;
    const found = Array.from(flat.roots, (_root, tree) => {
      const leaf = flat.leaf(tree, row);
      const value = model.kind === 'classifier' ? 1 : flat.value(leaf, 0);
      return { steps: flat.path(tree, row), value, support: flat.support(leaf) };
    });
    return found.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
  }
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
