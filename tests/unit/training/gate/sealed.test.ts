import { describe, expect, it } from 'vitest';
import type { SettledTurn } from '../../../../training/ladder/evaluate.ts';
import { judgeSealed } from '../../../../training/gate/sealed.ts';

const terms = { alpha: 0.05, labelNoise: 0, isStricter: false };
/** 200 settled messages, the first `wrong` of them wrongly. */
const rows = (wrong: number): SettledTurn[] =>
  Array.from({ length: 200 }, (_, index) => ({
    message: `m${index}`,
    conversation: `c${index}`,
    tier: 'lppm',
    correct: index >= wrong,
    unsafe: false,
    executes: false,
  }));

describe('judgeSealed', () => {
  it('holds the budget against what the certificate counts as wrong', () => {
    const strict = judgeSealed({ candidate: rows(40), champion: null, seen: null }, terms);
    expect(strict.faults).toEqual(['40 of 200 sealed messages settled wrongly: more than the budget allows']);
    const certified = judgeSealed({ candidate: rows(40), certified: rows(4), champion: null, seen: null }, terms);
    expect(certified.faults).toEqual([]);
    expect(certified.reasons[0]).toBe('of 200 sealed messages it settles 200, 4 of them wrongly');
  });

  it('compares with the champion by what was done', () => {
    const { faults } = judgeSealed({ candidate: rows(40), certified: rows(4), champion: rows(4), seen: null }, terms);
    expect(faults.filter((fault) => /fewer rightly|more wrongly/.test(fault))).toHaveLength(2);
  });

  it('takes few sealed messages that are all alike for no proof that a gain was only seen by the trainer', () => {
    const seen = { gain: { difference: 0.05, lower: 0.02 }, harm: { difference: -0.022, upper: -0.004 } };
    const alike = (count: number) => ({ candidate: rows(0).slice(0, count), champion: rows(0).slice(0, count), seen });
    expect(judgeSealed(alike(36), terms).faults).toEqual([]);
    // 200 would have shown a gain of 2 %, and not yet a fall of .4 %
    expect(judgeSealed(alike(200), terms).faults).toEqual([
      'it gains 5.0 % where its trainer could have looked, and 0.0 % on sealed messages',
    ]);
  });
});
