import { EngineError } from '../../../engine/core/errors.ts';
import type { LinearWeights } from './linear-fit.ts';

/** So many numbers of at most 255 fit into 16 bits. */
const halfLimit = 256;

/** Learned content markers as they are served: one signed byte per n-gram bucket and class. */
export class LinearTable {
  readonly classes: number;
  /** Buckets; a power of two, at most that of the n-grams: higher bits of a bucket are dropped. */
  readonly size: number;
  readonly #weights: Int8Array;
  /** For four classes: the weights of a bucket in one number, each 128 too high. */
  readonly #packed: Uint32Array | null;
  /** Real weight = byte x scale of its class. */
  readonly #scale: Float32Array;
  readonly #bias: Float32Array;

  constructor(classes: number, size: number, weights: Int8Array, scale: Float32Array, bias: Float32Array) {
    this.classes = classes;
    this.size = size;
    this.#weights = weights;
    this.#packed = classes === 4 ? packed(weights, size) : null;
    this.#scale = scale;
    this.#bias = bias;
  }

  /** Rounds to bytes; the scale of a class is its largest weight / 127. */
  static quantise(model: LinearWeights): LinearTable {
    const { classes, weights, bias } = model;
    const scale = new Float32Array(classes);
    for (let index = 0; index < weights.length; index += 1) {
      const size = Math.abs(weights[index] as number);
      if (size > (scale[index % classes] as number)) scale[index % classes] = size;
    }
    for (let k = 0; k < classes; k += 1) scale[k] = Math.max((scale[k] as number) / 127, 1e-9);
    const bytes = Int8Array.from(weights, (weight, index) => Math.round(weight / (scale[index % classes] as number)));
    return new LinearTable(classes, weights.length / classes, bytes, scale, Float32Array.from(bias));
  }

  /** Writes one score per class into `out` from `offset`. Buckets come from `Grams.found`. */
  score(found: Int32Array, count: number, out: Float64Array, offset = 0): void {
    const { classes, size } = this;
    const weights = this.#weights;
    const mask = size - 1;
    if (this.#packed !== null) this.#score4(this.#packed, found, count, out, offset);
    else {
      for (let k = 0; k < classes; k += 1) out[offset + k] = 0;
      for (let at = 0; at < count; at += 1) {
        const base = ((found[at] as number) & mask) * classes;
        for (let k = 0; k < classes; k += 1) {
          out[offset + k] = (out[offset + k] as number) + (weights[base + k] as number);
        }
      }
    }
    const norm = count > 0 ? 1 / Math.sqrt(count) : 0;
    for (let k = 0; k < classes; k += 1) {
      out[offset + k] = (out[offset + k] as number) * (this.#scale[k] as number) * norm + (this.#bias[k] as number);
    }
  }

  /** The score of one class alone: bit for bit what `score` would write for it. */
  scoreOf(k: number, found: Int32Array, count: number): number {
    const { classes } = this;
    const weights = this.#weights;
    const mask = this.size - 1;
    let sum = 0;
    for (let at = 0; at < count; at += 1) sum += weights[((found[at] as number) & mask) * classes + k] as number;
    const norm = count > 0 ? 1 / Math.sqrt(count) : 0;
    return sum * (this.#scale[k] as number) * norm + (this.#bias[k] as number);
  }

  /** `score` for four classes, two sums in the halves of one integer: one look-up per bucket instead of four. */
  #score4(packed: Uint32Array, found: Int32Array, count: number, out: Float64Array, offset: number): void {
    const mask = this.size - 1;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let from = 0; from < count; from += halfLimit) {
      const to = Math.min(count, from + halfLimit);
      let even = 0;
      let odd = 0;
      for (let at = from; at < to; at += 1) {
        const four = packed[(found[at] as number) & mask] as number;
        even = (even + (four & 0x00ff00ff)) | 0;
        odd = (odd + ((four >>> 8) & 0x00ff00ff)) | 0;
      }
      a += even & 0xffff;
      b += odd & 0xffff;
      c += even >>> 16;
      d += odd >>> 16;
    }
    out[offset] = a - 128 * count;
    out[offset + 1] = b - 128 * count;
    out[offset + 2] = c - 128 * count;
    out[offset + 3] = d - 128 * count;
  }

  /** Header (classes, size as uint32), then scales and biases (float32), then the bytes; little endian. */
  encode(): Uint8Array {
    const { classes, size } = this;
    const head = 8 + classes * 8;
    const bytes = new Uint8Array(head + this.#weights.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, classes, true);
    view.setUint32(4, size, true);
    for (let k = 0; k < classes; k += 1) {
      view.setFloat32(8 + k * 4, this.#scale[k] as number, true);
      view.setFloat32(8 + (classes + k) * 4, this.#bias[k] as number, true);
    }
    bytes.set(new Uint8Array(this.#weights.buffer, this.#weights.byteOffset, this.#weights.length), head);
    return bytes;
  }

  /** @throws ARTEFACT_CORRUPT where the length does not fit the header */
  static decode(bytes: Uint8Array, name: string): LinearTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const classes = bytes.length >= 8 ? view.getUint32(0, true) : 0;
    const size = bytes.length >= 8 ? view.getUint32(4, true) : 0;
    const head = 8 + classes * 8;
    const powerOfTwo = size > 0 && (size & (size - 1)) === 0;
    if (classes === 0 || classes > 4096 || !powerOfTwo || bytes.length !== head + classes * size) {
      throw new EngineError('ARTEFACT_CORRUPT', { id: name, detail: 'its length does not fit its header' });
    }
    const scale = new Float32Array(classes);
    const bias = new Float32Array(classes);
    for (let k = 0; k < classes; k += 1) {
      scale[k] = view.getFloat32(8 + k * 4, true);
      bias[k] = view.getFloat32(8 + (classes + k) * 4, true);
    }
    // a copy, for `slice` of a Buffer that a file was read into shares the whole pool behind it
    const weights = Int8Array.from(new Int8Array(bytes.buffer, bytes.byteOffset + head, bytes.length - head));
    return new LinearTable(classes, size, weights, scale, bias);
  }
}

function packed(weights: Int8Array, size: number): Uint32Array {
  return Uint32Array.from(
    { length: size },
    (_none, bucket) =>
      (weights[bucket * 4] as number) +
      128 +
      ((weights[bucket * 4 + 1] as number) + 128) * 2 ** 8 +
      ((weights[bucket * 4 + 2] as number) + 128) * 2 ** 16 +
      ((weights[bucket * 4 + 3] as number) + 128) * 2 ** 24,
  );
}
