import * as fc from 'fast-check';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { openTokenizer, roughTokens } from '../../../models/text/tokenizer.ts';

describe('openTokenizer', () => {
  it('counts as the family of the model does, whatever stands in the text', async () => {
    const { count, isExact, name } = await openTokenizer('openai/gpt-4o-mini');
    expect([name, isExact]).toEqual(['o200k_base', true]);
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 200 }), fc.lorem(), fc.string({ unit: 'grapheme' })), (text) => {
        expect(count(text)).toBe(encode(text, { disallowedSpecial: new Set<string>() }).length);
      }),
    );
    expect(count('an <|endoftext|> in a text')).toBeGreaterThan(6);
    expect(count('')).toBe(0);
  });
  it('takes a cautious stand-in for families that it does not know, and words without a model', async () => {
    const [exact, foreign, none] = await Promise.all(['gpt-4', 'mistral-small', undefined].map(openTokenizer));
    const text = 'Der Zug nach Bergen fährt um sieben Uhr dreißig.';
    expect(foreign!.isExact).toBe(false);
    expect(foreign!.count(text)).toBe(Math.ceil(exact!.count(text) * 1.3));
    expect(none!.count).toBe(roughTokens);
  });
  it('is not held up by endless runs, and counts them no lower than they are', async () => {
    const { count } = await openTokenizer('gpt-4o');
    for (const unit of ['a', ' ', '=', 'xy9']) {
      const text = unit.repeat(2000);
      expect(count(text)).toBeGreaterThanOrEqual(encode(text).length);
    }
    expect(count('a'.repeat(200_000))).toBeGreaterThan(20_000);
  });
});
