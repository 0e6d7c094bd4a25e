import { describe, expect, it } from 'vitest';
import { keepSample } from '../../../../models/dtr/memory.ts';

describe('sample that is kept', () => {
  const rows = Array.from({ length: 1000 }, (_none, index) => ({
    text: `row ${index}`,
    stratum: index < 20 ? 'rare' : index < 300 ? 'usual' : 'common',
  }));

  it('keeps rare strata whole, and the same rows in whatever order they came', () => {
    const kept = keepSample(rows, 220, (row) => row);
    const count = (stratum: string): number => kept.filter((row) => row.stratum === stratum).length;
    expect([count('rare'), count('usual'), count('common')]).toEqual([20, 100, 100]);
    const again = keepSample(rows.toReversed(), 220, (row) => row);
    expect(new Set(again)).toEqual(new Set(kept));
  });
});
