import type { Session } from '../nn/session.ts';
import type { Wordpiece } from '../text/wordpiece.ts';

/** Texts of one run: keeps memory and waiting bounded. */
const batchTexts = 64;

/** Texts to vectors, by a loaded encoder. */
export class TextEncoder {
  readonly #session: Session;
  readonly #wordpiece: Wordpiece;
  readonly #length: number;
  readonly width: number;

  /** @param length tokens of a text that are read */
  constructor(session: Session, wordpiece: Wordpiece, options: { readonly length: number; readonly width: number }) {
    this.#session = session;
    this.#wordpiece = wordpiece;
    this.#length = options.length;
    this.width = options.width;
  }

  /** One vector per text, same order: the mean over its tokens. Texts of like length run together. */
  async encode(texts: readonly string[]): Promise<Float32Array[]> {
    const ids = texts.map((text) => this.#wordpiece.encode(text, this.#length));
    const order = ids.map((_, index) => index).sort((a, b) => ids[a]!.length - ids[b]!.length || a - b);
    const vectors: Float32Array[] = Array.from({ length: texts.length });
    for (let start = 0; start < order.length; start += batchTexts) {
      const part = order.slice(start, start + batchTexts);
      const encoded = await this.#run(part.map((index) => ids[index]!));
      part.forEach((index, row) => (vectors[index] = encoded[row]!));
    }
    return vectors;
  }

  async #run(rows: readonly Int32Array[]): Promise<Float32Array[]> {
    const longest = rows.reduce((most, row) => Math.max(most, row.length), 1);
    const ids = new Int32Array(rows.length * longest);
    const mask = new Int32Array(rows.length * longest);
    rows.forEach((row, index) => {
      ids.set(row, index * longest);
      mask.fill(1, index * longest, index * longest + row.length);
    });
    const shape = [rows.length, longest];
    const answer = await this.#session.run({ input_ids: { data: ids, shape }, attention_mask: { data: mask, shape } });
    const hidden = answer['last_hidden_state']!.data as Float32Array;
    return rows.map((row, index) => this.#mean(hidden.subarray(index * longest * this.width), row.length));
  }

  #mean(hidden: Float32Array, tokens: number): Float32Array {
    const mean = new Float32Array(this.width);
    for (let token = 0; token < tokens; token += 1) {
      for (let at = 0; at < this.width; at += 1) mean[at]! += hidden[token * this.width + at]! / tokens;
    }
    return mean;
  }
}
