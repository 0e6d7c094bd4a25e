import { describe, expect, it } from 'vitest';
import { judgeCandidate } from '../../../../training/gate/gate.ts';
import { compare, isRight, pairUp, pairedDifference } from '../../../../training/gate/paired.ts';
import { withPassedUp } from '../../../../training/gate/passed-up.ts';
import type { SettledTurn } from '../../../../training/ladder/evaluate.ts';

type Fate = 'right' | 'wrong' | 'up';
/** Rows of one message each, in order: so many of each fate. */
function rows(name: string, ...fates: readonly (readonly [Fate, number])[]): SettledTurn[] {
  return fates
    .flatMap(([fate, count]) => Array.from({ length: count }, () => fate))
    .map((fate, index) => ({
      message: `${name}${index}`,
      conversation: `${name}${index}`,
      tier: fate === 'up' ? null : 'dtr',
      correct: fate === 'right',
      unsafe: false,
      executes: false,
    }));
}

const champion = rows('fair', ['right', 780], ['wrong', 20], ['up', 200]);
const same = champion;
/** Messages of a kind that came later: the champion passes them all up. */
const old = rows('new', ['up', 300]);
const options = { alpha: 0.05, level: 0.01 };

describe('withPassedUp', () => {
  it('weighs what is passed up by its share of the traffic, beside what the champion settles', () => {
    const pairs = withPassedUp(pairUp(same, champion), {
      candidate: rows('new', ['right', 150], ['up', 150]),
      champion: old,
      share: 0.25,
    });
    const total = pairs.reduce((sum, [, , weight = 1]) => sum + weight, 0);
    expect(total).toBeCloseTo(1300, 6);
    // of the quarter that is passed up, 150 of 500 are new and right
    expect(compare(pairs, isRight).difference).toBeCloseTo((0.25 * 150) / 500, 6);
  });

  it('finds the gain that old traffic does not show, and no gain where one seed is only luckier on what the other passed', () => {
    const learned = { candidate: rows('new', ['right', 150], ['up', 150]), champion: old, share: 0.25 };
    expect(judgeCandidate(same, champion, options).isPromoted).toBe(false);
    expect(judgeCandidate(same, champion, { ...options, passed: learned })).toMatchObject({ isPromoted: true });
    // as good as the champion: it settles a little of what that passed up, and passes up as much of what that settles
    const swapped = rows('fair', ['up', 24], ['right', 756], ['wrong', 20], ['right', 5], ['up', 195]);
    const lucky = { candidate: rows('new', ['right', 30], ['up', 270]), champion: old, share: 0.25 };
    expect(judgeCandidate(swapped, champion, { ...options, passed: lucky }).isPromoted).toBe(false);
  });

  it('refuses wrong answers to what is new', () => {
    const wrong = { candidate: rows('new', ['right', 100], ['wrong', 80], ['up', 120]), champion: old, share: 0.4 };
    const verdict = judgeCandidate(same, champion, { ...options, passed: wrong });
    expect(verdict.isPromoted).toBe(false);
    expect(verdict.reasons.join()).toMatch(/wrong answers rise/);
  });

  it('takes what the champion has learned to settle since off the share that is passed up', () => {
    const since = [...old.slice(0, 100), ...rows('new', ['right', 300]).slice(100)];
    const pairs = withPassedUp(pairUp(same, champion), { candidate: since, champion: since, share: 0.6 });
    const up = pairs.reduce((sum, [, before, weight = 1]) => (before.tier === null ? sum + weight : sum), 0);
    expect(up / pairs.length).toBeCloseTo(0.2, 6);
  });

  it('leaves out what the champion has learned to settle since, and does nothing without rows', () => {
    const fair = pairUp(same, champion);
    expect(withPassedUp(fair, { candidate: [], champion: [], share: 0.5 })).toBe(fair);
    const known = rows('new', ['right', 300]);
    expect(withPassedUp(fair, { candidate: known, champion: known, share: 0.5 })).toBe(fair);
  });

  it('does not make a kind of messages lose more, or less, than it does', () => {
    // of 400 of a kind five are lost: less than the 2 % that are refused whatever chance says
    const lost = rows('fair', ['up', 5], ['right', 775], ['wrong', 20], ['right', 60], ['up', 140]);
    const learned = { candidate: rows('new', ['right', 150], ['up', 150]), champion: old, share: 0.05 };
    const kind = new Set(champion.slice(0, 400).map(({ message }) => message));
    const slices = (message: string): string[] => (kind.has(message) ? ['kind'] : []);
    const { reasons } = judgeCandidate(lost, champion, { ...options, slices, passed: learned });
    expect(reasons.filter((line) => line.includes('"kind"'))).toEqual(
      judgeCandidate(lost, champion, { ...options, slices }).reasons.filter((line) => line.includes('"kind"')),
    );
  });
});

describe('pairedDifference', () => {
  it('is a share of what the rows count as', () => {
    const { difference } = pairedDifference([true, false], [false, false], undefined, [3, 1]);
    expect(difference).toBeCloseTo(0.75, 9);
  });

  it('takes few conversations of one mind for no more than they can prove', () => {
    expect(pairedDifference([true, true, true], [false, false, false], undefined, [2, 0.5, 0.5]).chance).toBe(0.125);
    expect(pairedDifference([true], [false], undefined, [1]).chance).toBe(0.5);
    expect(pairedDifference([true], [true], undefined, [1]).chance).toBe(1);
  });
});
