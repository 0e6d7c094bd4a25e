import { describe, expect, it } from 'vitest';
import { Scan } from '../../../../models/dtr/features/scan.ts';
import { features } from '../../../../models/dtr/features/schema.ts';
import { addShapeWords, maximumShapeWords } from '../../../../models/dtr/features/shape-words.ts';
import { TextWindow } from '../../../../models/dtr/features/text-window.ts';
import { writeFeatures } from '../../../../models/dtr/features/write.ts';

function wordsOf(text: string): Set<number> {
  const window = new TextWindow();
  const scan = new Scan();
  const row = new Float64Array(features.length);
  const out = new Int32Array(maximumShapeWords);
  window.load(text);
  scan.run(window);
  writeFeatures(scan, row);
  return new Set(out.subarray(0, addShapeWords(row, 0, out, 0)));
}

function shared(left: Set<number>, right: Set<number>): number {
  return [...left].filter((word) => right.has(word)).length / Math.max(left.size, right.size);
}

describe('addShapeWords', () => {
  const commas = wordsOf('city,people\nOslo,709037\nBergen,291940');
  const otherCommas = wordsOf('name,age\nAnna,34\nBerit,51');
  const tabs = wordsOf('city\tpeople\nOslo\t709037\nBergen\t291940');

  it('gives tables of one kind more words in common than the same table in another kind', () => {
    expect(shared(commas, otherCommas)).toBeGreaterThan(shared(commas, tabs));
  });

  it('has a word that only tabs have, and one that only commas have', () => {
    expect([...tabs].some((word) => !commas.has(word) && !otherCommas.has(word))).toBe(true);
    expect([...commas].some((word) => otherCommas.has(word) && !tabs.has(word))).toBe(true);
  });

  it('gives the same words for the same text, and never more than it says', () => {
    const code = '{"a": [1, 2]} && ls -la | grep x\n\tfoo(bar);';
    expect([...wordsOf(code)]).toEqual([...wordsOf(code)]);
    expect(wordsOf(code).size).toBeLessThanOrEqual(maximumShapeWords);
  });
});
