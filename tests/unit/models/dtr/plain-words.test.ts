import { describe, expect, it } from 'vitest';
import { isPlainWords } from '../../../../models/dtr/mixed/plain-words.ts';

describe('isPlainWords', () => {
  it.each([
    'find my wallet',
    'close all internet tabs',
    'compare prices of malt-o-meal to kelloggs',
    'now, 5 pm',
    'Print the real path of "/dev/disk/1" and say which of them are mounted',
  ])('doubts %s', (text) => {
    expect(isPlainWords(text)).toBe(true);
  });

  it.each([
    'ls -la',
    'git commit -m "the words of a message that would be language"',
    'cat notes.txt | wc',
    'import java.util.List;\nimport java.util.Map;',
    'SELECT name FROM people WHERE age > 3',
    '# the words of a comment are those of a sentence\nx = 1',
  ])('takes %s for what it is', (text) => {
    expect(isPlainWords(text)).toBe(false);
  });

  it('looks at no more than the beginning of a long text', () => {
    expect(isPlainWords(`${'word '.repeat(1000)}| sh`)).toBe(true);
  });
});
