import { swapLast } from './forward.ts';
import type { Graph } from './graph.ts';
import { emitGruBackward } from './gru.ts';
import type { Shape } from './operations.ts';
import { stretchedAxes } from './shape.ts';
import type { Site } from './site.ts';

/** Gradients by each input, null where none flows. Embeddings are the caller's: their gradient stays in rows. */
export function emitBackward(site: Site): (string | null)[] {
  const { graph, node, emitted, inputs, gradient: g } = site;
  const { operation } = node;
  const [x, y] = [inputs[0]!, inputs[1]!];
  const wanted = (index: number): boolean => node.inputs[index]!.differentiable;
  switch (operation.kind) {
    case 'input':
    case 'parameter':
    case 'constant':
    case 'cast':
    case 'embedding':
      return [];
    case 'add':
      return fitted(site, [() => g, () => g]);
    case 'subtract':
      return fitted(site, [() => g, () => graph.add('Neg', [g])]);
    case 'multiply':
      return fitted(site, [() => graph.add('Mul', [g, y]), () => graph.add('Mul', [g, x])]);
    case 'divide': {
      // d(x / y) = dx / y - (x / y) dy / y
      const byX = graph.add('Div', [g, y]);
      return fitted(site, [() => byX, () => graph.add('Neg', [graph.add('Mul', [byX, emitted.name])])]);
    }
    case 'scale':
      return [operation.factor === 1 ? g : graph.add('Mul', [g, graph.number(operation.factor)])];
    case 'matmul':
      return matmul(site, operation.transposeB);
    case 'reshape':
      return [graph.reshape(g, node.shape, node.inputs[0]!.shape)];
    case 'transpose': {
      const back = operation.order.map((_, axis) => operation.order.indexOf(axis));
      return [graph.add('Transpose', [g], { perm: { ints: back } })];
    }
    case 'concat': {
      const ends = { start: { int: operation.axis }, end: { int: operation.axis + 1 } };
      const lengths = inputs.map((part) => graph.add('Shape', [part], ends));
      const split = graph.add('Concat', lengths, { axis: { int: 0 } });
      const parts = graph.addAll('Split', [g, split], inputs.length, { axis: { int: operation.axis } });
      return parts.map((part, index) => (wanted(index) ? part : null));
    }
    case 'slice': {
      const ends = { start: { int: operation.axis }, end: { int: operation.axis + 1 } };
      const [whole, kept] = [graph.add('Shape', [x], ends), graph.add('Shape', [emitted.name], ends)];
      const before = graph.integers([operation.start]);
      const after = graph.add('Sub', [graph.add('Sub', [whole, kept]), before]);
      return [pad(graph, g, node.shape.length, operation.axis, before, after)];
    }
    case 'firstRows': {
      const after = graph.add('Sub', [graph.length(node.inputs[0]!.shape[0]!), emitted.saved[0]!]);
      return [pad(graph, g, 2, 0, graph.integers([0]), after), null];
    }
    case 'relu':
      return [graph.add('Mul', [g, asNumber(graph, graph.add('Greater', [x, graph.number(0)]))])];
    case 'tanh': {
      const square = graph.add('Mul', [emitted.name, emitted.name]);
      return [graph.add('Mul', [g, graph.add('Sub', [graph.number(1), square])])];
    }
    case 'sigmoid': {
      const rest = graph.add('Sub', [graph.number(1), emitted.name]);
      return [graph.add('Mul', [g, graph.add('Mul', [emitted.name, rest])])];
    }
    case 'softplus':
      return [graph.add('Mul', [g, graph.add('Sigmoid', [x])])];
    case 'gelu': {
      // d(x Phi(x)) = Phi(x) + x phi(x)
      const square = graph.add('Mul', [graph.add('Mul', [x, x]), graph.number(-0.5)]);
      const density = graph.add('Mul', [graph.add('Exp', [square]), graph.number(1 / Math.sqrt(2 * Math.PI))]);
      const slope = graph.add('Add', [emitted.saved[0]!, graph.add('Mul', [x, density])]);
      return [graph.add('Mul', [g, slope])];
    }
    case 'softmax': {
      const shared = sumLast(graph, graph.add('Mul', [g, emitted.name]));
      return [graph.add('Mul', [emitted.name, graph.add('Sub', [g, shared])])];
    }
    case 'logSoftmax': {
      const shares = graph.add('Exp', [emitted.name]);
      return [graph.add('Sub', [g, graph.add('Mul', [shares, sumLast(graph, g)])])];
    }
    case 'layerNorm':
      return layerNorm(site);
    case 'gru':
      return emitGruBackward(site);
    case 'sum': {
      const kept = operation.keep ? g : graph.add('Unsqueeze', [g, graph.integers([operation.axis])]);
      return [graph.add('Expand', [kept, graph.add('Shape', [x])])];
    }
    case 'max': {
      const largest = asNumber(graph, graph.add('Equal', [x, emitted.saved[0]!]));
      return [graph.add('Mul', [graph.add('Unsqueeze', [g, graph.integers([operation.axis])]), largest])];
    }
    case 'mean': {
      const count = asNumber(graph, graph.add('Size', [x]));
      return [graph.add('Expand', [graph.add('Div', [g, count]), graph.add('Shape', [x])])];
    }
    default:
      return operation satisfies never;
  }
}

