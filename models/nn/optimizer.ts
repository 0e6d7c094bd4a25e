import type { Gradient, Gradients } from './backend.ts';
import type { ParameterSpec } from './operations.ts';
import { sizeOf } from './shape.ts';

export interface OptimizerOptions {
  /** Highest learning rate, reached after the warm-up. */
  readonly learningRate: number;
  /** Share of all steps in which the rate grows linearly from 0; default 0.1. */
  readonly warmUp?: number;
  /** How the rate falls after the warm-up, to 0 at the last step; default cosine. */
  readonly decay?: 'linear' | 'cosine' | 'none';
  /** Decoupled weight decay per step, times the learning rate; default 0.01. */
  readonly weightDecay?: number;
  /** Gradients are scaled down to this length (2-norm over all parameters); default 1; Infinity: never. */
  readonly clipNorm?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Factors on the learning rate by parameter name, for example a higher one for embeddings. */
  readonly rates?: Readonly<Record<string, number>>;
}

/** Share of the highest learning rate at a step: 0-based, out of `total`. */
export function schedule(step: number, total: number, warmUp: number, decay: 'linear' | 'cosine' | 'none'): number {
  const warm = Math.max(1, Math.round(total * warmUp));
  if (step < warm) return (step + 1) / warm;
  const passed = Math.min(1, (step - warm) / Math.max(1, total - warm));
  if (decay === 'none') return 1;
  return decay === 'linear' ? 1 - passed : 0.5 * (1 + Math.cos(Math.PI * passed));
}

interface State {
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Steps that each row of a table has seen; empty for dense parameters. */
  readonly seen: Uint32Array;
}

/**
 * AdamW (Loshchilov and Hutter 2019), in place. Tables are lazy: only rows that were looked up are touched, and each
 * row's bias correction counts its own steps, so a rare word learns as fast as a common one.
 */
export class AdamW {
  readonly #options: Required<Omit<OptimizerOptions, 'rates'>> & Pick<OptimizerOptions, 'rates'>;
  readonly #specs: readonly ParameterSpec[];
  readonly #states = new Map<string, State>();
  readonly #totalSteps: number;
  #step = 0;

  constructor(specs: readonly ParameterSpec[], totalSteps: number, options: OptimizerOptions) {
    this.#specs = specs;
    this.#totalSteps = totalSteps;
    this.#options = {
      warmUp: 0.1,
      decay: 'cosine',
      weightDecay: 0.01,
      clipNorm: 1,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      ...options,
    };
  }

  /** Moves the parameters one step; returns the 2-norm of the gradient before clipping (not finite: nothing moved). */
  update(parameters: ReadonlyMap<string, Float32Array>, gradients: Gradients): number {
    const gathered = this.#specs.flatMap((spec) => {
      const gradient = gradients.get(spec.name);
      return gradient === undefined ? [] : [{ spec, gradient: gather(spec, gradient) }];
    });
    let square = 0;
    for (const { gradient } of gathered) square += sumOfSquares(gradient.values);
    const length = Math.sqrt(square);
    if (!Number.isFinite(length)) return length;
    const { clipNorm, learningRate, warmUp, decay, rates } = this.#options;
    const clip = length > clipNorm ? clipNorm / length : 1;
    const rate = learningRate * schedule(this.#step, this.#totalSteps, warmUp, decay);
    this.#step += 1;
    for (const { spec, gradient } of gathered) {
      const data = parameters.get(spec.name)!;
      this.#move(spec, data, gradient, clip, rate * (rates?.[spec.name] ?? 1));
    }
    return length;
  }

  #move(spec: ParameterSpec, data: Float32Array, gradient: Gathered, clip: number, rate: number): void {
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    const { first, second, seen } = this.#stateOf(spec);
    const { rows, values, width } = gradient;
    const shrink = spec.decay ? 1 - rate * weightDecay : 1;
    const blocks = rows?.length ?? 1;
    for (let block = 0; block < blocks; block += 1) {
      const row = rows === null ? 0 : rows[block]!;
      const steps = rows === null ? this.#step : (seen[row] = seen[row]! + 1);
      const correction = Math.sqrt(1 - beta2 ** steps);
      const pace = (rate * correction) / (1 - beta1 ** steps);
      const floor = epsilon * correction;
      const [from, to] = [block * width, row * width];
      for (let offset = 0; offset < width; offset += 1) {
        const slope = values[from + offset]! * clip;
        const at = to + offset;
        const mean = beta1 * first[at]! + (1 - beta1) * slope;
        const spread = beta2 * second[at]! + (1 - beta2) * slope * slope;
        first[at] = mean;
        second[at] = spread;
        data[at] = data[at]! * shrink - (pace * mean) / (Math.sqrt(spread) + floor);
      }
    }
  }

  #stateOf(spec: ParameterSpec): State {
    let state = this.#states.get(spec.name);
    if (state === undefined) {
      const size = sizeOf(spec.shape);
      const seen = new Uint32Array(spec.sparse ? spec.shape[0]! : 0);
      state = { first: new Float32Array(size), second: new Float32Array(size), seen };
      this.#states.set(spec.name, state);
    }
    return state;
  }
}

/** One gradient per number: all of them (`rows` null), or those of the different rows that were looked up. */
interface Gathered {
  readonly rows: Int32Array | null;
  readonly values: Float32Array;
  /** Numbers in a block: a row, or everything. */
  readonly width: number;
}

/** Adds up what belongs to the same number; rows come in rising order, so that sums repeat bit for bit. */
function gather(spec: ParameterSpec, gradient: Gradient): Gathered {
  const size = sizeOf(spec.shape);
  const width = spec.shape[1] ?? 1;
  if (!spec.sparse) {
    const values = gradient.dense ?? new Float32Array(size);
    for (const part of gradient.sparse) addRows(values, part.rows, part.values, width, (row) => row);
    return { rows: null, values, width: size };
  }
  const different = new Set<number>();
  for (const part of gradient.sparse) for (const row of part.rows) different.add(row);
  const rows = Int32Array.from(different).sort();
  const places = new Map<number, number>();
  rows.forEach((row, place) => places.set(row, place));
  const values = new Float32Array(rows.length * width);
  for (const part of gradient.sparse) addRows(values, part.rows, part.values, width, (row) => places.get(row)!);
  return { rows, values, width };
}

function addRows(
  into: Float32Array,
  rows: Int32Array,
  values: Float32Array,
  width: number,
  placeOf: (row: number) => number,
): void {
  for (let index = 0; index < rows.length; index += 1) {
    const to = placeOf(rows[index]!) * width;
    const from = index * width;
    for (let offset = 0; offset < width; offset += 1) into[to + offset] = into[to + offset]! + values[from + offset]!;
  }
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += values[index]! * values[index]!;
  return sum;
}
