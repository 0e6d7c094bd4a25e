import type { Candidate } from '../../engine/core/candidate-source.ts';
import { smoothed } from './lexical-index.ts';
import { coverage, feedbackWords, heldNear, matchWords, passageScores, placesOfBest } from './lexical-match.ts';
import { questionKinds, type LexicalQuery } from './lexical-query.ts';
import type { LexicalText } from './lexical-text.ts';
import { prefixPlaces, WordIndex } from './word-index.ts';

/** Name and meaning of each signal, in the order in which they stand in a row. All are finite, most within 0 to 1. */
export const signals = {
  bm25: 'BM25 of the topic words (stemmed, no stop words, no speakers), over the largest reachable value',
  bm25Best: 'the same over the best candidate of the set',
  bm25Rank: '5 / (5 + rank) by BM25; 0 where no word is shared',
  coverage: "share of the topic words' idf that the text holds",
  rarest: 'idf of the rarest shared word over that of the rarest topic word',
  pairs: 'share of neighbouring topic words that are neighbours in the text too',
  prefix: 'BM25 over five-letter prefixes: forms of a word that stemming leaves apart',
  prefixCoverage: 'share of topic prefixes held, by idf',
  feedback: 'BM25 of the words of the eight best texts, over the best',
  before: 'BM25 of the candidate before',
  after: 'BM25 of the candidate after',
  around2: 'falling sum of BM25 within 2 candidates, over the best',
  around5: 'within 5, over the best',
  around10: 'within 10, over the best',
  around25: 'within 25, over the best',
  around2Rank: '5 / (5 + rank) by around2',
  feedback5: 'falling sum of feedback within 5, over the best',
  feedback25: 'falling sum of feedback within 25, over the best',
  prefix2: 'falling sum of prefix BM25 within 2, over the best',
  passage3: 'BM25 of the passage within 3, as one document, over the best',
  passage10: 'within 10, over the best',
  passage30: 'within 30, over the best',
  passagePrefix10: 'BM25 of prefixes of the passage within 10, over the best',
  passageFeedback10: 'BM25 of the feedback words of the passage within 10, over the best',
  region3: 'BM25 of the words of the best passages, in the passage within 3, over the best',
  region10: 'within 10, over the best',
  region30: 'within 30, over the best',
  nearBest: 'near the middle of the best passage: 1 there, 0 from 40 away',
  passage10Rank: '20 / (20 + rank) by passage10',
  cover1: 'share of topic idf held within 1 candidate',
  cover3: 'within 3',
  cover10: 'within 10',
  sessionCover: 'share of topic idf held anywhere in the session',
  sessionBest: 'best BM25 of the session',
  sessionMean: 'mean BM25 of the session over that of the best session',
  speaker: 'said by someone whom the query names',
  otherSpeaker: 'the query names a speaker, and it is another',
  speakerBefore: 'the candidate before was said by someone named',
  names: 'share of the names in the query that the text holds',
  newNames: 'names in the text that are not in the query: 0, 1/2, 2/3, 3/4...',
  numbers: 'share of the numbers in the query that the text holds',
  hasNumber: 'holds a number',
  dates: 'share of the months, weekdays and years of the query that the text or its time holds',
  tellsTime: 'holds a date or words such as yesterday',
  asks: 'holds a question mark',
  answers: 'the candidate before asks, and another speaker said it',
  answersMatch: 'BM25 of the question that it answers',
  whenTime: 'the query asks when, and the text tells time',
  whoName: 'the query asks who or where, and the text holds new names',
  manyNumber: 'the query asks how many, and the text holds a number',
  length: 'log2(1 + words) / 8',
  short: 'fewer than six content words',
  position: 'place in the conversation, 0 oldest, 1 newest',
  recency: '1 / (1 + candidates after it)',
  opening: 'among the first three of its session',
  sessionPosition: 'place in its session, 0 first, 1 last',
  isTurn: 'kind turn',
  isNote: 'kind summary or observation',
  isDocument: 'kind document',
  isResult: 'kind tool-result or data',
  setSize: 'log10(1 + candidates) / 5; the same for all',
  queryLength: 'topic words / 20; the same for all',
  queryBest: 'best BM25 of the set; the same for all',
  queryNamesSpeaker: 'the query names a speaker; the same for all',
  ...(Object.fromEntries(
    questionKinds.map((kind) => [`asks_${kind}`, `the query asks: ${kind}; the same for all`]),
  ) as {
    readonly [Kind in (typeof questionKinds)[number] as `asks_${Kind}`]: string;
  }),
} as const;
export type SignalName = keyof typeof signals;
export const signalNames = Object.keys(signals) as readonly SignalName[];

