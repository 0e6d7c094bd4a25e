import type { Graph } from './graph.ts';
import type { Node } from './trace.ts';

/** Where the value of a node stands in the graph, and what its gradient will want to see again. */
export interface Emitted {
  readonly name: string;
  readonly saved: readonly string[];
}

/** What stands in the graph around a node whose gradient is wanted. */
export interface Site {
  readonly graph: Graph;
  readonly node: Node;
  readonly emitted: Emitted;
  /** Names of its inputs' values. */
  readonly inputs: readonly string[];
  /** Name of the gradient of the loss by this node's value; of the value's shape. */
  readonly gradient: string;
}
