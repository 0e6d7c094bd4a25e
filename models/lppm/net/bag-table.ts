import type { Random } from '../../../engine/core/clock.ts';
import type { SparseRows } from '../encoding/vocabulary.ts';
import { KernelMemory } from './kernels.ts';

const spread = 0.02;
const firstSquare = 1e-4;
/** Most features that one row may have. */
const rowLimit = 1 << 13;

/** Features of one row that take part in a step. */
export interface Draw {
  readonly indices: Int32Array;
  readonly weights: Float32Array;
}

/** A table [rows, width] whose rows are looked up, weighted and summed; learns by Adagrad, one draw at a time. */
export class BagTable {
  readonly width: number;
  readonly #memory: KernelMemory;
  readonly #values: Float32Array<ArrayBuffer>;
  readonly #squares: Float32Array<ArrayBuffer>;
  readonly #sum: Float32Array<ArrayBuffer>;
  readonly #indices: Int32Array;
  readonly #weights: Float32Array;

  /** @param width a multiple of four */
  constructor(rows: number, width: number, random: Random) {
    this.width = width;
    this.#memory = new KernelMemory(8 * (rows * width + rowLimit + width) + 4096);
    this.#values = this.#memory.floats(rows * width);
    this.#squares = this.#memory.floats(rows * width).fill(firstSquare);
    this.#sum = this.#memory.floats(width);
    this.#indices = this.#memory.integers(rowLimit);
    this.#weights = this.#memory.floats(rowLimit);
    const scale = Math.sqrt(3) * spread;
    for (let cell = 0; cell < this.#values.length; cell += 1)
      this.#values[cell] = (random() + random() + random() + random() - 2) * scale;
  }

  /** The features of a row, each left out with a probability of `dropout`, and the others weighing more for it. */
  draw(rows: SparseRows, row: number, dropout: number, random: Random): Draw {
    const start = rows.offsets[row] as number;
    const stop = Math.min(rows.offsets[row + 1] as number, start + rowLimit);
    const scale = 1 / (1 - dropout);
    let items = 0;
    for (let item = start; item < stop; item += 1) {
      if (random() < dropout) continue;
      this.#indices[items] = rows.indices[item] as number;
      this.#weights[items] = (rows.weights[item] as number) * scale;
      items += 1;
    }
    return { indices: this.#indices.slice(0, items), weights: this.#weights.slice(0, items) };
  }

  /** Writes the sum of a draw into `into`, from `start` on. */
  sum(draw: Draw, into: Float32Array, start: number): void {
    const items = this.#place(draw);
    this.#sum.fill(0);
    const [sum, values, indices, weights] = this.#addresses();
    this.#memory.kernels.gather(sum, values, indices, weights, items, this.width * 4);
    into.set(this.#sum, start);
  }

  /** One step against `scale` times the gradient of the draw's sum, which stands in `gradient` from `start` on. */
  learn(draw: Draw, gradient: Float32Array, start: number, scale: number, rate: number): void {
    const items = this.#place(draw);
    for (let cell = 0; cell < this.width; cell += 1) this.#sum[cell] = (gradient[start + cell] as number) * scale;
    const [sum, values, indices, weights] = this.#addresses();
    const squares = this.#squares.byteOffset;
    this.#memory.kernels.scatter(values, squares, sum, indices, weights, items, this.width * 4, rate);
  }

  /** A copy of the table, row-major. */
  values(): Float32Array {
    return this.#values.slice();
  }

  #place({ indices, weights }: Draw): number {
    this.#indices.set(indices);
    this.#weights.set(weights);
    return indices.length;
  }

  #addresses(): [number, number, number, number] {
    return [this.#sum.byteOffset, this.#values.byteOffset, this.#indices.byteOffset, this.#weights.byteOffset];
  }
}
