import { fnv1a } from '../../engine/core/hash.ts';
import { stem, stopWords, wordsOf } from '../../engine/core/words.ts';

/** Saturation and length weight of BM25: the values that Robertson and Zaragoza (2009) give as usual. */
export const bm25Saturation = 1.2;
export const bm25LengthWeight = 0.75;

export interface LexicalHit {
  readonly id: string;
  readonly score: number;
}

export interface LexicalIndexOptions {
  /** Take endings off. */
  readonly stemmed?: boolean;
  /** Leave stop words out. */
  readonly withoutStopWords?: boolean;
}

/** Robertson and Sparck Jones's weight, kept above zero. */
export function inverseDocumentFrequency(documents: number, holding: number): number {
  return Math.log(1 + (documents - holding + 0.5) / (holding + 0.5));
}

/**
 * BM25 over texts that keep arriving: adding one costs its own length, searching costs the postings of the query's
 * words. Kept in memory, about 8 bytes a word occurrence.
 */
export class LexicalIndex {
  readonly #options: Required<LexicalIndexOptions>;
  readonly #ids: string[] = [];
  readonly #known = new Set<string>();
  readonly #lengths: number[] = [];
  readonly #postings = new Map<number, number[]>();
  #words = 0;

  constructor(options: LexicalIndexOptions = {}) {
    this.#options = { stemmed: options.stemmed ?? true, withoutStopWords: options.withoutStopWords ?? true };
  }

  get size(): number {
    return this.#ids.length;
  }

  has(id: string): boolean {
    return this.#known.has(id);
  }

  /** Adds a text; one whose id is known already is left as it was. */
  add(id: string, text: string): void {
    if (this.#known.has(id)) return;
    this.#known.add(id);
    const document = this.#ids.push(id) - 1;
    const counts = new Map<number, number>();
    const terms = this.#terms(text);
    for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
    for (const [term, count] of counts) {
      const list = this.#postings.get(term);
      if (list === undefined) this.#postings.set(term, [document, count]);
      else list.push(document, count);
    }
    this.#lengths.push(terms.length);
    this.#words += terms.length;
  }

  /** BM25 of every text, in the order of adding; 0 where no word is shared. */
  scores(query: string): Float64Array {
    const scores = new Float64Array(this.#ids.length);
    const mean = Math.max(this.#words / Math.max(this.#ids.length, 1), 1);
    for (const term of new Set(this.#terms(query))) {
      const list = this.#postings.get(term);
      if (list === undefined) continue;
      const weight = inverseDocumentFrequency(this.#ids.length, list.length / 2);
      for (let at = 0; at < list.length; at += 2) {
        const document = list[at] ?? 0;
        const count = list[at + 1] ?? 0;
        const length = (this.#lengths[document] ?? 0) / mean;
        const damped = count + bm25Saturation * (1 - bm25LengthWeight + bm25LengthWeight * length);
        scores[document] = (scores[document] ?? 0) + (weight * count * (bm25Saturation + 1)) / damped;
      }
    }
    return scores;
  }

  /** The best texts that share a word with the query, best first, ties in the order of adding. */
  search(query: string, limit: number): LexicalHit[] {
    const scores = this.scores(query);
    const hits: { id: string; score: number }[] = [];
    for (const [document, score] of scores.entries())
      if (score > 0) hits.push({ id: this.#ids[document] ?? '', score });
    return hits.sort((a, b) => b.score - a.score).slice(0, limit);
  }

  #terms(text: string): number[] {
    const terms: number[] = [];
    for (const word of wordsOf(text)) {
      if (this.#options.withoutStopWords && stopWords.has(word)) continue;
      terms.push(fnv1a(this.#options.stemmed ? stem(word) : word));
    }
    return terms;
  }
}

/** Adds to each score those of its neighbours, the nearer the more: `1 - distance / (reach + 1)`, or evenly. */
export function smoothed(scores: Float64Array, reach: number, even = false): Float64Array {
  const out = new Float64Array(scores.length);
  for (let at = 0; at < scores.length; at += 1) {
    let sum = 0;
    const last = Math.min(at + reach, scores.length - 1);
    for (let near = Math.max(at - reach, 0); near <= last; near += 1) {
      sum += (scores[near] ?? 0) * (even ? 1 : 1 - Math.abs(near - at) / (reach + 1));
    }
    out[at] = sum;
  }
  return out;
}
