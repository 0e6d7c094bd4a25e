/**
 * A text without its words: each word is one of these, a number is `0`, symbols and line breaks stand for themselves, and
 * the highest bit says that a blank comes before. `print(x, 10)` and `println!(y, 7)` look much alike in it, so what is
 * learned of its n-grams carries over to languages, shells and log systems that no training row showed.
 */
export const shapes = { function: 1, letter: 2, word: 3, capitalised: 4, capitals: 5, mixed: 6, keyword: 7 } as const;

/** Shape of a word by its letters alone. */
export function shapeOfWord(startsUpper: boolean, uppers: number, length: number): number {
  if (uppers === 0) return length === 1 ? shapes.letter : shapes.word;
  if (!startsUpper) return shapes.mixed;
  if (uppers === 1) return shapes.capitalised;
  return uppers === length ? shapes.capitals : shapes.mixed;
}

/** Buckets of the n-grams of shapes. */
export const shapeBuckets = 8_192;
/** Shapes looked at: the first of a text, and the last of a longer one. */
const headLimit = 128;
const tailLimit = 44;
const opening = 4;
export const maximumShapes = (headLimit + tailLimit) * 4 + opening + 8;

/** Hashed n-grams (2 to 5) of the shapes of a text, each bucket once, and its first shapes. Reused; allocates nothing. */
export class ShapeGrams {
  /** Distinct buckets of the last text, `count` of them. */
  readonly found = new Int32Array(maximumShapes);
  count = 0;
  readonly #seen = new Uint8Array(shapeBuckets);

  run(tokens: Uint8Array, length: number): void {
    const { found } = this;
    const seen = this.#seen;
    for (let at = 0; at < this.count; at += 1) seen[found[at] as number] = 0;
    this.count = 0;
    let hash = 0x2c1b3c6d;
    for (let at = 0; at < opening && at < length; at += 1) {
      hash = Math.imul(hash ^ (tokens[at] as number), 0x85ebca6b);
      this.#add(hash);
    }
    if (length <= headLimit + tailLimit) this.#span(tokens, 0, length);
    else {
      this.#span(tokens, 0, headLimit);
      this.#span(tokens, length - tailLimit, length);
    }
  }

  #add(hash: number): void {
    const bucket = (hash ^ (hash >>> 15)) & (shapeBuckets - 1);
    this.found[this.count] = bucket;
    this.count += 1 - (this.#seen[bucket] as number);
    this.#seen[bucket] = 1;
  }

  #span(tokens: Uint8Array, start: number, end: number): void {
    const { found } = this;
    const seen = this.#seen;
    const mask = shapeBuckets - 1;
    let count = this.count;
    let first = 10;
    let second = 10;
    let third = 10;
    let fourth = 10;
    for (let at = start; at < end; at += 1) {
      const token = tokens[at] as number;
      const two = Math.imul(((fourth << 8) | token) ^ 0x3c6ef372, 0x9e3779b1);
      const three = Math.imul(two ^ third ^ 0x1b873593, 0x85ebca6b);
      const four = Math.imul(three ^ second ^ 0x2545f491, 0xc2b2ae35);
      const five = Math.imul(four ^ first ^ 0x51ed270b, 0x9e3779b1);
      let bucket = (two ^ (two >>> 15)) & mask;
      found[count] = bucket;
      count += 1 - (seen[bucket] as number);
      seen[bucket] = 1;
      bucket = (three ^ (three >>> 15)) & mask;
      found[count] = bucket;
      count += 1 - (seen[bucket] as number);
      seen[bucket] = 1;
      bucket = (four ^ (four >>> 15)) & mask;
      found[count] = bucket;
      count += 1 - (seen[bucket] as number);
      seen[bucket] = 1;
      bucket = (five ^ (five >>> 15)) & mask;
      found[count] = bucket;
      count += 1 - (seen[bucket] as number);
      seen[bucket] = 1;
      first = second;
      second = third;
      third = fourth;
      fourth = token;
    }
    this.count = count;
  }
}
