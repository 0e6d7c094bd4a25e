import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../engine/core/random.ts';
import { precedenceOrder, precedences } from '../../../models/precedence.ts';

describe('precedenceOrder', () => {
  it('finds an order that explains all pairs where there is one', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 }), (truth) => {
        expect(precedenceOrder(precedences([truth, truth], 7), 7)).toEqual(truth);
      }),
    );
  });

  it('finds a script that no single run shows, though steps are skipped and swapped', () => {
    const random = seededRandom(7);
    const runs = Array.from({ length: 40 }, () => {
      const run = Array.from({ length: 10 }, (_, step) => step).filter(() => random() < 0.5);
      if (random() < 0.2 && run.length > 2) [run[0], run[1]] = [run[1] as number, run[0] as number];
      return run;
    });
    expect(runs.some((run) => run.length === 10)).toBe(false);
    expect(precedenceOrder(precedences(runs, 10), 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('keeps what was never seen together in its place, and has nothing to say of nothing', () => {
    expect(precedenceOrder(precedences([], 2), 2)).toEqual([0, 1]);
    expect(precedenceOrder(precedences([], 0), 0)).toEqual([]);
  });

  it('counts the first time of a step in a run', () => {
    expect([...precedences([[0, 1, 0]], 2)]).toEqual([0, 1, 0, 0]);
  });
});
