import { fnv1a } from '../../engine/core/hash.ts';
import { readText, type LexicalText } from './lexical-text.ts';
import { askingWords, stem, wordsOf } from '../../engine/core/words.ts';

/** What kind of answer a question wants; read from its first words and a few marks, English only. */
export const questionKinds = [
  'when',
  'who',
  'where',
  'howMany',
  'why',
  'how',
  'what',
  'closed',
  'summary',
  'opinion',
] as const;
export type QuestionKind = (typeof questionKinds)[number];

const marks: Readonly<Record<QuestionKind, RegExp>> = {
  when: /\b(?:when|what (?:date|day|month|year|time)|which (?:date|day|month|year)|how long|how often)\b/i,
  who: /\b(?:who|whom|whose)\b/i,
  where: /\b(?:where|which (?:city|country|place|town|state)|what (?:city|country|place|town|state))\b/i,
  howMany: /\b(?:how (?:many|much|old|often|far|long)|what (?:number|amount|price|cost))\b/i,
  why: /\b(?:why|what (?:made|caused|motivated|inspired)|reasons?)\b/i,
  how: /^\W*how\b/i,
  what: /\b(?:what|which)\b/i,
  closed: /^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b/i,
  summary: /\b(?:summari[sz]e|summary|overall|whole meeting|discussion|discussed|conclusion|decisions?)\b/i,
  opinion:
    /\b(?:think|thought|opinion|views?|feel|felt|attitude|suggest(?:ed|ion)?|recommend(?:ed)?|propos(?:e|ed|al))\b/i,
};

/** A query, read once. */
export interface LexicalQuery extends LexicalText {
  /** Different content stems in order of first use, at most 31 (one bit each), names of speakers left out. */
  readonly topics: Uint32Array;
  /** Prefixes beside `topics`. */
  readonly topicPrefixes: Uint32Array;
  /** Beside `topics`: 1, or less for words with which anything is asked. */
  readonly importance: Float64Array;
  /** Stems of speakers of the candidates whom the query names. */
  readonly speakers: ReadonlySet<string>;
  readonly kinds: Readonly<Record<QuestionKind, boolean>>;
}

const mostTopics = 31;
const askingImportance = 0.25;
const askingStems = new Set([...askingWords].map((word) => fnv1a(stem(word))));

/** Reads a query against the speakers that its candidates have. Linear in the lengths of both. */
export function readQuery(query: string, speakers: Iterable<string>): LexicalQuery {
  const text = readText(query);
  const words = new Set(wordsOf(query));
  const named = new Set<string>();
  const stemsOfNamed = new Set<number>();
  for (const speaker of new Set(speakers)) {
    const parts = wordsOf(speaker);
    const full = parts.length > 0 && parts.every((part) => words.has(part));
    if (!full && !parts.some((part) => part.length > 2 && !/^\d+$/.test(part) && words.has(part))) continue;
    named.add(speaker);
    for (const part of parts) stemsOfNamed.add(fnv1a(stem(part)));
  }
  const topics: number[] = [];
  const prefixes: number[] = [];
  for (const [place, root] of text.stems.entries()) {
    if (stemsOfNamed.has(root) || topics.includes(root) || topics.length >= mostTopics) continue;
    topics.push(root);
    prefixes.push(text.prefixes[place] ?? 0);
  }
  const kinds = Object.fromEntries(questionKinds.map((kind) => [kind, marks[kind].test(query)]));
  return {
    ...text,
    topics: Uint32Array.from(topics),
    topicPrefixes: Uint32Array.from(prefixes),
    importance: Float64Array.from(topics, (root) => (askingStems.has(root) ? askingImportance : 1)),
    speakers: named,
    kinds: kinds as Record<QuestionKind, boolean>,
  };
}
