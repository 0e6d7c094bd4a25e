import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Grams, maximumGrams } from '../../../../models/dtr/features/markers.ts';
import { Scan } from '../../../../models/dtr/features/scan.ts';
import { features, schemaHash } from '../../../../models/dtr/features/schema.ts';
import { TextWindow, windowLimit } from '../../../../models/dtr/features/text-window.ts';
import { writeFeatures } from '../../../../models/dtr/features/write.ts';

const window = new TextWindow();
const scan = new Scan();
const grams = new Grams(2 ** 15);

function measured(text: string): Float64Array {
  const row = new Float64Array(features.length).fill(Number.NaN);
  window.load(text);
  scan.run(window);
  expect(writeFeatures(scan, row)).toBe(features.length);
  grams.run(window);
  grams.addShape(scan);
  return row;
}

const named = (text: string, name: string): number =>
  measured(text)[features.findIndex((feature) => feature.name === name)] as number;

const oddTexts = [
  '',
  ' ',
  '\u0000\u0000',
  '\ud800',
  '\udc00\ud800',
  '\u202eabc',
  '```',
  '```\n```',
  '"'.repeat(5000),
  '['.repeat(100_000),
  'x'.repeat(10_000_000),
  ' '.repeat(1_000_000),
  'a,b\n'.repeat(300_000),
];

describe('features', () => {
  it('have names of their own, and a hash over the schema', () => {
    expect(new Set(features.map((feature) => feature.name)).size).toBe(features.length);
    expect(schemaHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('are the same for the same text, whatever was measured before', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), fc.string({ maxLength: 300 }), (text, other) => {
        const first = measured(text);
        const found = grams.found.slice(0, grams.count);
        measured(other);
        expect(measured(text)).toEqual(first);
        expect(grams.found.slice(0, grams.count)).toEqual(found);
      }),
    );
  });

  it.each(oddTexts.map((text) => [text.slice(0, 12), text]))(
    'are finite, and the work bounded, for %j',
    (_name, text) => {
      expect(measured(text).every(Number.isFinite)).toBe(true);
      expect(scan.length).toBeLessThanOrEqual(windowLimit);
      expect(grams.count).toBeLessThanOrEqual(maximumGrams);
    },
  );

  it('look at every character of a short text and at a fixed number of a long one', () => {
    for (const length of [10, 500, windowLimit]) {
      measured('y'.repeat(length));
      expect(scan.length).toBe(length);
    }
    measured('y'.repeat(50_000));
    const work = scan.length;
    measured('y'.repeat(5_000_000));
    expect(scan.length).toBe(work);
  });

  it('see what they are named for', () => {
    expect(named('ls -la --color | wc', 'flags')).toBe(2);
    expect(named('a,b,c\n1,2,3\n4,5,6', 'commaColumns')).toBe(1);
    expect(named('What is this?', 'closesQuestion')).toBe(1);
    expect(named('12:30 and 13:45', 'digitColon')).toBe(2);
    expect(named('the cat of my aunt', 'functionWords')).toBeCloseTo(3 / 5);
    expect(named('{"a": [1, [2]]}', 'deepest')).toBe(3);
    expect(named('please run this:\nls', 'firstLine:run')).toBe(1);
    expect(named('ls\nplease keep it', 'lastLine:keep')).toBe(1);
  });

  it('look inside a fence around the whole text', () => {
    expect(named('```sh\nls -la\n```', 'fenced')).toBe(1);
    expect(window.end - window.start).toBe('ls -la'.length);
    expect(named('```sh\nls\n```\nand\n```sh\npwd\n```', 'fenced')).toBe(0);
  });
});