/** Sums gradients over the axes along which an input was broadcast. */
function fitted(site: Site, make: readonly (() => string)[]): (string | null)[] {
  const { graph, node } = site;
  return node.inputs.map((input, index) => {
    if (!input.differentiable) return null;
    const { dropped, kept } = stretchedAxes(node.shape, input.shape);
    let gradient = make[index]!();
    if (dropped.length > 0) gradient = sumOver(graph, gradient, dropped, false);
    return kept.length > 0 ? sumOver(graph, gradient, kept, true) : gradient;
  });
}

function matmul(site: Site, transposeB: boolean): (string | null)[] {
  const { graph, node, inputs, gradient: g } = site;
  const [a, b] = [inputs[0]!, inputs[1]!];
  const [left, right] = [node.inputs[0]!, node.inputs[1]!];
  if (right.shape.length > 2) {
    const swapped = (x: string): string => swapLast(graph, x, right.shape.length);
    const byLeft = (): string => graph.add('MatMul', [g, transposeB ? b : swapped(b)]);
    const byRight = (): string =>
      transposeB ? graph.add('MatMul', [swapped(g), a]) : graph.add('MatMul', [swapped(a), g]);
    return [left.differentiable ? byLeft() : null, right.differentiable ? byRight() : null];
  }
  // b is a plain matrix: one product over all rows of a.
  const rows = flat(graph, g, node.shape);
  const byLeft = (): string => {
    const product = graph.add('Gemm', [rows, b], transposeB ? {} : { transB: { int: 1 } });
    return left.shape.length === 2 ? product : graph.add('Reshape', [product, graph.add('Shape', [a])]);
  };
  const byRight = (): string => {
    const given = flat(graph, a, left.shape);
    return graph.add('Gemm', transposeB ? [rows, given] : [given, rows], { transA: { int: 1 } });
  };
  return [left.differentiable ? byLeft() : null, right.differentiable ? byRight() : null];
}

/** With n = (x - mean) / deviation and h = g * gain: (h - mean(h) - n * mean(h * n)) / deviation. */
function layerNorm(site: Site): string[] {
  const { graph, node, emitted, inputs, gradient: g } = site;
  const [mean, inverse] = [emitted.saved[0]!, emitted.saved[1]!];
  const normal = graph.add('Mul', [graph.add('Sub', [inputs[0]!, mean]), inverse]);
  const byNormal = graph.add('Mul', [g, inputs[1]!]);
  const along = graph.add('Mul', [normal, meanLast(graph, graph.add('Mul', [byNormal, normal]))]);
  const centred = graph.add('Sub', [graph.add('Sub', [byNormal, meanLast(graph, byNormal)]), along]);
  const leading = node.shape.slice(0, -1).map((_, axis) => axis);
  const overRows = (x: string): string => (leading.length === 0 ? x : sumOver(graph, x, leading, false));
  return [graph.add('Mul', [inverse, centred]), overRows(graph.add('Mul', [g, normal])), overRows(g)];
}

function flat(graph: Graph, x: string, shape: Shape): string {
  return shape.length === 2 ? x : graph.add('Reshape', [x, graph.integers([-1, shape.at(-1) as number])]);
}

/** Zeros before and after along one axis. */
function pad(graph: Graph, x: string, rank: number, axis: number, before: string, after: string): string {
  const zeros = (count: number): string[] =>
    count > 0 ? [graph.integers(Array.from({ length: count }, () => 0))] : [];
  const parts = [...zeros(axis), before, ...zeros(rank - 1), after, ...zeros(rank - 1 - axis)];
  return graph.add('Pad', [x, graph.add('Concat', parts, { axis: { int: 0 } }), graph.number(0)]);
}

function sumOver(graph: Graph, x: string, axes: readonly number[], keep: boolean): string {
  return graph.add('ReduceSum', [x, graph.integers(axes)], { keepdims: { int: keep ? 1 : 0 } });
}

function sumLast(graph: Graph, x: string): string {
  return sumOver(graph, x, [-1], true);
}

function meanLast(graph: Graph, x: string): string {
  return graph.add('ReduceMean', [x], { axes: { ints: [-1] }, keepdims: { int: 1 } });
}

function asNumber(graph: Graph, x: string): string {
  return graph.add('Cast', [x], { to: { int: 1 } });
}
