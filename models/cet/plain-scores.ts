import type { Candidate } from '../../engine/core/candidate-source.ts';
import { LexicalIndex, smoothed } from './lexical-index.ts';

/** How much being newest counts against holding the most words of the question. */
const recencyWeight = 0.5;

/** Usefulness without a model: BM25 with neighbours, and recency. One score per candidate, same order. */
export function plainScores(query: string, candidates: readonly Candidate[]): number[] {
  const index = new LexicalIndex();
  for (const [place, { text }] of candidates.entries()) index.add(String(place), text);
  const shared = smoothed(index.scores(query), 2);
  let best = 0;
  for (const score of shared) if (score > best) best = score;
  return Array.from(
    shared,
    (score, place) => (best === 0 ? 0 : score / best) + (recencyWeight * (place + 1)) / candidates.length,
  );
}
