import { attention, additiveMask, linear, listCrossEntropy, normalise } from '../nn/layers.ts';
import type { Network, Operations, Value } from '../nn/operations.ts';

/** Sizes of the transformer over candidates. */
export interface ScorerShape {
  /** Numbers per candidate: signals, and similarities of encodings. */
  readonly signals: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly inner: number;
  readonly dropout: number;
  /** Nets that were learned apart and whose mean is served. */
  readonly members: number;
}

/** Name of a parameter of one member; a net that learns is member 0. */
export function memberName(name: string, member: number): string {
  return member === 0 ? name : `member${member}.${name}`;
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
 * Attends over the best candidates of one query in the order of the conversation, so that a piece is judged beside the
 * others: which of two alike is better, which turn answers which, where a passage begins and ends.
 * Inputs: signals [q, n, s] (standardised), prior [q, n] (the screen's score), places [q, n] (place of each in the
 * conversation), mask [q, n]; output: scores [q, n], the prior plus what attention adds.
 */
export function scorerNetwork(shape: ScorerShape): Network {
  return (operations) => {
    const signals = operations.input('signals', 'float32', ['q', 'n', shape.signals]);
    const prior = operations.input('prior', 'float32', ['q', 'n']);
    const places = operations.input('places', 'float32', ['q', 'n']);
    const mask = operations.input('mask', 'float32', ['q', 'n']);
    const kernels = distanceKernels(operations, places);
    const hidden = operations.reshape(additiveMask(operations, mask), ['q', 1, 1, 'n']);
    let sum: Value | null = null;
    for (let member = 0; member < shape.members; member += 1) {
      let x = linear(operations, signals, shape.width, memberName('enter', member));
      for (let layer = 0; layer < shape.layers; layer += 1) {
        const name = memberName(`layer${layer}`, member);
        const bias = operations.add(distanceBias(operations, kernels, shape.heads, name), hidden);
        x = candidateBlock(operations, x, bias, name, shape);
      }
      const leaving = normalise(operations, x, memberName('leave.norm', member));
      const judged = linear(operations, leaving, 1, memberName('leave', member), 0.1);
      sum = sum === null ? judged : operations.add(sum, judged);
    }
    const mean = operations.scale(sum!, 1 / shape.members);
    const scores = operations.add(prior, operations.reshape(mean, ['q', 'n']));
    return { outputs: { scores }, loss: () => listLoss(operations, scores, mask) };
  };
}

/** Spread of the target over the evidence of each query; `mask` is asked for here where serving needs none. */
function listLoss(operations: Operations, scores: Value, mask?: Value): Value {
  const targets = operations.input('targets', 'float32', ['q', 'n']);
  return listCrossEntropy(operations, scores, targets, mask ?? operations.input('mask', 'float32', ['q', 'n']));
}

/** How far apart two candidates stand, as a few triangles: [q, n, n, kernels]. */
const kernelShapes = [
  { centre: 1, reach: 1 },
  { centre: -1, reach: 1 },
  { centre: 0, reach: 3 },
  { centre: 0, reach: 10 },
  { centre: 0, reach: 40 },
] as const;

function distanceKernels(operations: Operations, places: Value): Value {
  const rows = operations.reshape(places, ['q', 'n', 1]);
  const columns = operations.reshape(places, ['q', 1, 'n']);
  const distance = operations.subtract(rows, columns);
  const triangles = kernelShapes.map(({ centre, reach }) => {
    const moved = operations.scale(distance, 1, -centre);
    const size = operations.add(operations.relu(moved), operations.relu(operations.scale(moved, -1)));
    return operations.reshape(operations.relu(operations.scale(size, -1 / reach, 1)), ['q', 'n', 'n', 1]);
  });
  return operations.concat(triangles, 3);
}

/** What each head adds to the attention between two candidates by their distance: [q, heads, n, n]. */
function distanceBias(operations: Operations, kernels: Value, heads: number, name: string): Value {
  const weight = operations.parameter(`${name}.distance`, [kernelShapes.length, heads], {
    kind: 'normal',
    deviation: 1,
  });
  return operations.transpose(operations.matmul(kernels, weight), [0, 3, 1, 2]);
}

/** A pre-norm transformer block whose attention knows distances. */
function candidateBlock(operations: Operations, x: Value, bias: Value, name: string, shape: ScorerShape): Value {
  const before = normalise(operations, x, `${name}.attention.norm`);
  const part = (role: string) => linear(operations, before, shape.width, `${name}.attention.${role}`);
  const mixed = attention(operations, part('query'), part('key'), part('value'), { heads: shape.heads, mask: bias });
  const attended = linear(operations, mixed, shape.width, `${name}.attention.output`, 0.5);
  const middle = operations.add(x, operations.dropout(attended, shape.dropout));
  const inner = linear(operations, normalise(operations, middle, `${name}.inner.norm`), shape.inner, `${name}.inner`);
  const outer = linear(operations, operations.gelu(inner), shape.width, `${name}.outer`, 0.5);
  return operations.add(middle, operations.dropout(outer, shape.dropout));
}
