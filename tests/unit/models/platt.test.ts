import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../engine/core/random.ts';
import { fitPlattMap } from '../../../models/platt.ts';

function rows(count: number, slope: number, shift: number) {
  const random = seededRandom(5);
  const odds = Array.from({ length: count }, () => 6 * random() - 3);
  const right = odds.map((x) => random() < 1 / (1 + Math.exp(-(slope * x + shift))));
  return { odds, target: (row: number): number => (right[row] === true ? 1 : 0) };
}

describe('Platt map', () => {
  it('finds the slope and shift that rows were drawn with', () => {
    const { odds, target } = rows(20_000, 0.6, -0.8);
    const { slope, shift } = fitPlattMap(odds, target, 1);
    expect(slope).toBeCloseTo(0.6, 1);
    expect(shift).toBeCloseTo(-0.8, 1);
  });

  it('stays near the identity where rows are few or none, and the more so the stronger the prior', () => {
    expect(fitPlattMap([], () => 0, 1)).toEqual({ slope: 1, shift: 0 });
    const { odds, target } = rows(20, 0.2, -2);
    const weak = fitPlattMap(odds, target, 1);
    const strong = fitPlattMap(odds, target, 50);
    expect(Math.abs(strong.slope - 1)).toBeLessThan(Math.abs(weak.slope - 1));
  });

  it('never turns the order of scores round', () => {
    expect(fitPlattMap([-3, -2, 2, 3], (row) => (row < 2 ? 1 : 0), 0.01).slope).toBeGreaterThan(0);
  });
});
