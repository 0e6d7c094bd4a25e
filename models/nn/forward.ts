import { emitGru } from './gru.ts';
import type { Graph } from './graph.ts';
import type { Node } from './trace.ts';
import type { Emitted } from './site.ts';

const operators = {
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Mul',
  divide: 'Div',
  relu: 'Relu',
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  softplus: 'Softplus',
} as const;

/**
 * Adds the ONNX nodes of one traced node.
 * @param inputs names of its inputs' values
 * @param saving whether a backward pass follows
 */
export function emitForward(graph: Graph, node: Node, inputs: readonly string[], saving: boolean): Emitted {
  const { operation } = node;
  const x = inputs[0]!;
  switch (operation.kind) {
    case 'input':
      return plain(graph.input({ name: operation.name, type: node.type, shape: node.shape }));
    case 'parameter':
      return plain(operation.name);
    case 'constant':
      return plain(graph.number(operation.value));
    case 'embedding':
      return plain(graph.add('Gather', inputs, { axis: { int: 0 } }));
    case 'firstRows': {
      const length = graph.length(node.shape[0]!);
      return { name: graph.add('Slice', [x, graph.integers([0]), length, graph.integers([0])]), saved: [length] };
    }
    case 'cast':
      return plain(graph.add('Cast', [x], { to: { int: 1 } }));
    case 'scale': {
      const scaled = operation.factor === 1 ? x : graph.add('Mul', [x, graph.number(operation.factor)]);
      return plain(operation.offset === 0 ? scaled : graph.add('Add', [scaled, graph.number(operation.offset)]));
    }
    case 'matmul': {
      const right = operation.transposeB ? swapLast(graph, inputs[1]!, node.inputs[1]!.shape.length) : inputs[1]!;
      return plain(graph.add('MatMul', [x, right]));
    }
    case 'reshape':
      return plain(graph.reshape(x, node.inputs[0]!.shape, node.shape));
    case 'transpose':
      return plain(graph.add('Transpose', [x], { perm: { ints: operation.order } }));
    case 'concat':
      return plain(graph.add('Concat', inputs, { axis: { int: operation.axis } }));
    case 'slice': {
      // The largest int32: ONNX cuts it down to the length of the axis.
      const bounds = [operation.start, operation.end ?? 2_147_483_647, operation.axis];
      return plain(graph.add('Slice', [x, ...bounds.map((bound) => graph.integers([bound]))]));
    }
    case 'gelu': {
      const error = graph.add('Erf', [graph.add('Mul', [x, graph.number(Math.SQRT1_2)])]);
      const share = graph.add('Mul', [graph.add('Add', [error, graph.number(1)]), graph.number(0.5)]);
      return { name: graph.add('Mul', [x, share]), saved: [share] };
    }
    case 'softmax':
      return plain(graph.add('Softmax', [x], { axis: { int: -1 } }));
    case 'logSoftmax':
      return plain(graph.add('LogSoftmax', [x], { axis: { int: -1 } }));
    case 'layerNorm': {
      const attributes = { axis: { int: -1 }, epsilon: { float: operation.epsilon } };
      const [name, ...saved] = graph.addAll('LayerNormalization', inputs, saving ? 3 : 1, attributes);
      return { name: name!, saved };
    }
    case 'gru':
      return plain(emitGru(graph, node, inputs));
    case 'sum': {
      const axes = graph.integers([operation.axis]);
      return plain(graph.add('ReduceSum', [x, axes], { keepdims: { int: operation.keep ? 1 : 0 } }));
    }
    case 'max': {
      const kept = graph.add('ReduceMax', [x], { axes: { ints: [operation.axis] }, keepdims: { int: 1 } });
      return { name: graph.add('Squeeze', [kept, graph.integers([operation.axis])]), saved: [kept] };
    }
    case 'mean':
      return plain(graph.add('ReduceMean', [x], { keepdims: { int: 0 } }));
    default:
      return plain(graph.add(operators[operation.kind], inputs));
  }
}

export function swapLast(graph: Graph, x: string, rank: number): string {
  const order = Array.from({ length: rank }, (_, axis) => axis);
  const perm = { ints: [...order.slice(0, -2), rank - 1, rank - 2] };
  return graph.add('Transpose', [x], { perm });
}

function plain(name: string): Emitted {
  return { name, saved: [] };
}
