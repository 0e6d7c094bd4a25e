import { stem, stopWords, wordsOf } from '../../engine/core/words.ts';
import type { CountTokens } from './candidate.ts';
import { sentencesOf } from './extract.ts';

/** Sentences that are weighed; of more the newest. */
const mostSentences = 2000;
/** Shorter ones hardly stand alone. */
const fewestWords = 4;
/** A word that was told already counts this much less each time. */
const toldFactor = 0.3;
const mark = ' ... ';

/**
 * The sentences of some texts that say most of what the others are about, word for word and in their order: each time the
 * one whose words come up most often elsewhere, for its length, and were not told yet. Null where none fits.
 *
 * @param budget tokens that the summary may take
 */
export function summaryOf(texts: readonly string[], budget: number, count: CountTokens): string | null {
  const sentences = texts.flatMap((text) => sentencesOf(text)).slice(-mostSentences);
  const held = sentences.map((sentence) => contentOf(sentence));
  const spread = new Map<string, number>();
  for (const words of held) for (const word of words) spread.set(word, (spread.get(word) ?? 0) + 1);
  // Once is chance; from twice on a word is a topic.
  const worth = new Map([...spread].map(([word, times]) => [word, Math.log(times)]));
  const left = new Set(sentences.keys());
  const taken: number[] = [];
  let room = budget;
  for (;;) {
    let best: { readonly at: number; readonly score: number; readonly cost: number } | null = null;
    for (const at of left) {
      const words = held[at]!;
      let score = 0;
      for (const word of words) score += worth.get(word)!;
      score /= Math.sqrt(words.size + 1);
      if (words.size < fewestWords || score <= (best?.score ?? 0)) continue;
      const cost = count(sentences[at]!) + count(mark);
      if (cost > room) left.delete(at);
      else best = { at, score, cost };
    }
    if (best === null) break;
    taken.push(best.at);
    left.delete(best.at);
    room -= best.cost;
    for (const word of held[best.at]!) worth.set(word, worth.get(word)! * toldFactor);
  }
  if (taken.length === 0) return null;
  return taken
    .sort((a, b) => a - b)
    .map((at) => sentences[at]!)
    .join(mark);
}

function contentOf(text: string): Set<string> {
  return new Set(
    wordsOf(text)
      .filter((word) => !stopWords.has(word))
      .map((word) => stem(word)),
  );
}
