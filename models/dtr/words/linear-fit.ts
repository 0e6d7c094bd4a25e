import { seededRandom } from '../../../engine/core/random.ts';

/** Sparse binary rows: row i holds `buckets[offsets[i]]` up to `buckets[offsets[i + 1]]`, each once. */
export interface SparseRows {
  readonly offsets: Int32Array;
  readonly buckets: Int32Array;
  readonly size: number;
}

export interface LinearOptions {
  readonly classes: number;
  readonly epochs: number;
  /** AdaGrad step size. */
  readonly rate: number;
  /** Pulls weights towards zero after each epoch: they are multiplied by 1 - decay. */
  readonly decay: number;
  readonly seed: number;
  /** A row whose squared error is below this is not learned from again; what it would teach is next to nothing. */
  readonly enough?: number;
}

export interface LinearWeights {
  readonly classes: number;
  /** `weights[bucket * classes + class]`. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/**
 * Softmax regression over binary n-grams, each row scaled by 1 / sqrt(n-grams), by AdaGrad in a seeded order.
 * Rows outside `use` are not looked at.
 */
export function fitLinear(
  rows: SparseRows,
  labels: ArrayLike<number>,
  rowWeights: ArrayLike<number>,
  use: Int32Array,
  options: LinearOptions,
): LinearWeights {
  const { classes, epochs, rate, decay, seed, enough = 1e-10 } = options;
  const weights = new Float32Array(rows.size * classes);
  const squares = new Float32Array(rows.size).fill(1e-3);
  const bias = new Float32Array(classes);
  const order = use.slice();
  const random = seededRandom(seed);
  const z = new Float64Array(classes);
  const { offsets, buckets } = rows;
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    for (let last = order.length - 1; last > 0; last -= 1) {
      const other = Math.floor(random() * (last + 1));
      const held = order[last] as number;
      order[last] = order[other] as number;
      order[other] = held;
    }
    for (const row of order) {
      const start = offsets[row] as number;
      const end = offsets[row + 1] as number;
      if (end === start) continue;
      const scale = 1 / Math.sqrt(end - start);
      if (classes === 4) sumFour(weights, buckets, start, end, z);
      else sumAll(weights, buckets, start, end, z);
      for (let k = 0; k < classes; k += 1) z[k] = (z[k] as number) * scale + (bias[k] as number);
      softmaxInPlace(z);
      const label = labels[row] as number;
      const weight = rowWeights[row] as number;
      let norm = 0;
      for (let k = 0; k < classes; k += 1) {
        const gradient = ((z[k] as number) - (k === label ? 1 : 0)) * weight;
        z[k] = gradient;
        norm += gradient * gradient;
        bias[k] = (bias[k] as number) - 0.02 * gradient;
      }
      if (norm < enough) continue;
      const square = norm * scale * scale;
      if (classes === 4) {
        stepFour(weights, squares, buckets, start, end, z, square, rate * scale);
        continue;
      }
      for (let at = start; at < end; at += 1) {
        const bucket = buckets[at] as number;
        const sum = (squares[bucket] as number) + square;
        squares[bucket] = sum;
        const step = (rate * scale) / Math.sqrt(sum);
        const base = bucket * classes;
        for (let k = 0; k < classes; k += 1) {
          weights[base + k] = (weights[base + k] as number) - step * (z[k] as number);
        }
      }
    }
    if (decay > 0) {
      for (let index = 0; index < weights.length; index += 1) weights[index] = (weights[index] as number) * (1 - decay);
    }
  }
  return { classes, weights, bias };
}

function sumAll(weights: Float32Array, buckets: Int32Array, start: number, end: number, z: Float64Array): void {
  const classes = z.length;
  z.fill(0);
  for (let at = start; at < end; at += 1) {
    const base = (buckets[at] as number) * classes;
    for (let k = 0; k < classes; k += 1) z[k] = (z[k] as number) + (weights[base + k] as number);
  }
}

/** The same for four classes, in registers: twice as fast, and most of the time of a fit is spent here. */
function sumFour(weights: Float32Array, buckets: Int32Array, start: number, end: number, z: Float64Array): void {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let at = start; at < end; at += 1) {
    const base = (buckets[at] as number) << 2;
    a += weights[base] as number;
    b += weights[base + 1] as number;
    c += weights[base + 2] as number;
    d += weights[base + 3] as number;
  }
  z[0] = a;
  z[1] = b;
  z[2] = c;
  z[3] = d;
}

/** One AdaGrad step of four classes; `z` holds the gradients. */
function stepFour(
  weights: Float32Array,
  squares: Float32Array,
  buckets: Int32Array,
  start: number,
  end: number,
  z: Float64Array,
  square: number,
  rate: number,
): void {
  const a = z[0] as number;
  const b = z[1] as number;
  const c = z[2] as number;
  const d = z[3] as number;
  for (let at = start; at < end; at += 1) {
    const bucket = buckets[at] as number;
    const sum = (squares[bucket] as number) + square;
    squares[bucket] = sum;
    const step = rate / Math.sqrt(sum);
    const base = bucket << 2;
    weights[base] = (weights[base] as number) - step * a;
    weights[base + 1] = (weights[base + 1] as number) - step * b;
    weights[base + 2] = (weights[base + 2] as number) - step * c;
    weights[base + 3] = (weights[base + 3] as number) - step * d;
  }
}

/** Writes the class scores of one row into `out` from `offset`. */
export function scoreLinear(
  model: LinearWeights,
  buckets: Int32Array,
  start: number,
  end: number,
  out: Float64Array | Float32Array,
  offset = 0,
): void {
  const { classes, weights, bias } = model;
  for (let k = 0; k < classes; k += 1) out[offset + k] = 0;
  for (let at = start; at < end; at += 1) {
    const base = (buckets[at] as number) * classes;
    for (let k = 0; k < classes; k += 1) out[offset + k] = (out[offset + k] as number) + (weights[base + k] as number);
  }
  const scale = end > start ? 1 / Math.sqrt(end - start) : 0;
  for (let k = 0; k < classes; k += 1) out[offset + k] = (out[offset + k] as number) * scale + (bias[k] as number);
}

export function softmaxInPlace(z: Float64Array): void {
  let highest = -Infinity;
  for (const value of z) if (value > highest) highest = value;
  let sum = 0;
  for (let k = 0; k < z.length; k += 1) {
    const value = Math.exp((z[k] as number) - highest);
    z[k] = value;
    sum += value;
  }
  for (let k = 0; k < z.length; k += 1) z[k] = (z[k] as number) / sum;
}
