import type { Random } from '../../../engine/core/clock.ts';
import { normal } from '../../../engine/core/random.ts';
import { KernelMemory, type Kernels } from './kernels.ts';
import type { SparseRows } from '../encoding/vocabulary.ts';

/** Standard deviation of the first weights; .02 was best on CLINC150 val. */
const spread = 0.02;
const firstSquare = 1e-4;
/** Most features that one row may have. */
const rowLimit = 1 << 13;

/** Weights as they come out of training, without padding. */
export interface TrainedArrays {
  readonly table: Float32Array;
  readonly hiddenBias: Float32Array;
  readonly output: Float32Array;
  readonly outputBias: Float32Array;
}

interface Weights {
  readonly values: Float32Array<ArrayBuffer>;
  /** Sums of squared slopes. */
  readonly squares: Float32Array;
  /** Floats of a row with its padding. */
  readonly width: number;
}

/**
 * A net in training: weights, their sums of squares and the row at hand, all in the memory of the kernels. One step is
 * `read`, `forward`, a gradient written over `gradient`, `backward`.
 */
export class TrainState {
  readonly scores: Float32Array;
  readonly gradient: Float32Array;
  readonly #hiddenSize: number;
  readonly #outputs: number;
  readonly #kernels: Kernels;
  readonly #table: Weights;
  /** Absent in a linear model, whose table gives the outputs at once. */
  readonly #output: Weights | null;
  readonly #hiddenBias: Weights;
  readonly #outputBias: Weights;
  readonly #hidden: Float32Array;
  readonly #slopes: Float32Array;
  readonly #indices: Int32Array;
  readonly #weights: Float32Array;
  /** Hidden units at work in this step, and their values. */
  readonly #units: Int32Array;
  readonly #values: Float32Array;
  readonly #products: Float32Array;
  readonly #first: Int32Array;
  readonly #one: Float32Array;
  #items = 0;
  #active = 0;

