import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../../engine/core/random.ts';
import { groupingScore, setScore } from '../../../../../training/bench/mining/scores.ts';

const random = seededRandom(3);

describe('groupingScore', () => {
  it('is 1 for the same grouping under other names', () => {
    const score = groupingScore(['a', 'a', 'b', 'b', 'c'], ['3', '3', '1', '1', '2']);
    expect(score.ami).toBeCloseTo(1, 9);
    expect(score.f1).toBe(1);
  });

  it('agrees with the definition, worked out by binomials, for two small groupings', () => {
    const score = groupingScore(['0', '0', '1', '1', '2', '2'], ['0', '0', '1', '2', '2', '2']);
    expect(score.ami).toBeCloseTo(0.5023607027, 9);
  });

  it('is about 0 for a grouping by chance, however many groups it has', () => {
    const truth = Array.from({ length: 300 }, (_, index) => String(index % 3));
    const chance = truth.map(() => String(Math.floor(random() * 100)));
    expect(Math.abs(groupingScore(truth, chance).ami)).toBeLessThan(0.06);
  });

  it('counts what is in no group as missed', () => {
    const score = groupingScore(['a', 'a', 'b', 'b'], ['1', '1', null, null]);
    expect(score.f1).toBeCloseTo((2 * 2) / (4 + 2), 9);
    expect(score.groups).toBe(1);
  });
});

it('setScore', () => {
  expect(setScore(3, 4, 6)).toEqual({ precision: 0.75, recall: 0.5, f1: 0.6 });
  expect(setScore(0, 0, 0).f1).toBe(0);
});
