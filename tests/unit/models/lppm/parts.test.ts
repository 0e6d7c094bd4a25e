import { describe, expect, it } from 'vitest';
import { evenParts, fitParts } from '../../../../models/lppm/certainty/parts.ts';

describe('fitParts', () => {
  it('gives most to the member that gave most to what was right', () => {
    const rows = Array.from({ length: 400 }, (_, row) => [row % 10 === 0 ? 0.1 : 0.9, 0.3]);
    const [first = 0, second = 0] = fitParts(rows, 2);
    expect(first + second).toBeCloseTo(1, 9);
    expect(first).toBeGreaterThan(0.75);
  });

  it('finds the parts that make the rows most likely', () => {
    // one member knows one half of the rows, the other the other half: between them nothing is better than sharing
    const rows = Array.from({ length: 1000 }, (_, row) => (row % 2 === 0 ? [0.8, 0.1] : [0.1, 0.8]));
    expect(fitParts(rows, 2)[0]).toBeCloseTo(0.5, 6);
  });

  it('stays even where nothing, or next to nothing, is known', () => {
    expect(fitParts([], 3)).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(fitParts([[0.9, 0.1]], 2)[0]).toBeLessThan(0.55);
    expect(evenParts(2)).toEqual([
      { step: 0.5, process: 0.5 },
      { step: 0.5, process: 0.5 },
    ]);
  });

  it('bears rows that no member held possible', () => {
    for (const part of fitParts([[0, 0]], 2)) expect(part).toBeCloseTo(0.5, 9);
  });
});
