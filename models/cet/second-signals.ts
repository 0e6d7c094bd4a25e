import type { Candidate } from '../../engine/core/candidate-source.ts';
import { smoothed } from './lexical-index.ts';
import { feedbackWords, matchWords, passageScores, placesOfBest, type Match } from './lexical-match.ts';
import type { LexicalText } from './lexical-text.ts';
import { WordIndex } from './word-index.ts';

/** How far the screen's scores are spread along the conversation, in candidates. */
const reaches = [1, 3, 8, 20] as const;
type Reach = (typeof reaches)[number];

/**
 * What the screen's scores say of a piece beside its own: the passage that it stands in, and the words of the pieces that
 * it found. A second piece of evidence often shares its words with the first one, and none with the question.
 */
export const secondSignals = {
  prior: "the screen's score below the best one's",
  level: "the same above the mean of the set's",
  rank: 'log(1 + rank) by the screen',
  ...(Object.fromEntries(
    reaches.flatMap((reach) => [
      [`share${reach}`, `logarithm of the mean likelihood within ${reach}, over the best; the nearer the more`],
      [`level${reach}`, `mean score within ${reach} above the mean of the set's; the nearer the more`],
    ]),
  ) as { readonly [Name in `share${Reach}` | `level${Reach}`]: string }),
  before: 'score of the candidate before, below the best',
  after: 'score of the candidate after, below the best',
  found: 'BM25 of the words of the eight best pieces, over the best',
  found3: 'the same of the passage within 3',
  found10: 'within 10',
  found30: 'within 30',
  place: 'BM25 of the words of the twenty best passages, over the best',
  place3: 'the same of the passage within 3',
  place10: 'within 10',
  place30: 'within 30',
  speakerShare: 'share of the likelihood that this speaker has',
  speakerLift: 'logarithm of that over his share of the candidates',
  nearBest: 'near the middle of the best passage: 1 there, 0 from 40 away',
  sureness: 'logarithm of the summed likelihood over the best; the same for all',
  spread: "deviation of the set's scores; the same for all",
  height: 'best score above the mean; the same for all',
} as const;
export type SecondName = keyof typeof secondSignals;
export const secondNames = Object.keys(secondSignals) as readonly SecondName[];
export const secondWidth = secondNames.length;

/** What stands before the first and after the last candidate scores so much below the best. */
const nothing = -8;

/**
 * One row of `secondWidth` numbers per candidate, row-major, of candidates in time order.
 * @param screen one score per candidate, log-odds up to a constant
 */
export function secondRows(
  candidates: readonly Candidate[],
  texts: readonly LexicalText[],
  screen: ArrayLike<number>,
  index = new WordIndex(texts),
): Float32Array {
  const columns = columnsOf(candidates, texts, index, Float64Array.from(screen));
  const rows = new Float32Array(candidates.length * secondWidth);
  for (const [column, name] of secondNames.entries()) {
    const values = columns[name];
    for (let row = 0; row < candidates.length; row += 1) rows[row * secondWidth + column] = values[row]!;
  }
  return rows;
}

function columnsOf(
  candidates: readonly Candidate[],
  texts: readonly LexicalText[],
  index: WordIndex,
  scores: Float64Array,
): Readonly<Record<SecondName, ArrayLike<number>>> {
  const size = scores.length;
  const best = largest(scores);
  const mean = scores.reduce((sum, score) => sum + score, 0) / Math.max(size, 1);
  const likely = scores.map((score) => Math.exp(score - best));
  const total = likely.reduce((sum, one) => sum + one, 0);
  // Square roots: the second best counts for something where the first is far ahead.
  const softly = likely.map(Math.sqrt);
  const constant = (value: number) => new Float64Array(size).fill(value);
  const ranks = new Float64Array(size);
  for (const [rank, place] of placesOfBest(scores, size).entries()) ranks[place] = Math.log(1 + rank);
  const spread = {} as Record<`share${Reach}` | `level${Reach}`, Float64Array>;
  for (const reach of reaches) {
    const shares = meanAround(likely, reach);
    const top = largest(shares);
    spread[`share${reach}`] = shares.map((share) => Math.log(share / top + 1e-3));
    spread[`level${reach}`] = meanAround(scores, reach).map((one) => one - mean);
  }
  const wordsOf = (from: Float64Array, pieces: number, words: number): Match => {
    const found = feedbackWords(texts, index, from, { texts: pieces, words });
    return matchWords(index, found.words, found.importance);
  };
  const found = wordsOf(softly, 8, 24);
  const place = wordsOf(meanAround(softly, 8), 20, 31);
  const middle = placesOfBest(meanAround(likely, 5), 1)[0] ?? 0;
  return {
    prior: scores.map((score) => score - best),
    level: scores.map((score) => score - mean),
    rank: ranks,
    ...spread,
    before: scores.map((_, at) => (at > 0 ? scores[at - 1]! - best : nothing)),
    after: scores.map((_, at) => (at + 1 < size ? scores[at + 1]! - best : nothing)),
    found: overBest(found.bm25),
    found3: overBest(passageScores(found, 3)),
    found10: overBest(passageScores(found, 10)),
    found30: overBest(passageScores(found, 30)),
    place: overBest(place.bm25),
    place3: overBest(passageScores(place, 3)),
    place10: overBest(passageScores(place, 10)),
    place30: overBest(passageScores(place, 30)),
    ...speakerColumns(candidates, likely, total),
    nearBest: scores.map((_, at) => Math.max(0, 1 - Math.abs(at - middle) / 40)),
    sureness: constant(Math.log(total)),
    spread: constant(Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / Math.max(size, 1))),
    height: constant(best - mean),
  };
}

function speakerColumns(candidates: readonly Candidate[], likely: Float64Array, total: number) {
  const held = new Map<string, { likely: number; count: number }>();
  for (const [at, { speaker }] of candidates.entries()) {
    const own = held.get(speaker) ?? { likely: 0, count: 0 };
    held.set(speaker, { likely: own.likely + likely[at]!, count: own.count + 1 });
  }
  const shareOf = ({ speaker }: Candidate) => held.get(speaker)!.likely / total;
  const size = candidates.length;
  return {
    speakerShare: candidates.map(shareOf),
    speakerLift: candidates.map((one) => Math.log((shareOf(one) * size) / held.get(one.speaker)!.count + 1e-2)),
  };
}

/** Mean over those within `reach`, the nearer the more. */
function meanAround(values: Float64Array, reach: number): Float64Array {
  const weights = smoothed(new Float64Array(values.length).fill(1), reach);
  return smoothed(values, reach).map((sum, place) => sum / weights[place]!);
}

function overBest(values: Float64Array): Float64Array {
  const best = largest(values);
  return best > 0 ? values.map((value) => value / best) : values;
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}
