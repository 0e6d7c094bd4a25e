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
});
