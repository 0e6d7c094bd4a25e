import { EngineError } from '../../../engine/core/errors.ts';
import type { Random } from '../../../engine/core/clock.ts';
import { seededRandom, shuffle } from '../../../engine/core/random.ts';
import { softmax } from '../../calibration.ts';
import { TrainState } from './train-state.ts';
import type { SparseRows } from '../encoding/vocabulary.ts';

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
  /**
   * Share of the steps that look at a mixture of two rows, features and targets alike (mixup; Zhang, Cisse, Dauphin,
   * Lopez-Paz 2018); 0 by default.
   */
  readonly mix?: number;
  /** Loss of softmax heads: over the shares of all classes (default), or each class against the rest. */
  readonly loss?: 'shares' | 'each';
}

/** A row of a step, with the share that it has in the mixture. */
interface Part {
  readonly row: number;
  readonly share: number;
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
      const parts = mixtureOf(row, count, options.mix ?? 0, random);
      state.read(rows, parts, options.inputDropout, random);
      state.forward(options.hiddenDropout, random);
      loss += lossGradient(state.scores, state.gradient, heads, targets, parts, options);
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

/** The row itself, or with another one that weighs at most as much. */
function mixtureOf(row: number, count: number, mix: number, random: Random): readonly Part[] {
  if (mix === 0 || random() >= mix) return [{ row, share: 1 }];
  const other = Math.floor(random() * count);
  const share = 0.5 + 0.5 * random();
  return [
    { row, share },
    { row: other, share: 1 - share },
  ];
}

/** Cross-entropy of every head whose target is known; writes its gradient over `gradient`. */
function lossGradient(
  scores: Float32Array,
  gradient: Float32Array,
  heads: readonly Head[],
  targets: readonly Targets[],
  parts: readonly Part[],
  options: Pick<BagNetOptions, 'smoothing' | 'loss'>,
): number {
  let loss = 0;
  let start = 0;
  for (let number = 0; number < heads.length; number += 1) {
    const head = heads[number] as Head;
    const own = scores.subarray(start, start + head.size);
    const slopes = gradient.subarray(start, start + head.size);
    const right = targets[number] as Targets;
    if (head.kind === 'sigmoid') loss += head.weight * eachLoss(own, slopes, right, parts, options.smoothing, 0.5);
    else if (options.loss === 'each') loss += head.weight * eachLoss(own, slopes, right, parts, options.smoothing, 0);
    else loss += head.weight * sharesLoss(own, slopes, right, parts, options.smoothing);
    if (head.weight !== 1)
      for (let item = 0; item < head.size; item += 1) slopes[item] = (slopes[item] as number) * head.weight;
    start += head.size;
  }
  return loss;
}

/** One class of all is right; nothing is learned from parts whose class is unknown. */
function sharesLoss(
  scores: Float32Array,
  slopes: Float32Array,
  targets: Targets,
  parts: readonly Part[],
  smoothing: number,
): number {
  slopes.fill(0);
  const known = parts.filter(({ row }) => (targets[row] ?? []).length > 0);
  if (known.length === 0) return 0;
  const size = scores.length;
  const shares = softmax(scores);
  let loss = 0;
  let total = 0;
  for (const { share } of known) total += share;
  for (let item = 0; item < size; item += 1) slopes[item] = total * ((shares[item] as number) - smoothing / size);
  for (const { row, share } of known) {
    const right = targets[row] as readonly number[];
    for (const target of right) {
      const part = share / right.length;
      slopes[target] = (slopes[target] as number) - (1 - smoothing) * part;
      loss -= part * Math.log((shares[target] as number) + 1e-12);
    }
  }
  return loss;
}

/**
 * Each class by itself. `floor` is the share of the smoothing that wrong classes get; 0 marks a softmax head, whose
 * class may be unknown.
 */
function eachLoss(
  scores: Float32Array,
  slopes: Float32Array,
  targets: Targets,
  parts: readonly Part[],
  smoothing: number,
  floor: number,
): number {
  if (floor === 0 && parts.every(({ row }) => (targets[row] ?? []).length === 0)) {
    slopes.fill(0);
    return 0;
  }
  let loss = 0;
  for (let item = 0; item < scores.length; item += 1) {
    let wanted = 0;
    for (const { row, share } of parts) if ((targets[row] ?? []).includes(item)) wanted += share;
    const given = 1 / (1 + Math.exp(-(scores[item] as number)));
    slopes[item] = given - (wanted * (1 - smoothing) + smoothing * floor);
    loss -= wanted * Math.log(given + 1e-12) + (1 - wanted) * Math.log(1 - given + 1e-12);
  }
  return loss;
}
