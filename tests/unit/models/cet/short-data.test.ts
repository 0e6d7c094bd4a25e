import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roughTokens } from '../../../../models/cet/candidate.ts';
import { extract, sentencesOf } from '../../../../models/cet/extract.ts';
import { shortData } from '../../../../models/cet/short-data.ts';

describe('shortData', () => {
  it('takes the white space out of JSON and loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const text = JSON.stringify({ value }, null, 4);
        const short = shortData(text);
        if (short?.how === 'JSON without white space') expect(JSON.parse(short.text)).toEqual(JSON.parse(text));
      }),
    );
    expect(shortData('{\n    "id": 12345678901234567890,\n    "name":     "a"\n}')).toBeNull();
  });
  it('writes like records as CSV with every value', () => {
    const rows = Array.from({ length: 5 }, (_, at) => ({
      name: `a "b", ${at}`,
      price: at / 2,
      sold: at % 2 === 0,
      at: null,
    }));
    const short = shortData(JSON.stringify(rows, null, 2))!;
    expect(short.how).toBe('records as CSV');
    expect(short.text.split('\n').slice(0, 2)).toEqual(['name,price,sold,at', '"a ""b"", 0",0,true,null']);
    // A text that looks like a number stays a text.
    const codes = Array.from({ length: 4 }, () => ({ postcode: '0150', count: 150 }));
    expect(shortData(JSON.stringify(codes, null, 2))!.text).toContain('"""0150""",150');
  });
  it('writes a drawn table as CSV and keeps the words around it', () => {
    const table =
      'Prices today:\n\n| item   | price  |\n|:-------|-------:|\n| kayak  | 7,50   |\n| a \\| b | 9      |\n\nDone.';
    expect(shortData(table)!.text).toBe('Prices today:\n\nitem,price\nkayak,"7,50"\na | b,9\n\nDone.');
  });
  it('keeps each different line of a log once, with its count', () => {
    const lines = Array.from(
      { length: 30 },
      (_, at) => `2026-11-21 10:00:${10 + at} [${at}] ${at === 7 ? 'disk full' : 'ping ok'}`,
    );
    const short = shortData(lines.join('\n'))!;
    expect(short.text).toBe('2026-11-21 10:00:10 [0] ping ok (29 times)\n2026-11-21 10:00:17 [7] disk full');
  });
  it('leaves prose, code and what would hardly be shorter alone', () => {
    for (const text of [
      '',
      'Hello, how are you?',
      '{"a":1}',
      'const a = [1, 2];\nconst b = a;',
      'a\nb\nc\nd\ne\nf\ng',
      '[1, 2',
    ]) {
      expect(shortData(text)).toBeNull();
    }
  });
});

describe('extract', () => {
  const text = 'We met in May. The kayak costs 700 euros. Ben was late. It rained. The kayak is blue! Anna left.';
  it('keeps the sentences that share most with the question, word for word and in order', () => {
    expect(extract(text, 'What does the kayak cost?', 20, roughTokens)).toBe(
      '... The kayak costs 700 euros.  ... The kayak is blue!',
    );
    expect(extract(text, 'What does the kayak cost?', 11, roughTokens)).toBe('... The kayak costs 700 euros.');
    expect(extract(text, 'a violin', 20, roughTokens)).toBeNull();
    expect(extract('One sentence only about a kayak.', 'kayak', 20, roughTokens)).toBeNull();
  });
  it('stays under its budget', () => {
    fc.assert(
      fc.property(fc.lorem({ mode: 'sentences', maxCount: 12 }), fc.integer({ min: 0, max: 60 }), (given, budget) => {
        const [first = ''] = sentencesOf(given);
        const short = extract(given, first, budget, roughTokens);
        if (short !== null) expect(roughTokens(short)).toBeLessThanOrEqual(budget);
      }),
    );
  });
});
