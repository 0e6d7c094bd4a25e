import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldOf, foreignLetter } from '../../../../models/dtr/features/characters.ts';
import { Grams, maximumGrams } from '../../../../models/dtr/features/markers.ts';
import { Scan } from '../../../../models/dtr/features/scan.ts';
import { features, schemaHash } from '../../../../models/dtr/features/schema.ts';
import { ShapeGrams, maximumShapes, shapes } from '../../../../models/dtr/features/shapes.ts';
import { TextWindow, fenceLimit, windowLimit } from '../../../../models/dtr/features/text-window.ts';
import { writeFeatures } from '../../../../models/dtr/features/write.ts';

const window = new TextWindow();
const scan = new Scan();
const grams = new Grams(2 ** 15);
const forms = new ShapeGrams();

function measured(text: string): Float64Array {
  const row = new Float64Array(features.length).fill(Number.NaN);
  window.load(text);
  scan.run(window);
  expect(writeFeatures(scan, row)).toBe(features.length);
  grams.run(window);
  grams.addShape(scan);
  forms.run(scan.tokens, scan.tokenCount);
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
    const seen = (text: string): string => {
      const row = measured(text);
      const parts = [row, grams.found.slice(0, grams.count), forms.found.slice(0, forms.count)];
      return parts.map((part) => part.join()).join(';');
    };
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 300 }), (text, other) => {
        const first = seen(text);
        measured(other);
        expect(seen(text) === first).toBe(true);
      }),
    );
  });

  it.each(oddTexts.map((text) => [text.slice(0, 12), text]))(
    'are finite, and the work bounded, for %j',
    (_name, text) => {
      expect(measured(text).every(Number.isFinite)).toBe(true);
      expect(scan.length).toBeLessThanOrEqual(windowLimit);
      expect(scan.tokenCount).toBeLessThanOrEqual(scan.length + 1);
      expect(grams.count).toBeLessThanOrEqual(maximumGrams);
      expect(forms.count).toBeLessThanOrEqual(maximumShapes);
    },
  );

  it('look at every character of a short text and at a fixed number of a long one', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 400 }), (piece, times) => {
        const text = `y${piece.repeat(times)}y`;
        measured(text);
        if (text.length <= windowLimit) expect(scan.length).toBe(text.length);
        else expect(scan.length).toBeLessThanOrEqual(windowLimit);
      }),
    );
    measured('y'.repeat(50_000));
    const work = [scan.length, grams.count, forms.count];
    measured('y'.repeat(5_000_000));
    expect([scan.length, grams.count, forms.count]).toEqual(work);
  });

  it('read no further than the fence limit for the end of a fence', () => {
    const block = (length: number): string => `\`\`\`\n${'x'.repeat(length)}\n\`\`\``;
    expect(named(block(1000), 'fenced')).toBe(1);
    expect(named(block(fenceLimit), 'fenced')).toBe(0);
  });

  it('fold letters and marks of other scripts', () => {
    const fold = (text: string): string => Array.from(text, (sign) => foldOf[sign.charCodeAt(0)]).join();
    expect(fold('für élève')).toBe(fold('fur eleve'));
    expect(fold('\u201cso\u201d \u2013 don\u2019t\uff1f')).toBe(fold('"so" - don\'t?'));
    expect(foldOf['я'.charCodeAt(0)]).toBe(foreignLetter);
    expect(foldOf['水'.charCodeAt(0)]).toBe(foreignLetter);
    expect(named('où êtes-vous pour cette nuit', 'functionWords')).toBeCloseTo(0.5);
    expect(named('привет мир', 'nonAscii')).toBeCloseTo(0.9);
  });

  it('see one shape in texts that differ in their words alone', () => {
    const shapeOf = (text: string): number[] => {
      measured(text);
      return [...scan.tokens.subarray(0, scan.tokenCount)];
    };
    expect(shapeOf('draw(spam, 10)\n  eggs.Cook()')).toEqual(shapeOf('boil(tea, 7)\n  water.Heat()'));
    expect(shapeOf('draw(spam)')).not.toEqual(shapeOf('draw (spam)'));
    expect(shapeOf('the Cat x SAW fooBar 12')).toEqual([
      shapes.function,
      shapes.capitalised | 128,
      shapes.letter | 128,
      shapes.capitals | 128,
      shapes.mixed | 128,
      48 | 128,
      10,
    ]);
    expect(shapeOf('-----')).toEqual(shapeOf('---'));
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
