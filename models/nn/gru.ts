import type { Site } from './site.ts';
import type { Graph } from './graph.ts';
import type { Node } from './trace.ts';

/** Forward pass of `Operations.gru`: ONNX's own node, which wants its matrices transposed and a leading direction. */
export function emitGru(graph: Graph, node: Node, inputs: readonly string[]): string {
  const [x, weight, recurrent, bias] = inputs as [string, string, string, string];
  const units = node.shape[2] as number;
  const [first, second] = [graph.integers([0]), graph.integers([1])];
  const turned = (matrix: string): string =>
    graph.add('Unsqueeze', [graph.add('Transpose', [matrix], { perm: { ints: [1, 0] } }), first]);
  const rest = graph.add('Mul', [bias, graph.number(0)]);
  const biases = graph.add('Unsqueeze', [graph.add('Concat', [bias, rest], { axis: { int: 0 } }), first]);
  const attributes = { hidden_size: { int: units }, linear_before_reset: { int: 1 } };
  const states = graph.add('GRU', [x, turned(weight), turned(recurrent), biases], attributes);
  return graph.add('Squeeze', [states, second]);
}

/**
 * Back-propagation through time. Gates of all times are computed again at once from the states that the forward pass
 * left; only the gradient of the state walks back step by step, with one product each; gradients of the matrices are one
 * product over all times.
 */
export function emitGruBackward({ graph, node, emitted, inputs, gradient }: Site): string[] {
  const [x, weight, recurrent, bias] = inputs as [string, string, string, string];
  const times = node.shape[0] as number;
  const units = node.shape[2] as number;
  const add = (a: string, b: string): string => graph.add('Add', [a, b]);
  const product = (a: string, b: string): string => graph.add('Mul', [a, b]);
  const less = (a: string, b: string): string => graph.add('Sub', [a, b]);
  const one = graph.number(1);
  const flat = (value: string, width: number): string => graph.add('Reshape', [value, graph.integers([-1, width])]);
  const thirds = (value: string): [string, string, string] =>
    graph.addAll('Split', [value, graph.integers([units, units, units])], 3, { axis: { int: 1 } }) as [
      string,
      string,
      string,
    ];
  const side = (parts: readonly string[]): string => graph.add('Concat', parts, { axis: { int: 1 } });

  // states one step earlier: a zero state in front, the last one cut off
  const shifted = graph.add('Pad', [emitted.name, graph.integers([1, 0, 0, -1, 0, 0]), graph.number(0)]);
  const before = flat(shifted, units);
  const rows = flat(x, node.inputs[0]!.shape[2] as number);
  const [inZ, inR, inN] = thirds(add(graph.add('MatMul', [rows, weight]), bias));
  const [ofZ, ofR, ofN] = thirds(graph.add('MatMul', [before, recurrent]));
  const update = graph.add('Sigmoid', [add(inZ, ofZ)]);
  const reset = graph.add('Sigmoid', [add(inR, ofR)]);
  const fresh = graph.add('Tanh', [add(inN, product(reset, ofN))]);

  // slopes of the new state by what goes into each gate
  const byUpdate = product(less(before, fresh), product(update, less(one, update)));
  const byFresh = product(less(one, update), less(one, product(fresh, fresh)));
  const byReset = product(product(byFresh, ofN), product(reset, less(one, reset)));
  const byMemory = product(byFresh, reset);

  const slopes = split(graph, side([byUpdate, byReset, byMemory]), times, 3 * units);
  const keeps = split(graph, update, times, units);
  const given = graph.addAll('Split', [gradient, graph.integers(Array.from({ length: times }, () => 1))], times, {
    axis: { int: 0 },
  });
  const back = graph.add('Transpose', [recurrent], { perm: { ints: [1, 0] } });
  const found: string[] = [];
  let later: string | null = null;
  for (let time = times - 1; time >= 0; time -= 1) {
    const own: string = later === null ? given[time]! : add(given[time]!, later);
    found[time] = own;
    if (time === 0) break;
    const tripled = graph.add('Concat', [own, own, own], { axis: { int: 2 } });
    const through = graph.add('MatMul', [product(tripled, slopes[time]!), back]);
    later = add(product(own, keeps[time]!), through);
  }
  const all = flat(graph.add('Concat', found, { axis: { int: 0 } }), units);
  const [ofUpdate, ofReset] = [product(all, byUpdate), product(all, byReset)];
  const byGates = side([ofUpdate, ofReset, product(all, byFresh)]);
  const byStates = side([ofUpdate, ofReset, product(all, byMemory)]);
  const transposed = { transA: { int: 1 } };
  return [
    graph.add('Reshape', [graph.add('Gemm', [byGates, weight], { transB: { int: 1 } }), graph.add('Shape', [x])]),
    graph.add('Gemm', [rows, byGates], transposed),
    graph.add('Gemm', [before, byStates], transposed),
    graph.add('ReduceSum', [byGates, graph.integers([0])], { keepdims: { int: 0 } }),
  ];
}

/** [times * batch, width] as one [1, batch, width] for each time. */
function split(graph: Graph, value: string, times: number, width: number): string[] {
  const shaped = graph.add('Reshape', [value, graph.integers([times, -1, width])]);
  return graph.addAll('Split', [shaped, graph.integers(Array.from({ length: times }, () => 1))], times, {
    axis: { int: 0 },
  });
}
