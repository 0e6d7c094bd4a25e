import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullNgrams, hashText, tokenLimit, tokenize, visitNgrams, wordNgrams } from '../../../../models/text/ngrams.ts';

function grams(text: string, options = fullNgrams): number[] {
  const hashes: number[] = [];
  visitNgrams(tokenize(text), options, (hash) => hashes.push(hash));
  return hashes;
}

describe('tokenize', () => {
  it('splits words, numbers, marks and endings', () => {
    expect(tokenize("It's 5pm, OK?")).toEqual(['it', "'s", '5', 'pm', ',', 'ok', '?']);
  });

  it('keeps accents and other scripts as words', () => {
    expect(tokenize('Café в Москве')).toEqual(['café', 'в', 'москве']);
  });

  it('reads head and tail of a text of 100,000 words', () => {
    const text = Array.from({ length: 100_000 }, (_, word) => `word${word}`).join(' ');
    const tokens = tokenize(text);
    expect(tokens).toHaveLength(tokenLimit);
    expect(tokens.at(-1)).toBe('99999');
  });

  it('never fails, whatever the text', () => {
    const text = string({ unit: 'binary', maxLength: 60 });
    assert(
      property(text, (given) => tokenize(given).length <= tokenLimit),
      { numRuns: 50 },
    );
  });
});

describe('visitNgrams', () => {
  it('gives one word its unigram, its two edges and its characters', () => {
    // ends marked, "ab" is 4 characters long: 3 + 2 + 1 n-grams of 2 to 5
    expect(grams('ab')).toHaveLength(1 + 2 + 1 + 6);
    expect(grams('ab', wordNgrams)).toHaveLength(1 + 2);
  });

  it('tells order and kind apart', () => {
    const words = { bigrams: true, skips: false, pairWords: 0, shortest: 0, longest: 0 };
    expect(grams('go now', words)).not.toEqual(grams('now go', words));
    expect(new Set(grams('go go go', words)).size).toBe(4);
  });

  it('gives pairs without order', () => {
    const pairs = { bigrams: false, skips: false, pairWords: 8, shortest: 0, longest: 0 };
    expect(new Set(grams('b a c', pairs))).toEqual(new Set(grams('c b a', pairs)));
  });

  it('hashes the same for ever', () => {
    expect(hashText('table')).toBe(115308040);
    expect(grams('')).toEqual([]);
  });
});
