import { kind, kindOf } from './characters.ts';
import type { Scan } from './scan.ts';
import type { TextWindow } from './text-window.ts';

/** Code units of the window that n-grams are taken from: the head and the tail of what the window holds. */
const headLimit = 256;
const tailLimit = 80;
/** A position adds at most two buckets, each word five more. */
export const maximumGrams = (headLimit + tailLimit + 4) * 5 + 64;

const seeds = {
  char2: 0x3c6ef372,
  char3: 0x1b873593,
  char4: 0x2545f491,
  word: 0x51ed270b,
  pair: 0x68bc21eb,
  first: 0x7feb352d,
  line: 0x4f1bbcdc,
  key: 0x2c1b3c6d,
  shape: 0x165667b1,
} as const;

/**
 * Hashed n-grams of a window, each bucket once: characters 3 and 4 (runs of digits, of blanks and of letters of another
 * script count as one), words, word pairs, the first word and pair, the first word of each line, and quoted keys.
 * Reused; allocates nothing.
 */
export class Grams {
  readonly buckets: number;
  /** Distinct buckets of the last text, `count` of them. */
  readonly found: Int32Array;
  count = 0;
  readonly #mask: number;
  /** 1 for a bucket of `found`. Added to the count instead of asked about: a branch here is one that nobody can guess. */
  readonly #seen: Uint8Array;

  /** @param buckets a power of two */
  constructor(buckets: number) {
    this.buckets = buckets;
    this.#mask = buckets - 1;
    this.#seen = new Uint8Array(buckets);
    this.found = new Int32Array(maximumGrams);
  }

  run(window: TextWindow): void {
    const seen = this.#seen;
    for (let at = 0; at < this.count; at += 1) seen[this.found[at] as number] = 0;
    this.count = 0;
    const { codes, length } = window;
    if (length <= headLimit + tailLimit) this.#span(codes, 0, length);
    else {
      this.#span(codes, 0, headLimit);
      this.#span(codes, length - tailLimit, length);
    }
  }

  /** Adds what the scan saw of the shape, in a few coarse words of their own; call it after `run` on the same window. */
  addShape(scan: Scan): void {
    const first = scan.firstCode;
    const columns = scan.firstTabs > 0 && scan.sameTabs === scan.lines ? 1 : 0;
    const commas = scan.firstCommas > 0 && scan.sameCommas === scan.lines ? 1 : 0;
    const lines = scan.lines > 8 ? 4 : scan.lines > 3 ? 3 : scan.lines;
    this.#add(1, first);
    this.#add(2, scan.lastCode);
    this.#add(3, first * 256 + scan.lastCode);
    this.#add(4, columns * 8 + commas * 4 + (scan.digitLines === scan.lines ? 2 : 0) + (scan.lines > 1 ? 1 : 0));
    this.#add(5, lines * 8 + Math.min(scan.deepest, 7));
    this.#add(6, first * 64 + Math.min(scan.chunks, 7) * 8 + Math.min(scan.oddChunks, 7));
  }

  #add(kindOfShape: number, value: number): void {
    const hash = Math.imul(Math.imul(kindOfShape, 0x9e3779b1) ^ (value + seeds.shape), 0xc2b2ae35);
    const bucket = (hash ^ (hash >>> 15)) & this.#mask;
    this.found[this.count] = bucket;
    this.count += 1 - (this.#seen[bucket] as number);
    this.#seen[bucket] = 1;
  }

  #span(codes: Uint8Array, start: number, end: number): void {
    const found = this.found;
    const seen = this.#seen;
    const mask = this.#mask;
    let count = this.count;
    let first = 10;
    let second = 10;
    let third = 10;
    let word = 0;
    let wordLength = 0;
    let previousWord: number = seeds.word;
    let wordsInLine = 0;
    let wordsInText = start === 0 ? 0 : 2;
    for (let index = start; index <= end; index += 1) {
      const raw = index < end ? (codes[index] as number) : 10;
      const type = kindOf[raw] as number;
      const code = type === kind.digit ? 48 : type === kind.space ? 32 : raw;
      if (code !== third || (code !== 48 && code !== 32 && code < 128)) {
        const two = Math.imul((third << 8) ^ code ^ seeds.char2, 0x9e3779b1);
        const three = Math.imul(two ^ second ^ seeds.char3, 0x85ebca6b);
        const four = Math.imul(three ^ first ^ seeds.char4, 0xc2b2ae35);
        let bucket = (three ^ (three >>> 15)) & mask;
        found[count] = bucket;
        count += 1 - (seen[bucket] as number);
        seen[bucket] = 1;
        bucket = (four ^ (four >>> 15)) & mask;
        found[count] = bucket;
        count += 1 - (seen[bucket] as number);
        seen[bucket] = 1;
        first = second;
        second = third;
        third = code;
      }
      if (type <= kind.digit || raw === 95) {
        word = Math.imul(word ^ (type === kind.upper ? raw + 32 : code), 0x01000193);
        wordLength += 1;
      } else if (wordLength > 0) {
        const one = Math.imul(word ^ seeds.word, 0x9e3779b1);
        let bucket = (one ^ (one >>> 15)) & mask;
        found[count] = bucket;
        count += 1 - (seen[bucket] as number);
        seen[bucket] = 1;
        const two = Math.imul(previousWord ^ Math.imul(word, 0x85ebca6b) ^ seeds.pair, 0x9e3779b1);
        bucket = (two ^ (two >>> 15)) & mask;
        found[count] = bucket;
        count += 1 - (seen[bucket] as number);
        seen[bucket] = 1;
        if (wordsInLine === 0) {
          const line = Math.imul(word ^ seeds.line, 0x9e3779b1);
          bucket = (line ^ (line >>> 15)) & mask;
          found[count] = bucket;
          count += 1 - (seen[bucket] as number);
          seen[bucket] = 1;
        }
        if (wordsInText < 2) {
          const opening = Math.imul((wordsInText === 0 ? word : two) ^ seeds.first, 0xc2b2ae35);
          bucket = (opening ^ (opening >>> 15)) & mask;
          found[count] = bucket;
          count += 1 - (seen[bucket] as number);
          seen[bucket] = 1;
        }
        if (raw === 34) {
          const key = Math.imul(word ^ seeds.key, 0x85ebca6b);
          bucket = (key ^ (key >>> 15)) & mask;
          found[count] = bucket;
          count += 1 - (seen[bucket] as number);
          seen[bucket] = 1;
        }
        previousWord = word;
        wordsInLine += 1;
        wordsInText += 1;
        word = 0;
        wordLength = 0;
      }
      if (raw === 10) wordsInLine = 0;
    }
    this.count = count;
  }
}
