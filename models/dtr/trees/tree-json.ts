import { EngineError } from '../../../engine/core/errors.ts';

/** Inner node, in the words of ml-cart: a value below `splitValue` goes left. */
export interface SplitNode {
  readonly splitColumn: number;
  readonly splitValue: number;
  /** Left out by the boosted trees, whose files would grow by half; the library does not need it to predict. */
  readonly gain?: number;
  readonly numberSamples?: number;
  readonly left: TreeNode;
  readonly right: TreeNode;
}

/** Leaf: class probabilities (one row) of a classifier, one number of a regression tree. */
export interface LeafNode {
  readonly distribution: readonly (readonly number[])[] | number;
  readonly numberSamples?: number;
}

export type TreeNode = SplitNode | LeafNode;

/** What `toJSON` of ml-cart gives and its `load` takes. */
export interface TreeJson {
  readonly name: 'DTClassifier' | 'DTRegression';
  readonly options: Readonly<Record<string, unknown>>;
  readonly root: TreeNode;
}

export function isSplit(node: TreeNode): node is SplitNode {
  return 'left' in node && 'right' in node;
}

/** Longest way from root to leaf that is accepted: a guard against damaged files. */
const deepest = 64;

/** Checks a parsed tree before it is served. @throws ARTEFACT_CORRUPT */
export function checkTree(tree: TreeJson, columns: number, classes: number): void {
  const regression = tree.name === 'DTRegression';
  if (!regression && tree.name !== 'DTClassifier') fail(`unknown kind of tree ${String(tree.name)}`);
  const visit = (node: TreeNode, depth: number): void => {
    if (depth > deepest) fail('a tree is too deep');
    if (node === null || typeof node !== 'object') fail('a node is missing');
    if (isSplit(node)) {
      const { splitColumn, splitValue } = node;
      if (!Number.isInteger(splitColumn) || splitColumn < 0 || splitColumn >= columns)
        fail(`no feature ${splitColumn}`);
      if (!Number.isFinite(splitValue)) fail('a split is not a number');
      visit(node.left, depth + 1);
      visit(node.right, depth + 1);
      return;
    }
    const { distribution } = node;
    const values = typeof distribution === 'number' ? [distribution] : distribution?.[0];
    if (values === undefined || !values.every(Number.isFinite)) fail('a leaf is not a number');
    if (regression !== (typeof distribution === 'number')) fail('a leaf is of the wrong kind');
    if (!regression && values.length > classes) fail('a leaf has too many classes');
  };
  visit(tree.root, 0);
}

function fail(detail: string): never {
  throw new EngineError('ARTEFACT_CORRUPT', { id: 'trees', detail });
}
