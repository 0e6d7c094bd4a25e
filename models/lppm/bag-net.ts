import { EngineError } from '../../engine/core/errors.ts';
import { normal, seededRandom, shuffle } from '../../engine/core/random.ts';
import { softmax } from '../calibration.ts';
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
  /** Hidden units; 0 makes a linear model. */
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

/** Standard deviation of the first weights; .02 was best on CLINC150 val. */
const spread = 0.02;
const firstSquare = 1e-4;
/** Slopes below this are taken as zero. */
const negligible = Number(process.env.NEG ?? 1e-12);
/** Scratch space of `scatter`: units in use and their slopes. */
const active = new Int32Array(1 << 12);
const activeSlopes = new Float32Array(1 << 12);

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
  const width = options.hidden === 0 ? outputs : options.hidden;
  const embedding = new Float32Array(inputs * width);
  const output = new Float32Array(options.hidden * outputs);
  if (options.hidden > 0) {
    for (let index = 0; index < embedding.length; index += 1) embedding[index] = sum4(random) * spread;
    const scale = Math.sqrt(2 / options.hidden) * 0.5;
    for (let index = 0; index < output.length; index += 1) output[index] = normal(random) * scale;
  }
  const net: BagNet = {
    inputs,
    hidden: options.hidden,
    outputs,
    embedding,
    hiddenBias: new Float32Array(options.hidden),
    output,
    outputBias: new Float32Array(outputs),
  };
  const squares = {
    embedding: new Float32Array(embedding.length).fill(firstSquare),
    hiddenBias: new Float32Array(options.hidden).fill(firstSquare),
    output: new Float32Array(output.length).fill(firstSquare),
    outputBias: new Float32Array(outputs).fill(firstSquare),
  };
  const count = rows.offsets.length - 1;
  const order = Array.from({ length: count }, (_, row) => row);
  const steps = count * options.epochs;
  const hidden = new Float32Array(options.hidden);
  const hiddenGradient = new Float32Array(options.hidden);
  const scores = new Float32Array(outputs);
  const gradient = new Float32Array(outputs);
  const kept = new Int32Array(1 << 13);
  const keptWeights = new Float32Array(1 << 13);
  let step = 0;
  for (let epoch = 0; epoch < options.epochs; epoch += 1) {
    let loss = 0;
    shuffle(order, random);
    for (const row of order) {
      const rate = options.learningRate * (1 - step / steps);
      step += 1;
      const size = keepSome(rows, row, options.inputDropout, random, kept, keptWeights);
      if (options.hidden === 0) {
        scores.set(net.outputBias);
        gather(scores, embedding, kept, keptWeights, size);
        loss += lossGradient(scores, gradient, heads, targets, row, options.smoothing);
        scatter(embedding, squares.embedding, gradient, kept, keptWeights, size, rate);
      } else {
        hidden.set(net.hiddenBias);
        gather(hidden, embedding, kept, keptWeights, size);
        activate(hidden, options.hiddenDropout, random);
        scores.set(net.outputBias);
        multiply(scores, hidden, output);
        loss += lossGradient(scores, gradient, heads, targets, row, options.smoothing);
        updateOutput(output, squares.output, hidden, gradient, hiddenGradient, rate);
        const scale = 1 / (1 - options.hiddenDropout);
        for (let unit = 0; unit < hiddenGradient.length; unit += 1)
          hiddenGradient[unit] = (hiddenGradient[unit] as number) * scale;
        adagrad(net.hiddenBias, squares.hiddenBias, hiddenGradient, rate);
        scatter(embedding, squares.embedding, hiddenGradient, kept, keptWeights, size, rate);
      }
      adagrad(net.outputBias, squares.outputBias, gradient, rate);
    }
    loss /= count;
    if (!Number.isFinite(loss)) throw new EngineError('TRAINING_DIVERGED', { what: 'lppm', step, loss });
    onEpoch(epoch, loss);
  }
  return net;
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

/** Sum of four uniform numbers, scaled to variance 1: near enough to normal, and four times cheaper. */
function sum4(random: () => number): number {
  return (random() + random() + random() + random() - 2) * Math.sqrt(3);
}

function keepSome(
  rows: SparseRows,
  row: number,
  dropout: number,
  random: () => number,
  kept: Int32Array,
  keptWeights: Float32Array,
): number {
  const stop = rows.offsets[row + 1] as number;
  const scale = 1 / (1 - dropout);
  let size = 0;
  for (let item = rows.offsets[row] as number; item < stop; item += 1) {
    if (dropout > 0 && random() < dropout) continue;
    kept[size] = rows.indices[item] as number;
    keptWeights[size] = (rows.weights[item] as number) * scale;
    size += 1;
  }
  return size;
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

function activate(hidden: Float32Array, dropout: number, random: () => number): void {
  const scale = 1 / (1 - dropout);
  for (let unit = 0; unit < hidden.length; unit += 1) {
    const value = hidden[unit] as number;
    hidden[unit] = value > 0 && (dropout === 0 || random() >= dropout) ? value * scale : 0;
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

function updateOutput(
  output: Float32Array,
  squares: Float32Array,
  hidden: Float32Array,
  gradient: Float32Array,
  hiddenGradient: Float32Array,
  rate: number,
): void {
  const outputs = gradient.length;
  for (let unit = 0; unit < hidden.length; unit += 1) {
    const value = hidden[unit] as number;
    if (value === 0) {
      hiddenGradient[unit] = 0;
      continue;
    }
    const start = unit * outputs;
    let sum = 0;
    for (let item = 0; item < outputs; item += 1) {
      const slope = gradient[item] as number;
      const weight = output[start + item] as number;
      sum += slope * weight;
      const change = value * slope;
      const square = (squares[start + item] as number) + change * change;
      squares[start + item] = square;
      output[start + item] = weight - (rate * change) / Math.sqrt(square);
    }
    hiddenGradient[unit] = sum;
  }
}

function adagrad(values: Float32Array, squares: Float32Array, gradient: Float32Array, rate: number): void {
  for (let item = 0; item < values.length; item += 1) {
    const slope = gradient[item] as number;
    const square = (squares[item] as number) + slope * slope;
    squares[item] = square;
    values[item] = (values[item] as number) - (rate * slope) / Math.sqrt(square);
  }
}

/**
 * Adagrad on the rows of a table that were looked up. Units whose slope is zero (relu, dropout) or next to it are left
 * out once for all rows: more than half of the work.
 */
function scatter(
  table: Float32Array,
  squares: Float32Array,
  gradient: Float32Array,
  indices: Int32Array,
  weights: Float32Array,
  size: number,
  rate: number,
): void {
  const width = gradient.length;
  let count = 0;
  for (let unit = 0; unit < width; unit += 1) {
    const slope = gradient[unit] as number;
    if (slope < negligible && slope > -negligible) continue;
    active[count] = unit;
    activeSlopes[count] = slope;
    count += 1;
  }
  for (let item = 0; item < size; item += 1) {
    const weight = weights[item] as number;
    const start = (indices[item] as number) * width;
    for (let place = 0; place < count; place += 1) {
      const cell = start + (active[place] as number);
      const slope = weight * (activeSlopes[place] as number);
      const square = (squares[cell] as number) + slope * slope;
      squares[cell] = square;
      table[cell] = (table[cell] as number) - (rate * slope) / Math.sqrt(square);
    }
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
