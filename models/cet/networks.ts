import { attention, additiveMask, linear, listCrossEntropy, normalise } from '../nn/layers.ts';
import type { Network, Operations, Value } from '../nn/operations.ts';

/** Sizes of the transformer over candidates. */
export interface ScorerShape {
  /** Numbers per candidate. */
  readonly signals: number;
  /** Of these the last so many are what the screen's scores say: attention is given these alone. */
  readonly second: number;
  readonly hidden: number;
  readonly width: number;
  readonly heads: number;
  readonly inner: number;
  readonly dropout: number;
}

/**
 * Scores each candidate by itself, over all candidates at once: picks those that the transformer looks at.
 * Inputs: signals [q, n, s], mask [q, n]; output: scores [q, n].
 */
export function screenNetwork(signals: number, hidden: number, dropout: number): Network {
  return (operations) => {
    const x = operations.input('signals', 'float32', ['q', 'n', signals]);
    const inner = operations.dropout(operations.gelu(linear(operations, x, hidden, 'screen.inner')), dropout);
    const straight = linear(operations, x, 1, 'screen.straight', 0.1);
    const bent = linear(operations, inner, 1, 'screen.outer', 0.1);
    const scores = operations.reshape(operations.add(straight, bent), ['q', 'n']);
    return { outputs: { scores }, loss: () => listLoss(operations, scores) };
  };
}

/**
 * Judges each candidate by all its signals, and beside the others: it attends over the best ones by the screen, so that
 * it is known which turn answers which, where a passage begins and ends, and what was found already. Attention is given
 * what the screen's scores say alone: with all signals it learned its training conversations by heart.
 * Inputs: signals [q, n, s] (standardised), places [q, n] (place of each in the conversation), keys [q, k, second],
 * keyPlaces, keyMask [q, k]; output: scores [q, n].
 */
export function scorerNetwork(shape: ScorerShape): Network {
  return (operations) => {
    const signals = operations.input('signals', 'float32', ['q', 'n', shape.signals]);
    const places = operations.input('places', 'float32', ['q', 'n']);
    const keys = operations.input('keys', 'float32', ['q', 'k', shape.second]);
    const keyPlaces = operations.input('keyPlaces', 'float32', ['q', 'k']);
    const keyMask = operations.input('keyMask', 'float32', ['q', 'k']);
    const inner = operations.dropout(
      operations.gelu(linear(operations, signals, shape.hidden, 'inner')),
      shape.dropout,
    );
    const straight = linear(operations, signals, 1, 'straight', 0.1);
    const bent = linear(operations, inner, 1, 'outer', 0.1);
    const weights = operations.parameter('attention.distance', [kernelShapes.length, shape.heads], {
      kind: 'normal',
      deviation: 1,
    });
    const distances = operations.matmul(distanceKernels(operations, places, keyPlaces), weights);
    const hidden = operations.reshape(additiveMask(operations, keyMask), ['q', 1, 1, 'k']);
    const bias = operations.add(operations.transpose(distances, [0, 3, 1, 2]), hidden);
    const second = operations.slice(signals, 2, shape.signals - shape.second);
    const own = linear(operations, second, shape.width, 'enter');
    const others = linear(operations, keys, shape.width, 'enterKeys');
    const attended = crossBlock(operations, own, others, bias, shape);
    const beside = linear(operations, normalise(operations, attended, 'leave.norm'), 1, 'leave', 0.1);
    const sum = operations.add(operations.add(straight, bent), beside);
    const scores = operations.reshape(sum, ['q', 'n']);
    return { outputs: { scores }, loss: () => listLoss(operations, scores) };
  };
}

/** Spread of the target over the evidence of each query; the mask is asked for here, since serving needs none. */
function listLoss(operations: Operations, scores: Value): Value {
  const targets = operations.input('targets', 'float32', ['q', 'n']);
  return listCrossEntropy(operations, scores, targets, operations.input('mask', 'float32', ['q', 'n']));
}

/** How far apart two candidates stand, as a few triangles: [q, n, k, kernels]. */
const kernelShapes = [
  { centre: 1, reach: 1 },
  { centre: -1, reach: 1 },
  { centre: 0, reach: 3 },
  { centre: 0, reach: 10 },
  { centre: 0, reach: 40 },
] as const;

function distanceKernels(operations: Operations, places: Value, keyPlaces: Value): Value {
  const rows = operations.reshape(places, ['q', 'n', 1]);
  const columns = operations.reshape(keyPlaces, ['q', 1, 'k']);
  const distance = operations.subtract(rows, columns);
  const triangles = kernelShapes.map(({ centre, reach }) => {
    const moved = operations.scale(distance, 1, -centre);
    const size = operations.add(operations.relu(moved), operations.relu(operations.scale(moved, -1)));
    return operations.reshape(operations.relu(operations.scale(size, -1 / reach, 1)), ['q', 'n', 'k', 1]);
  });
  return operations.concat(triangles, 3);
}

/** A pre-norm transformer block in which each candidate attends over the keys. */
function crossBlock(operations: Operations, x: Value, keys: Value, bias: Value, shape: ScorerShape): Value {
  const { width, heads, inner, dropout } = shape;
  const queries = linear(operations, normalise(operations, x, 'attention.norm'), width, 'attention.query');
  const before = normalise(operations, keys, 'attention.keys.norm');
  const part = (role: string) => linear(operations, before, width, `attention.${role}`);
  const mixed = attention(operations, queries, part('key'), part('value'), { heads, mask: bias });
  const attended = linear(operations, mixed, width, 'attention.output', 0.5);
  const middle = operations.add(x, operations.dropout(attended, dropout));
  const forward = linear(operations, normalise(operations, middle, 'forward.norm'), inner, 'forward.inner');
  const outer = linear(operations, operations.gelu(forward), width, 'forward.outer', 0.5);
  return operations.add(middle, operations.dropout(outer, dropout));
}