type Columns = Partial<Record<SignalName, ArrayLike<number>>>;

/** A pause that starts a new session where times are known: four hours. */
const sessionPauseMs = 4 * 3_600_000;

/**
 * One row of `signalNames.length` numbers per candidate, row-major. Candidates stand in time order; `texts` are their
 * readings in the same order. Linear in the words of the set: about 3 ms for 1,000 turns on one core.
 */
export function lexicalSignals(
  query: LexicalQuery,
  candidates: readonly Candidate[],
  texts: readonly LexicalText[],
  index = new WordIndex(texts),
): Float32Array {
  const columns = { ...wordColumns(query, candidates, texts, index), ...factColumns(query, candidates, texts) };
  const width = signalNames.length;
  const rows = new Float32Array(candidates.length * width);
  for (const [column, name] of signalNames.entries()) {
    const values = columns[name];
    if (values === undefined) throw new Error(`signal ${name} is not computed`);
    for (let row = 0; row < candidates.length; row += 1) rows[row * width + column] = values[row]!;
  }
  return rows;
}

function wordColumns(
  query: LexicalQuery,
  candidates: readonly Candidate[],
  texts: readonly LexicalText[],
  index: WordIndex,
): Columns {
  const topics = matchWords(index, query.topics, query.importance);
  const { bm25, held, weights } = topics;
  const prefix = matchWords(prefixPlaces(texts, query.topicPrefixes), query.topicPrefixes, query.importance);
  const around2 = smoothed(bm25, 2);
  const expansion = feedbackWords(
    texts,
    index,
    around2.map((score, at) => score / 2 + (bm25[at] ?? 0)),
    { texts: 8, words: 24 },
  );
  const expanded = matchWords(index, expansion.words, expansion.importance);
  const feedback = expanded.bm25;
  const passage10 = passageScores(topics, 10);
  const region = feedbackWords(texts, index, passage10, { texts: 20, words: 31 });
  const regional = matchWords(index, region.words, region.importance);
  const sessions = sessionsOf(candidates);
  const spread = sessionColumns(sessions, bm25, held, weights);
  const rarestTopic = Math.max(0, ...weights);
  const cover = (bits: Int32Array) => Float64Array.from(bits, (one) => coverage(one, weights));
  const shifted = (by: number) => bm25.map((_, at) => bm25[at + by] ?? 0);
  const answered = texts.map((_, at) => answersPrevious(candidates, texts, at));
  const queryBest = Math.max(0, ...placesOfBest(bm25, 1).map((place) => bm25[place]!));
  return {
    bm25,
    bm25Best: overBest(bm25),
    bm25Rank: rankColumn(bm25),
    coverage: cover(held),
    rarest: Float64Array.from(held, (bits) => (rarestTopic === 0 ? 0 : rarestOf(bits, weights) / rarestTopic)),
    pairs: pairColumn(query.topics, texts, held),
    prefix: prefix.bm25,
    prefixCoverage: Float64Array.from(prefix.held, (bits) => coverage(bits, prefix.weights)),
    feedback: overBest(feedback),
    before: shifted(-1),
    after: shifted(1),
    around2: overBest(around2),
    around5: overBest(smoothed(bm25, 5)),
    around10: overBest(smoothed(bm25, 10)),
    around25: overBest(smoothed(bm25, 25)),
    around2Rank: rankColumn(around2),
    feedback5: overBest(smoothed(feedback, 5)),
    feedback25: overBest(smoothed(feedback, 25)),
    prefix2: overBest(smoothed(prefix.bm25, 2)),
    passage3: overBest(passageScores(topics, 3)),
    passage10: overBest(passage10),
    passage30: overBest(passageScores(topics, 30)),
    passagePrefix10: overBest(passageScores(prefix, 10)),
    passageFeedback10: overBest(passageScores(expanded, 10)),
    region3: overBest(passageScores(regional, 3)),
    region10: overBest(passageScores(regional, 10)),
    region30: overBest(passageScores(regional, 30)),
    nearBest: nearBestColumn(passage10, 40),
    passage10Rank: rankColumn(passage10, 20),
    cover1: cover(heldNear(held, 1)),
    cover3: cover(heldNear(held, 3)),
    cover10: cover(heldNear(held, 10)),
    ...spread,
    answers: answered.map(Number),
    answersMatch: answered.map((is, at) => (is ? (bm25[at - 1] ?? 0) : 0)),
    queryBest: constant(candidates.length, queryBest),
  };
}

