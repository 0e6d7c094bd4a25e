import { describe, expect, it } from 'vitest';
import { LinearTable } from '../../../../models/dtr/words/linear-table.ts';

const classes = 4;
const size = 8;
const weights = Float32Array.from({ length: classes * size }, (_, index) => Math.sin(index));
const table = LinearTable.quantise({ classes, weights, bias: Float32Array.of(0.1, 0.2, 0.3, 0.4) });
const scoresOf = (one: LinearTable): number[] => {
  const out = new Float64Array(classes);
  one.score(Int32Array.of(0, 3, 7, 13), 4, out);
  return [...out];
};

describe('LinearTable', () => {
  it('keeps the scores of what was learned within what a byte can say', () => {
    const exact = Array.from({ length: classes }, (_, k) => {
      const sum = [0, 3, 7, 13 % size].reduce((total, bucket) => total + (weights[bucket * classes + k] ?? 0), 0);
      return sum / 2 + 0.1 * (k + 1);
    });
    for (const [k, score] of scoresOf(table).entries()) expect(Math.abs(score - (exact[k] ?? 0))).toBeLessThan(0.02);
  });

  it('scores one class alone as it scores all of them', () => {
    const found = Int32Array.of(0, 3, 7, 13);
    const alone = Array.from({ length: classes }, (_, k) => table.scoreOf(k, found, found.length));
    expect(alone).toEqual(scoresOf(table));
    expect(table.scoreOf(1, found, 0)).toBe(Math.fround(0.2));
  });

  it('reads its own bytes wherever they lie in a shared buffer, and keeps them when that is used again', () => {
    const bytes = table.encode();
    const pool = Buffer.alloc(bytes.length + 100, 0x55);
    pool.set(bytes, 37);
    const read = LinearTable.decode(pool.subarray(37, 37 + bytes.length), 'table');
    expect(scoresOf(read)).toEqual(scoresOf(table));
    pool.fill(0);
    expect(scoresOf(read)).toEqual(scoresOf(table));
  });

  it('refuses bytes that do not fit their header', () => {
    const bytes = table.encode();
    for (const wrong of [bytes.subarray(0, 7), bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.of(0)])]) {
      expect(() => LinearTable.decode(wrong, 'table')).toThrow('its length does not fit its header');
    }
  });
});
