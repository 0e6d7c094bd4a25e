import { tokenize, wordHash } from '../../text/ngrams.ts';
import type { LppmInput } from '../example.ts';
import { encode } from './encode.ts';
import { FeatureList, groups } from './features.ts';
import { HashIndex } from '../net/hash-index.ts';

/** Rows of sparse features, one after the other: row i is `indices[offsets[i] .. offsets[i + 1]]`. */
export interface SparseRows {
  readonly offsets: Int32Array;
  readonly indices: Int32Array;
  readonly weights: Float32Array;
}

/** One text or dialogue as numbers and weights of features. */
export interface FeatureRow {
  readonly indices: Int32Array;
  readonly weights: Float32Array;
}

/** Length that each group of features is scaled to: words, state, agent, history, cross. Chosen on STAR val. */
export const groupScales: readonly number[] = [1, 1, 0.5, 0.5, 0.7];

/** Power of the inverse document frequency; 0.5 was best on CLINC150 val. */
const idfPower = 0.5;

/** Which features are in use, and how much each weighs. */
export class Vocabulary {
  readonly hashes: Uint32Array;
  /** Per feature: idf to the power of `idfPower`. */
  readonly scales: Float32Array;
  readonly #index: HashIndex;
  readonly #features = new FeatureList();
  readonly #counts: Int32Array;
  readonly #touched = new Int32Array(1 << 13);
  readonly #groups: Uint8Array;

  constructor(hashes: Uint32Array, scales: Float32Array) {
    this.hashes = hashes;
    this.scales = scales;
    this.#index = HashIndex.of(hashes);
    this.#counts = new Int32Array(hashes.length);
    this.#groups = new Uint8Array(hashes.length);
  }

  /** Keeps the features of at least `leastRows` inputs, the most frequent `most` of them. */
  static learn(inputs: readonly LppmInput[], leastRows: number, most: number): Vocabulary {
    const counter = new FeatureCounter();
    for (const input of inputs) {
      encode(input, counter.features);
      counter.count();
    }
    return counter.vocabulary(leastRows, most);
  }

  get size(): number {
    return this.hashes.length;
  }

  /** Known features of one dialogue with their weights; each group has the length that `groupScales` gives it. */
  read(input: LppmInput): FeatureRow {
    encode(input, this.#features);
    return this.weigh(this.#features);
  }

  /** The same for features that are already there. */
  weigh({ hashes, length, groups: groupOf }: FeatureList): FeatureRow {
    let distinct = 0;
    for (let item = 0; item < length; item += 1) {
      const number = this.#index.get(hashes[item] as number);
      if (number < 0) continue;
      if (this.#counts[number] === 0) {
        this.#touched[distinct] = number;
        this.#groups[number] = groupOf[item] as number;
        distinct += 1;
      }
      this.#counts[number] = (this.#counts[number] as number) + 1;
    }
    const indices = this.#touched.slice(0, distinct);
    const weights = new Float32Array(distinct);
    const squares = new Float64Array(groups.length);
    for (let item = 0; item < distinct; item += 1) {
      const number = indices[item] as number;
      const weight = (1 + Math.log(this.#counts[number] as number)) * (this.scales[number] as number);
      this.#counts[number] = 0;
      weights[item] = weight;
      const group = this.#groups[number] as number;
      squares[group] = (squares[group] as number) + weight * weight;
    }
    for (let item = 0; item < distinct; item += 1) {
      const group = this.#groups[indices[item] as number] as number;
      const scale = (groupScales[group] as number) / Math.sqrt(squares[group] as number);
      weights[item] = (weights[item] as number) * scale;
    }
    return { indices, weights };
  }

  /** Share of the words, numbers and marks of the last user turn that were never learned, in [0, 1]; 0 for no words. */
  unknownWords(input: LppmInput): number {
    const last = input.turns.at(-1);
    if (last?.speaker !== 'user') return 0;
    const tokens = tokenize(last.text);
    const unknown = tokens.filter((token) => this.#index.get(wordHash(token)) < 0);
    return tokens.length === 0 ? 0 : unknown.length / tokens.length;
  }
}

/** Counts in how many rows each feature occurs. A row is what stands in `features` when `count` is called. */
export class FeatureCounter {
  readonly features = new FeatureList();
  readonly #index = new HashIndex(1 << 18);
  readonly #hashes: number[] = [];
  #counts = new Int32Array(1 << 18);
  #seen = new Int32Array(1 << 18);
  #rows = 0;

  count(): void {
    this.#rows += 1;
    for (let item = 0; item < this.features.length; item += 1) {
      const hash = this.features.hashes[item] as number;
      const number = this.#index.add(hash);
      if (number === this.#hashes.length) this.#hashes.push(hash);
      if (number >= this.#counts.length) {
        this.#counts = grown(this.#counts);
        this.#seen = grown(this.#seen);
      }
      if (this.#seen[number] === this.#rows) continue;
      this.#seen[number] = this.#rows;
      this.#counts[number] = (this.#counts[number] as number) + 1;
    }
  }

  /** Features of at least `leastRows` rows, the most frequent `most` of them. */
  vocabulary(leastRows: number, most: number): Vocabulary {
    let least = leastRows;
    const order: number[] = [];
    for (let number = 0; number < this.#hashes.length; number += 1)
      if ((this.#counts[number] as number) >= least) order.push(number);
    if (order.length > most) {
      const sorted = order.map((number) => this.#counts[number] as number).sort((a, b) => b - a);
      least = (sorted[most] as number) + 1;
    }
    const kept = order.filter((number) => (this.#counts[number] as number) >= least);
    return new Vocabulary(
      Uint32Array.from(kept, (number) => this.#hashes[number] as number),
      Float32Array.from(kept, (number) => Math.log(1 + this.#rows / (this.#counts[number] as number)) ** idfPower),
    );
  }
}

function grown(values: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(values.length * 2);
  larger.set(values);
  return larger;
}
