import type { ElementType, ParameterSpec, Shape, Value } from './operations.ts';

/** What a node computes; losses and dropout are made of these, so a back end knows no more than this list. */
export type Operation =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'embedding' }
  | { readonly kind: 'firstRows'; readonly axis: number }
  | { readonly kind: 'cast' }
  | { readonly kind: 'add' }
  | { readonly kind: 'subtract' }
  | { readonly kind: 'multiply' }
  | { readonly kind: 'divide' }
  | { readonly kind: 'scale'; readonly factor: number; readonly offset: number }
  | { readonly kind: 'matmul'; readonly transposeB: boolean }
  | { readonly kind: 'reshape' }
  | { readonly kind: 'transpose'; readonly order: readonly number[] }
  | { readonly kind: 'concat'; readonly axis: number }
  | { readonly kind: 'slice'; readonly axis: number; readonly start: number; readonly end: number | null }
  | { readonly kind: 'relu' }
  | { readonly kind: 'gelu' }
  | { readonly kind: 'tanh' }
  | { readonly kind: 'sigmoid' }
  | { readonly kind: 'softplus' }
  | { readonly kind: 'softmax' }
  | { readonly kind: 'logSoftmax' }
  | { readonly kind: 'layerNorm'; readonly epsilon: number }
  | { readonly kind: 'gru' }
  | { readonly kind: 'sum'; readonly axis: number; readonly keep: boolean }
  | { readonly kind: 'max'; readonly axis: number }
  | { readonly kind: 'mean' };

/** One value of the traced network and how it comes about. Axes are non-negative here. */
export interface Node extends Value {
  /** Position in time: inputs of a node have smaller ids. */
  readonly id: number;
  readonly operation: Operation;
  readonly inputs: readonly Node[];
  /** Whether a parameter stands anywhere behind it. */
  readonly differentiable: boolean;
}

export interface InputSpec {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

/** A mask that has to be fed in training: 0 with probability `rate`, else 1 / (1 - rate). */
export interface DropoutSpec {
  readonly name: string;
  readonly rate: number;
  readonly shape: Shape;
}

/** A network after one run of its description: what back ends build from. */
export interface Trace {
  /** What batches bring; dropout masks are not among them. */
  readonly inputs: readonly InputSpec[];
  readonly dropouts: readonly DropoutSpec[];
  readonly parameters: readonly ParameterSpec[];
  readonly outputs: Readonly<Record<string, Node>>;
  /** Null in serving, and where the network has no loss. */
  readonly loss: Node | null;
}

/** Everything that `roots` depend on, in the order of computation. */
export function reachable(roots: readonly Node[]): Node[] {
  const found = new Set<Node>();
  const open = [...roots];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    open.push(...node.inputs);
  }
  return [...found].sort((a, b) => a.id - b.id);
}
