import { bm25LengthWeight, bm25Saturation, inverseDocumentFrequency } from './lexical-index.ts';
import type { LexicalText } from './lexical-text.ts';
import type { WordIndex, WordPlaces } from './word-index.ts';

/** How each text of a set matches a bag of words. */
export interface Match {
  /** BM25 over the largest value that any text could reach: 0 to 1. */
  readonly bm25: Float64Array;
  /** Which of the words each text holds, one bit a word. */
  readonly held: Int32Array;
  /** Inverse document frequency of each word in this set, times its importance. */
  readonly weights: Float64Array;
  /** Occurrences: [texts, words], row-major. */
  readonly counts: Uint16Array;
  /** Words of each text that were compared. */
  readonly lengths: Float64Array;
}

/**
 * BM25 of a bag of at most 31 hashed words over a set of texts. `importance` weighs each word beside its idf. Linear in
 * the words' occurrences.
 */
export function matchWords(index: WordPlaces, words: Uint32Array, importance?: Float64Array): Match {
  const width = words.length;
  const { lengths } = index;
  const counts = new Uint16Array(lengths.length * width);
  const holding = new Float64Array(width);
  const held = new Int32Array(lengths.length);
  for (const [slot, word] of words.entries()) {
    if (words.indexOf(word) < slot) continue;
    const places = index.placesOf(word);
    for (let at = 0; at < places.length; at += 1) {
      const place = places[at]!;
      const cell = place * width + slot;
      if (counts[cell] === 0) holding[slot]! += 1;
      if (counts[cell]! < 65_535) counts[cell]! += 1;
      held[place]! |= 1 << slot;
    }
  }
  const weights = holding.map(
    (number, slot) => inverseDocumentFrequency(lengths.length, number) * (importance?.[slot] ?? 1),
  );
  return { bm25: scoresOf(counts, lengths, weights), held, weights, counts, lengths };
}

/** BM25 of rows of counts, over the largest value that any row could reach. */
function scoresOf(counts: ArrayLike<number>, lengths: Float64Array, weights: Float64Array): Float64Array {
  const width = weights.length;
  const scores = new Float64Array(lengths.length);
  const ideal = weights.reduce((sum, weight) => sum + weight, 0) * (bm25Saturation + 1);
  if (ideal === 0) return scores;
  const mean = Math.max(lengths.reduce((sum, length) => sum + length, 0) / Math.max(lengths.length, 1), 1);
  for (let place = 0; place < lengths.length; place += 1) {
    const damping = bm25Saturation * (1 - bm25LengthWeight + (bm25LengthWeight * lengths[place]!) / mean);
    let score = 0;
    for (let slot = 0; slot < width; slot += 1) {
      const count = counts[place * width + slot]!;
      if (count > 0) score += (weights[slot]! * count * (bm25Saturation + 1)) / (count + damping);
    }
    scores[place] = score / ideal;
  }
  return scores;
}

/**
 * BM25 of passages: each text together with those within `reach` places, as one document. Other than a sum of single
 * scores it does not favour a passage for repeating one word. Cost: texts x words, whatever the reach.
 */
export function passageScores(match: Match, reach: number): Float64Array {
  const { counts, held, lengths, weights } = match;
  const width = weights.length;
  const size = lengths.length;
  const sums = new Float64Array(size * width);
  const long = new Float64Array(size);
  const running = new Float64Array(width + 1);
  const shift = (place: number, sign: number) => {
    if (place < 0 || place >= size) return;
    running[width]! += sign * lengths[place]!;
    if (held[place] === 0) return;
    for (let slot = 0; slot < width; slot += 1) running[slot]! += sign * counts[place * width + slot]!;
  };
  for (let place = 0; place < Math.min(reach, size); place += 1) shift(place, 1);
  for (let place = 0; place < size; place += 1) {
    shift(place + reach, 1);
    shift(place - reach - 1, -1);
    sums.set(running.subarray(0, width), place * width);
    long[place] = running[width]!;
  }
  return scoresOf(sums, long, weights);
}

/** Share of the words' weight that is among the held bits: 0 to 1. */
export function coverage(held: number, weights: Float64Array): number {
  let covered = 0;
  let all = 0;
  for (let slot = 0; slot < weights.length; slot += 1) {
    all += weights[slot]!;
    if ((held & (1 << slot)) !== 0) covered += weights[slot]!;
  }
  return all === 0 ? 0 : covered / all;
}

/** Bits held by any text within `reach` places. */
export function heldNear(held: Int32Array, reach: number): Int32Array {
  const near = new Int32Array(held.length);
  for (let at = 0; at < held.length; at += 1) {
    let bits = 0;
    const last = Math.min(at + reach, held.length - 1);
    for (let other = Math.max(at - reach, 0); other <= last; other += 1) bits |= held[other]!;
    near[at] = bits;
  }
  return near;
}

/**
 * Words of the texts that match best, weighed by how often they occur there and how rare they are elsewhere: a query
 * in the conversation's own words (pseudo-relevance feedback, Lavrenko and Croft 2001).
 */
export function feedbackWords(
  texts: readonly LexicalText[],
  index: WordIndex,
  scores: Float64Array,
  options: { readonly texts: number; readonly words: number },
): { readonly words: Uint32Array; readonly importance: Float64Array } {
  const best = placesOfBest(scores, options.texts).filter((place) => scores[place]! > 0);
  const gains = new Map<number, number>();
  for (const place of best) {
    const { stems } = texts[place]!;
    for (const root of new Set(stems))
      gains.set(root, (gains.get(root) ?? 0) + scores[place]! / Math.sqrt(stems.length));
  }
  const ranked = [...gains]
    .map(([root, gain]) => [root, gain * inverseDocumentFrequency(texts.length, index.placesOf(root).length)] as const)
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, Math.min(options.words, 31));
  return {
    words: Uint32Array.from(ranked, ([root]) => root),
    importance: Float64Array.from(ranked, ([, gain]) => gain),
  };
}

/** Places of the `limit` largest scores, best first, earlier ones first where equal. Linear but for the best ones. */
export function placesOfBest(scores: ArrayLike<number>, limit: number): number[] {
  if (limit >= scores.length)
    return Array.from(scores, (_, place) => place).sort((a, b) => scores[b]! - scores[a]! || a - b);
  const sorted = Float64Array.from(scores).sort();
  const least = sorted[sorted.length - limit]!;
  const places: number[] = [];
  const level: number[] = [];
  for (let place = 0; place < scores.length; place += 1) {
    if (scores[place]! > least) places.push(place);
    else if (scores[place] === least) level.push(place);
  }
  places.push(...level.slice(0, limit - places.length));
  return places.sort((a, b) => scores[b]! - scores[a]! || a - b);
}
