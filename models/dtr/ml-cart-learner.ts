import { DecisionTreeClassifier } from 'ml-cart';
import type { TreeJson } from './tree-json.ts';
import type { TreeLearner, TreeModel, TreeProblem } from './tree-learner.ts';
import { treeClasses } from './tree-learner.ts';

/** ml-cart's trainer is quadratic in the rows (1.2 s at 1,000, 21 s at 4,000, measured): it gets no more than this. */
export const mlCartRowLimit = 1_500;

/** The library's own learner, for a cold start and as the reference of the artefact format. */
export function mlCartLearner(): TreeLearner {
  return {
    name: 'ml-cart',
    fit(problem: TreeProblem): TreeModel {
      const kept = problem.use.filter((row) => (problem.weights[row] as number) > 0).subarray(0, mlCartRowLimit);
      const rows = Array.from(kept, (row) =>
        Array.from(problem.values.subarray(row * problem.columns, (row + 1) * problem.columns)),
      );
      const tree = new DecisionTreeClassifier({ gainFunction: 'gini', maxDepth: 10, minNumSamples: 3 });
      tree.train(
        rows,
        Array.from(kept, (row) => problem.labels[row] as number),
      );
      const json = JSON.parse(JSON.stringify(tree.toJSON())) as TreeJson;
      return { kind: 'classifier', learner: 'ml-cart', trees: [json], chains: [] };
    },
  };
}

/** Number of classes that a leaf of the library may hold. */
export const mlCartClasses: number = treeClasses.length;
