import type { LexicalText } from './lexical-text.ts';

/** Where words of a set of texts occur. */
export interface WordPlaces {
  /** Words of each text. */
  readonly lengths: Float64Array;
  /** Places of the texts that hold a word, once for each time that they do, in order. */
  placesOf(word: number): ArrayLike<number>;
}

/** Of all stems. Made once for a question; finding a word again costs its occurrences. */
export class WordIndex implements WordPlaces {
  readonly lengths: Float64Array;
  readonly #numbers = new Map<number, number>();
  /** First place in `#places` of each word, in order of first use. */
  readonly #starts: Int32Array;
  readonly #places: Int32Array;

  constructor(texts: readonly LexicalText[]) {
    this.lengths = Float64Array.from(texts, ({ stems }) => stems.length);
    const total = this.lengths.reduce((sum, length) => sum + length, 0);
    const words = new Int32Array(total);
    const counts = new Int32Array(total + 1);
    let at = 0;
    for (const { stems } of texts) {
      for (let word = 0; word < stems.length; word += 1) {
        const hash = stems[word]!;
        let number = this.#numbers.get(hash);
        if (number === undefined) this.#numbers.set(hash, (number = this.#numbers.size));
        words[at] = number;
        counts[number]! += 1;
        at += 1;
      }
    }
    const size = this.#numbers.size;
    const starts = new Int32Array(size + 1);
    for (let number = 0; number < size; number += 1) starts[number + 1] = starts[number]! + counts[number]!;
    const places = new Int32Array(total);
    const next = starts.slice();
    at = 0;
    for (let place = 0; place < texts.length; place += 1) {
      for (let left = this.lengths[place]!; left > 0; left -= 1) {
        places[next[words[at]!]!++] = place;
        at += 1;
      }
    }
    this.#starts = starts;
    this.#places = places;
  }

  placesOf(word: number): Int32Array {
    const number = this.#numbers.get(word);
    return number === undefined ? none : this.#places.subarray(this.#starts[number], this.#starts[number + 1]);
  }
}

const none = new Int32Array();

/** Of a few prefixes alone, which are looked for once. */
export function prefixPlaces(texts: readonly LexicalText[], wanted: Uint32Array): WordPlaces {
  const places = new Map<number, number[]>(Array.from(wanted, (word) => [word, []]));
  for (const [place, { prefixes }] of texts.entries()) {
    for (let at = 0; at < prefixes.length; at += 1) places.get(prefixes[at]!)?.push(place);
  }
  return {
    lengths: Float64Array.from(texts, ({ prefixes }) => prefixes.length),
    placesOf: (word) => places.get(word) ?? none,
  };
}