  constructor(inputs: number, hidden: number, outputs: number, random: Random) {
    const width = hidden === 0 ? outputs : hidden;
    const cells = inputs * padded(width) + hidden * padded(outputs);
    const memory = new KernelMemory(8 * (cells + 8 * (padded(hidden) + padded(outputs)) + 2 * rowLimit) + 4096);
    const weightsOf = (count: number, size: number): Weights => {
      const values = memory.floats(count * padded(size));
      return { values, squares: memory.floats(values.length).fill(firstSquare), width: padded(size) };
    };
    this.#hiddenSize = hidden;
    this.#outputs = outputs;
    this.#kernels = memory.kernels;
    this.#table = weightsOf(inputs, width);
    this.#output = hidden === 0 ? null : weightsOf(hidden, outputs);
    this.#hiddenBias = weightsOf(1, hidden);
    this.#outputBias = weightsOf(1, outputs);
    this.scores = memory.floats(padded(outputs));
    this.gradient = memory.floats(padded(outputs));
    this.#hidden = memory.floats(padded(hidden));
    this.#slopes = memory.floats(padded(hidden));
    this.#indices = memory.integers(rowLimit);
    this.#weights = memory.floats(rowLimit);
    this.#units = memory.integers(padded(hidden));
    this.#values = memory.floats(padded(hidden));
    this.#products = memory.floats(padded(hidden));
    this.#first = memory.integers(1);
    this.#one = memory.floats(1).fill(1);
    if (this.#output === null) return;
    fillRows(this.#table, hidden, () => sumOfFour(random) * spread);
    const scale = Math.sqrt(2 / hidden) * 0.5;
    fillRows(this.#output, outputs, () => normal(random) * scale);
  }

  /** Takes the features of a row, or of a mixture of rows, some of them left out at random. */
  read(
    rows: SparseRows,
    parts: readonly { readonly row: number; readonly share: number }[],
    dropout: number,
    random: Random,
  ): void {
    let items = 0;
    for (const { row, share } of parts) {
      const scale = share / (1 - dropout);
      const stop = rows.offsets[row + 1] as number;
      for (let item = rows.offsets[row] as number; item < stop && items < rowLimit; item += 1) {
        if (dropout > 0 && random() < dropout) continue;
        this.#indices[items] = rows.indices[item] as number;
        this.#weights[items] = (rows.weights[item] as number) * scale;
        items += 1;
      }
    }
    this.#items = items;
  }

  forward(dropout: number, random: Random): void {
    this.scores.set(this.#outputBias.values);
    if (this.#output === null) {
      this.#gather(this.scores, this.#table, this.#indices, this.#weights, this.#items);
      return;
    }
    this.#hidden.set(this.#hiddenBias.values);
    this.#gather(this.#hidden, this.#table, this.#indices, this.#weights, this.#items);
    const scale = 1 / (1 - dropout);
    this.#active = 0;
    for (let unit = 0; unit < this.#hiddenSize; unit += 1) {
      const value = this.#hidden[unit] as number;
      // written so that NaN stays in play and shows up in the loss
      if (value <= 0 || (dropout > 0 && random() < dropout)) continue;
      this.#units[this.#active] = unit;
      this.#values[this.#active] = value * scale;
      this.#active += 1;
    }
    this.#gather(this.scores, this.#output, this.#units, this.#values, this.#active);
  }

  backward(rate: number, dropout: number): void {
    this.#step(this.#outputBias, this.gradient, this.#first, this.#one, 1, rate);
    if (this.#output === null) {
      this.#step(this.#table, this.gradient, this.#indices, this.#weights, this.#items, rate);
      return;
    }
    const { values, width } = this.#output;
    const at = [this.#products, values, this.gradient, this.#units].map(({ byteOffset }) => byteOffset);
    const [products, table, gradient, units] = at as [number, number, number, number];
    this.#kernels.dots(products, table, gradient, units, this.#active, width * 4);
    this.#step(this.#output, this.gradient, this.#units, this.#values, this.#active, rate);
    this.#slopes.fill(0);
    const scale = 1 / (1 - dropout);
    for (let item = 0; item < this.#active; item += 1) {
      this.#slopes[this.#units[item] as number] = (this.#products[item] as number) * scale;
    }
    this.#step(this.#hiddenBias, this.#slopes, this.#first, this.#one, 1, rate);
    this.#step(this.#table, this.#slopes, this.#indices, this.#weights, this.#items, rate);
  }

  /** Copies of the weights, out of the kernels' memory. */
  arrays(): TrainedArrays {
    return {
      table: plainRows(this.#table, this.#output === null ? this.#outputs : this.#hiddenSize),
      hiddenBias: this.#hiddenBias.values.slice(0, this.#hiddenSize),
      output: this.#output === null ? new Float32Array(0) : plainRows(this.#output, this.#outputs),
      outputBias: this.#outputBias.values.slice(0, this.#outputs),
    };
  }

  #gather(into: Float32Array, from: Weights, indices: Int32Array, weights: Float32Array, items: number): void {
    const { values, width } = from;
    const table = values.byteOffset;
    this.#kernels.gather(into.byteOffset, table, indices.byteOffset, weights.byteOffset, items, width * 4);
  }

  #step(
    { values, squares, width }: Weights,
    slopes: Float32Array,
    indices: Int32Array,
    weights: Float32Array,
    items: number,
    rate: number,
  ): void {
    const table = values.byteOffset;
    const { byteOffset } = squares;
    const slopesAt = slopes.byteOffset;
    this.#kernels.scatter(table, byteOffset, slopesAt, indices.byteOffset, weights.byteOffset, items, width * 4, rate);
  }
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

/** Sum of four uniform numbers, scaled to variance 1: near enough to normal, and four times cheaper. */
function sumOfFour(random: Random): number {
  return (random() + random() + random() + random() - 2) * Math.sqrt(3);
}

function fillRows({ values, width }: Weights, size: number, make: () => number): void {
  for (let start = 0; start < values.length; start += width) {
    for (let cell = start; cell < start + size; cell += 1) values[cell] = make();
  }
}

function plainRows({ values, width }: Weights, size: number): Float32Array {
  const count = values.length / width;
  const plain = new Float32Array(count * size);
  for (let row = 0; row < count; row += 1) {
    plain.set(values.subarray(row * width, row * width + size), row * size);
  }
  return plain;
}
