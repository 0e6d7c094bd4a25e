import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { BagTable } from '../../../../models/lppm/net/bag-table.ts';

const rows = {
  offsets: Int32Array.of(0, 2, 3),
  indices: Int32Array.of(1, 3, 0),
  weights: Float32Array.of(0.5, -2, 1),
};

describe('BagTable', () => {
  it('sums the rows of a draw by their weights', () => {
    const table = new BagTable(4, 8, seededRandom(1));
    const values = table.values();
    const into = new Float32Array(16);
    table.sum(table.draw(rows, 0, 0, seededRandom(2)), into, 8);
    expect([...into.subarray(0, 8)]).toEqual(Array.from({ length: 8 }, () => 0));
    for (let cell = 0; cell < 8; cell += 1) {
      expect(into[8 + cell]).toBeCloseTo(0.5 * (values[8 + cell] as number) - 2 * (values[24 + cell] as number), 6);
    }
  });

  it('steps against the gradient in the rows of the draw alone', () => {
    const table = new BagTable(4, 4, seededRandom(1));
    const before = table.values();
    const gradient = Float32Array.of(9, 0.1, -0.2, 0, 0.3);
    table.learn(table.draw(rows, 0, 0, seededRandom(2)), gradient, 1, 2, 0.05);
    const after = table.values();
    for (const row of [0, 2])
      expect([...after.subarray(row * 4, row * 4 + 4)]).toEqual([...before.subarray(row * 4, row * 4 + 4)]);
    for (const [row, weight] of [
      [1, 0.5],
      [3, -2],
    ] as const) {
      for (let cell = 0; cell < 4; cell += 1) {
        const slope = weight * 2 * (gradient[1 + cell] as number);
        const wanted = (before[row * 4 + cell] as number) - (0.05 * slope) / Math.sqrt(1e-4 + slope * slope);
        expect(after[row * 4 + cell]).toBeCloseTo(wanted, 5);
      }
    }
  });

  it('leaves features out at random and lets the others weigh more', () => {
    const table = new BagTable(4, 4, seededRandom(1));
    const random = seededRandom(3);
    const draws = Array.from({ length: 400 }, () => table.draw(rows, 0, 0.5, random));
    const kept = draws.reduce((sum, { indices }) => sum + indices.length, 0);
    expect(kept).toBeGreaterThan(340);
    expect(kept).toBeLessThan(460);
    for (const { indices, weights } of draws) {
      indices.forEach((feature, item) => expect(weights[item]).toBe(feature === 1 ? 1 : -4));
    }
  });
});