function factColumns(query: LexicalQuery, candidates: readonly Candidate[], texts: readonly LexicalText[]): Columns {
  const size = candidates.length;
  const isNamed = candidates.map((candidate) => query.speakers.has(candidate.speaker));
  const names = new Set(query.names);
  const stems = new Set(query.stems);
  const newNames = texts.map((text) => new Set(text.names.filter((name) => !stems.has(name))).size);
  const isOf = (...kinds: readonly Candidate['kind'][]) => candidates.map(({ kind }) => Number(kinds.includes(kind)));
  const hasNumber = texts.map((text) => Number(text.numbers.length > 0));
  const { kinds } = query;
  const asked = Object.fromEntries(questionKinds.map((kind) => [`asks_${kind}`, constant(size, Number(kinds[kind]))]));
  return {
    speaker: isNamed.map(Number),
    otherSpeaker: isNamed.map((is) => Number(!is && query.speakers.size > 0)),
    speakerBefore: isNamed.map((_, at) => Number(isNamed[at - 1] ?? false)),
    names: texts.map((text) => shareHeld(names, [text.names, text.stems])),
    newNames: newNames.map((count) => count / (count + 1)),
    numbers: texts.map((text) => shareHeld(new Set(query.numbers), [text.numbers])),
    hasNumber,
    dates: texts.map((text, at) => shareHeld(new Set(query.dates), [text.dates, datesOfTime(candidates[at]!.time)])),
    tellsTime: texts.map((text) => Number(text.tellsTime)),
    asks: texts.map((text) => Number(text.asks)),
    whenTime: texts.map((text) => Number(kinds.when && text.tellsTime)),
    whoName: newNames.map((count) => Number((kinds.who || kinds.where) && count > 0)),
    manyNumber: hasNumber.map((has) => Number(kinds.howMany && has > 0)),
    length: texts.map((text) => Math.log2(1 + text.length) / 8),
    short: texts.map((text) => Number(text.stems.length < 6)),
    position: texts.map((_, at) => (at + 1) / size),
    recency: texts.map((_, at) => 1 / (size - at)),
    isTurn: isOf('turn'),
    isNote: isOf('summary', 'observation'),
    isDocument: isOf('document'),
    isResult: isOf('tool-result', 'data'),
    setSize: constant(size, Math.log10(1 + size) / 5),
    queryLength: constant(size, query.topics.length / 20),
    queryNamesSpeaker: constant(size, Number(query.speakers.size > 0)),
    ...asked,
  };
}

/** Session number of each candidate; all one where times are unknown. */
function sessionsOf(candidates: readonly Candidate[]): Int32Array {
  const sessions = new Int32Array(candidates.length);
  let session = 0;
  let last: number | null = null;
  for (const [at, { time }] of candidates.entries()) {
    if (time !== null && last !== null && Math.abs(time - last) > sessionPauseMs) session += 1;
    if (time !== null) last = time;
    sessions[at] = session;
  }
  return sessions;
}

