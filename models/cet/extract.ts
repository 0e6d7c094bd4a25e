import { stem, stopWords, wordsOf } from '../../engine/core/words.ts';
import type { CountTokens } from './candidate.ts';

/** Longer texts are read so far. */
const longest = 100_000;
const mark = ' ... ';

/** Sentences and lines of a text, in order, nothing lost but white space between them. */
export function sentencesOf(text: string): string[] {
  return text
    .slice(0, longest)
    .split(/(?<=[.!?]["')\]]*)\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}

/**
 * The sentences of a text that share most with a query, word for word and in order, gaps marked; null where not one
 * fits or none shares a word. Rare words of the text count more.
 *
 * @param budget tokens that the extract may take
 */
export function extract(text: string, query: string, budget: number, count: CountTokens): string | null {
  const sentences = sentencesOf(text);
  if (sentences.length < 2) return null;
  const wanted = contentOf(query);
  const held = sentences.map((sentence) => contentOf(sentence));
  const spread = new Map<string, number>();
  for (const words of held) for (const word of words) spread.set(word, (spread.get(word) ?? 0) + 1);
  const scores = held.map((words) => {
    let score = 0;
    for (const word of words) {
      if (wanted.has(word)) score += Math.log(1 + sentences.length / (spread.get(word) ?? 1));
    }
    return score;
  });
  const order = sentences
    .map((_, at) => at)
    .filter((at) => scores[at]! > 0)
    .sort((a, b) => scores[b]! - scores[a]! || a - b);
  const taken = new Set<number>();
  let left = budget - count(mark);
  for (const at of order) {
    const cost = count(sentences[at]!) + count(mark);
    if (cost > left) continue;
    left -= cost;
    taken.add(at);
  }
  if (taken.size === 0) return null;
  const kept = [...taken].sort((a, b) => a - b);
  return kept
    .map((at, place) => (at === (kept[place - 1] ?? -1) + 1 ? '' : mark) + sentences[at]!)
    .join(' ')
    .trim();
}

function contentOf(text: string): Set<string> {
  return new Set(
    wordsOf(text)
      .filter((word) => !stopWords.has(word))
      .map(stem),
  );
}
