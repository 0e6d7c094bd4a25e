import { EngineError } from '../../engine/core/errors.ts';
import { seededRandom, shuffle } from '../../engine/core/random.ts';
import { softmax } from '../calibration.ts';
import { TrainState } from './train-state.ts';
import type { SparseRows } from './vocabulary.ts';

/** One group of outputs. `softmax`: one class is right; `sigmoid`: each class by itself. */
export interface Head {
  readonly name: string;
  readonly kind: 'softmax' | 'sigmoid';
  readonly size: number;
  /** Weight of its loss. */
  readonly weight: number;
}

/** Right classes of every row for one head: empty where unknown (softmax) or none (sigmoid). */
export type Targets = readonly (readonly number[])[];

export interface BagNetOptions {
  /** Hidden units, a multiple of four; 0 makes a linear model. */
  readonly hidden: number;
  readonly epochs: number;
  readonly learningRate: number;
  /** Share of input features left out of a step. */
  readonly inputDropout: number;
  readonly hiddenDropout: number;
  /** Share of the target spread over all classes. */
  readonly smoothing: number;
  readonly seed: number;
}

/** Weights of `bag -> hidden (relu) -> outputs`, or `bag -> outputs` where there are no hidden units. */
export interface BagNet {
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
  /** [inputs, hidden], or [inputs, outputs] of a linear model. */
  readonly embedding: Float32Array;
  readonly hiddenBias: Float32Array;
  /** [hidden, outputs]. */
  readonly output: Float32Array;
  readonly outputBias: Float32Array;
}

/**
 * Trains with Adagrad, one row a step, the learning rate falling to zero. Rows in shuffled order; the same seed gives
 * the same weights. `onEpoch` is told the mean loss and may throw to stop.
 * @throws TRAINING_DIVERGED
 */
export function trainBagNet(
  rows: SparseRows,
  heads: readonly Head[],
  targets: readonly Targets[],
  inputs: number,
  options: BagNetOptions,
  onEpoch: (epoch: number, loss: number) => void = () => undefined,
): BagNet {
  const random = seededRandom(options.seed);
  const outputs = heads.reduce((sum, head) => sum + head.size, 0);
  const state = new TrainState(inputs, options.hidden, outputs, random);
  const count = rows.offsets.length - 1;
  const order = Array.from({ length: count }, (_, row) => row);
  const steps = count * options.epochs;
  let step = 0;
  for (let epoch = 0; epoch < options.epochs; epoch += 1) {
    let loss = 0;
    for (const row of shuffle(order, random)) {
      const rate = options.learningRate * (1 - step / steps);
      step += 1;
      state.read(rows, row, options.inputDropout, random);
      state.forward(options.hiddenDropout, random);
      loss += lossGradient(state.scores, state.gradient, heads, targets, row, options.smoothing);
      state.backward(rate, options.hiddenDropout);
    }
    loss /= count;
    if (!Number.isFinite(loss)) throw new EngineError('TRAINING_DIVERGED', { what: 'lppm', step, loss });
    onEpoch(epoch, loss);
  }
  const { table, ...arrays } = state.arrays();
  return { inputs, hidden: options.hidden, outputs, embedding: table, ...arrays };
}

/** Scores (before softmax or sigmoid) of one row. */
export function scoreBagNet(net: BagNet, indices: Int32Array, weights: Float32Array): Float32Array {
  const scores = net.outputBias.slice();
  if (net.hidden === 0) {
    gather(scores, net.embedding, indices, weights, indices.length);
    return scores;
  }
  const hidden = net.hiddenBias.slice();
  gather(hidden, net.embedding, indices, weights, indices.length);
  for (let unit = 0; unit < hidden.length; unit += 1) if ((hidden[unit] as number) < 0) hidden[unit] = 0;
  multiply(scores, hidden, net.output);
  return scores;
}

function gather(
  into: Float32Array,
  table: Float32Array,
  indices: Int32Array,
  weights: Float32Array,
  size: number,
): void {
  const width = into.length;
  for (let item = 0; item < size; item += 1) {
    const weight = weights[item] as number;
    const start = (indices[item] as number) * width;
    for (let unit = 0; unit < width; unit += 1)
      into[unit] = (into[unit] as number) + weight * (table[start + unit] as number);
  }
}

function multiply(scores: Float32Array, hidden: Float32Array, output: Float32Array): void {
  const outputs = scores.length;
  for (let unit = 0; unit < hidden.length; unit += 1) {
    const value = hidden[unit] as number;
    if (value === 0) continue;
    const start = unit * outputs;
    for (let item = 0; item < outputs; item += 1)
      scores[item] = (scores[item] as number) + value * (output[start + item] as number);
  }
}

/** Cross-entropy of every head whose target is known; writes its gradient over `gradient`. */
function lossGradient(
  scores: Float32Array,
  gradient: Float32Array,
  heads: readonly Head[],
  targets: readonly Targets[],
  row: number,
  smoothing: number,
): number {
  let loss = 0;
  let start = 0;
  for (let number = 0; number < heads.length; number += 1) {
    const head = heads[number] as Head;
    const right = (targets[number] as Targets)[row] ?? [];
    const { size, weight } = head;
    if (head.kind === 'softmax') {
      if (right.length === 0) gradient.fill(0, start, start + size);
      else {
        const shares = softmax(scores.subarray(start, start + size));
        for (let item = 0; item < size; item += 1)
          gradient[start + item] = weight * ((shares[item] as number) - smoothing / size);
        for (const target of right) {
          const share = 1 / right.length;
          gradient[start + target] = (gradient[start + target] as number) - weight * (1 - smoothing) * share;
          loss -= weight * share * Math.log((shares[target] as number) + 1e-12);
        }
      }
    } else {
      for (let item = 0; item < size; item += 1) {
        const wanted = right.includes(item) ? 1 : 0;
        const share = 1 / (1 + Math.exp(-(scores[start + item] as number)));
        gradient[start + item] = weight * (share - (wanted * (1 - smoothing) + smoothing / 2));
        loss -= weight * Math.log((wanted === 1 ? share : 1 - share) + 1e-12);
      }
    }
    start += size;
  }
  return loss;
}