function sessionColumns(sessions: Int32Array, bm25: Float64Array, held: Int32Array, weights: Float64Array): Columns {
  const count = (sessions.at(-1) ?? -1) + 1;
  const bits = new Int32Array(count);
  const best = new Float64Array(count);
  const sum = new Float64Array(count);
  const size = new Float64Array(count);
  const placeInSession = new Float64Array(sessions.length);
  for (const [at, session] of sessions.entries()) {
    bits[session]! |= held[at]!;
    best[session] = Math.max(best[session]!, bm25[at]!);
    sum[session]! += bm25[at]!;
    placeInSession[at] = size[session]!;
    size[session]! += 1;
  }
  const mean = overBest(sum.map((total, session) => total / Math.max(size[session]!, 1)));
  const covered = Float64Array.from(bits, (one) => coverage(one, weights));
  const perCandidate = (values: Float64Array) => Float64Array.from(sessions, (session) => values[session]!);
  return {
    sessionCover: perCandidate(covered),
    sessionBest: perCandidate(best),
    sessionMean: perCandidate(mean),
    opening: placeInSession.map((place) => Number(place < 3)),
    sessionPosition: placeInSession.map((place, at) => place / Math.max(size[sessions[at]!]! - 1, 1)),
  };
}

function overBest(values: Float64Array): Float64Array {
  let best = 0;
  for (const value of values) if (value > best) best = value;
  return best === 0 ? values : values.map((value) => value / best);
}

function nearBestColumn(scores: Float64Array, reach: number): Float64Array {
  const best = placesOfBest(scores, 1)[0] ?? 0;
  const found = (scores[best] ?? 0) > 0;
  return scores.map((_, at) => (found ? Math.max(0, 1 - Math.abs(at - best) / reach) : 0));
}

function rankColumn(scores: Float64Array, half = 5): Float64Array {
  const column = new Float64Array(scores.length);
  for (const [rank, place] of placesOfBest(scores, Math.min(scores.length, 200)).entries()) {
    column[place] = scores[place]! > 0 ? half / (half + rank) : 0;
  }
  return column;
}

function rarestOf(held: number, weights: Float64Array): number {
  let rarest = 0;
  for (let slot = 0; slot < weights.length; slot += 1) {
    if ((held & (1 << slot)) !== 0 && weights[slot]! > rarest) rarest = weights[slot]!;
  }
  return rarest;
}

function pairColumn(topics: Uint32Array, texts: readonly LexicalText[], held: Int32Array): Float64Array {
  const column = new Float64Array(texts.length);
  if (topics.length < 2) return column;
  const pairs = new Set<number>();
  for (let slot = 0; slot + 1 < topics.length; slot += 1) pairs.add(pairOf(topics[slot]!, topics[slot + 1]!));
  for (const [place, { stems }] of texts.entries()) {
    if (held[place] === 0) continue;
    const found = new Set<number>();
    for (let at = 0; at + 1 < stems.length; at += 1) {
      const pair = pairOf(stems[at]!, stems[at + 1]!);
      if (pairs.has(pair)) found.add(pair);
    }
    column[place] = found.size / (topics.length - 1);
  }
  return column;
}

function pairOf(first: number, second: number): number {
  return (Math.imul(first, 0x01000193) ^ second) >>> 0;
}

function shareHeld(wanted: ReadonlySet<number>, sources: readonly Uint32Array[]): number {
  if (wanted.size === 0) return 0;
  let found = 0;
  for (const one of wanted) if (sources.some((source) => source.includes(one))) found += 1;
  return found / wanted.size;
}

function datesOfTime(time: number | null): Uint32Array {
  if (time === null) return new Uint32Array();
  const date = new Date(time);
  return Uint32Array.of(date.getUTCMonth() + 1, ((date.getUTCDay() + 6) % 7) + 13, date.getUTCFullYear());
}

function answersPrevious(candidates: readonly Candidate[], texts: readonly LexicalText[], at: number): boolean {
  return (texts[at - 1]?.asks ?? false) && candidates[at - 1]!.speaker !== candidates[at]!.speaker;
}

function constant(size: number, value: number): Float64Array {
  return new Float64Array(size).fill(value);
}
