import { stem, stopWords, wordsOf } from '../../engine/core/words.ts';

/** Scripts that write no spaces: a run of them is indexed by its pairs of characters. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
/** Longer words are no words: keys, hashes, base64. They are cut, and found by their beginning. */
const longestTerm = 40;

/** What a text is found by: stems of its content words, in order, repeats kept. Linear in its length. */
export function termsOf(text: string): string[] {
  const terms: string[] = [];
  for (const word of wordsOf(text)) {
    if (stopWords.has(word)) continue;
    if (!unspaced.test(word)) terms.push(stem(word).slice(0, longestTerm));
    else {
      const letters = Array.from(word);
      if (letters.length === 1) terms.push(word);
      for (let at = 0; at + 1 < letters.length; at += 1) terms.push(`${letters[at]}${letters[at + 1]}`);
    }
  }
  return terms;
}
