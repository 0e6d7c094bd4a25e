import { bertWords } from './bert-words.ts';

/** Their places are their ids, in every vocabulary. */
export const specialTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;
export const tokenIds = { pad: 0, unknown: 1, begin: 2, end: 3, mask: 4 } as const;

export interface WordpieceOptions {
  /** Largest number of pieces, special ones included. */
  readonly size: number;
  /** A pair of pieces that stands together less often is not joined; default 2. */
  readonly minimum?: number;
  /** Characters that get a piece of their own: the most frequent ones; default 1,000. */
  readonly alphabet?: number;
}

/**
 * A WordPiece vocabulary by joining the most frequent pair of pieces again and again (byte-pair merges within words,
 * as Hugging Face's WordPieceTrainer does it). Depends on the texts' word counts only, not on their order.
 * @returns pieces by id; those inside a word begin with `##`
 */
export function trainWordpiece(texts: Iterable<string>, options: WordpieceOptions): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of bertWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const known = frequentCharacters(counts, options.alphabet ?? 1000);
  const pieces = new Pieces();
  const words: { pieces: number[]; count: number }[] = [];
  for (const [word, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const characters = Array.from(word);
    if (!characters.every((character) => known.has(character))) continue;
    words.push({ pieces: characters.map((one, at) => pieces.idOf(at === 0 ? one : `##${one}`)), count });
  }
  const pairs = new Pairs();
  words.forEach((word, index) => pairs.count(word.pieces, word.count, index));
  while (pieces.names.length < options.size) {
    const best = pairs.takeBest(options.minimum ?? 2);
    if (best === null) break;
    const joined = pieces.idOf(pieces.names[best.first]! + pieces.names[best.second]!.replace(/^##/, ''));
    for (const index of best.words) {
      const word = words[index]!;
      pairs.count(word.pieces, -word.count, index);
      word.pieces = join(word.pieces, best.first, best.second, joined);
      pairs.count(word.pieces, word.count, index);
    }
  }
  return pieces.names.slice(0, Math.max(options.size, specialTokens.length));
}

function frequentCharacters(counts: ReadonlyMap<string, number>, most: number): ReadonlySet<string> {
  const seen = new Map<string, number>();
  for (const [word, count] of counts) {
    for (const character of word) seen.set(character, (seen.get(character) ?? 0) + count);
  }
  const ranked = [...seen].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  return new Set(ranked.slice(0, most).map(([character]) => character));
}

function join(pieces: readonly number[], first: number, second: number, joined: number): number[] {
  const result: number[] = [];
  for (let at = 0; at < pieces.length; at += 1) {
    const both = pieces[at] === first && pieces[at + 1] === second;
    result.push(both ? joined : pieces[at]!);
    if (both) at += 1;
  }
  return result;
}

class Pieces {
  readonly names: string[] = [...specialTokens];
  readonly #ids = new Map<string, number>(this.names.map((name, id) => [name, id]));

  idOf(name: string): number {
    let id = this.#ids.get(name);
    if (id === undefined) {
      id = this.names.length;
      this.names.push(name);
      this.#ids.set(name, id);
    }
    return id;
  }
}

interface Pair {
  readonly first: number;
  readonly second: number;
  /** Words that hold it, or once held it. */
  readonly words: Set<number>;
  count: number;
}

/** Counts of neighbouring pieces, with the most frequent at hand: a heap whose stale entries are put right when met. */
class Pairs {
  readonly #pairs = new Map<number, Pair>();
  readonly #heap: { readonly pair: Pair; readonly count: number }[] = [];

  count(pieces: readonly number[], count: number, word: number): void {
    for (let at = 0; at + 1 < pieces.length; at += 1) {
      const pair = this.#pair(pieces[at]!, pieces[at + 1]!);
      pair.count += count;
      if (count > 0) {
        pair.words.add(word);
        this.#push({ pair, count: pair.count });
      }
    }
  }

  takeBest(minimum: number): Pair | null {
    for (let top = this.#pop(); top !== null; top = this.#pop()) {
      if (top.count === top.pair.count && top.count >= minimum) return top.pair;
      // A count that fell since it was noted goes back to its place; one that rose is already there.
      if (top.pair.count < top.count && top.pair.count >= minimum)
        this.#push({ pair: top.pair, count: top.pair.count });
    }
    return null;
  }

  #pair(first: number, second: number): Pair {
    // Ids stay below 2^21, so both fit into one whole number.
    const key = first * 2_097_152 + second;
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      pair = { first, second, words: new Set(), count: 0 };
      this.#pairs.set(key, pair);
    }
    return pair;
  }

  #push(entry: { readonly pair: Pair; readonly count: number }): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): { readonly pair: Pair; readonly count: number } | null {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined) return null;
    if (heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

type Entry = { readonly pair: Pair; readonly count: number };

/** More frequent first; then the older pieces, so that ties fall the same way each time. */
function before(a: Entry, b: Entry): boolean {
  return (b.count - a.count || a.pair.first - b.pair.first || a.pair.second - b.pair.second) < 0;
}
