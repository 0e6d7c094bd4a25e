import { describe, expect, it } from 'vitest';
import type { Feedback } from '../../../../datasets/log/feedback.ts';
import { figuresOf, settleTurns, type SettledTurn } from '../../../../training/ladder/evaluate.ts';
import { judgeCandidate } from '../../../../training/gate/gate.ts';
import { pairedDifference } from '../../../../training/gate/paired.ts';
import { confirmedBy, correctionsOf } from '../../../../training/labels/words.ts';
import type { JudgedProposal } from '../../../../training/ladder/judged-turn.ts';

const proposal = (label: string, confidence: number, correct = true): JudgedProposal => ({
  label,
  confidence,
  correct,
  unsafe: false,
  executes: false,
});

/** `right`, `wrong` and `passed` messages in that order, numbered. */
function rows(right: number, wrong: number, passed: number, unsafe = 0): SettledTurn[] {
  return Array.from({ length: right + wrong + passed }, (_, index) => ({
    message: `m${index}`,
    conversation: `c${index}`,
    tier: index < right + wrong ? 'dtr' : null,
    correct: index < right,
    unsafe: index >= right && index < right + unsafe,
    executes: index >= right && index < right + unsafe,
  }));
}

describe('settleTurns', () => {
  const thresholds = {
    dtr: { standard: 0.8, byLabel: { shell: 0.99, mail: null } },
    lppm: { standard: 0.5, byLabel: {} },
  };

  it.each([
    ['the first sure tier settles', proposal('csv', 0.9), proposal('ask', 0.9), 'dtr'],
    ['an unsure tier passes up', proposal('csv', 0.7), proposal('ask', 0.9), 'lppm'],
    ['a label with a stricter threshold passes up', proposal('shell', 0.9), null, null],
    ['a label without threshold never settles', proposal('mail', 1), null, null],
    ['nothing proposed is passed up', null, null, null],
    ['NaN is passed up', proposal('csv', Number.NaN), null, null],
  ])('%s', (_, dtr, lppm, tier) => {
    const [settled] = settleTurns([{ message: 'm', conversation: 'c', dtr, lppm }], thresholds);
    expect(settled?.tier).toBe(tier);
  });
});

describe('figuresOf', () => {
  it('counts shares, errors and their exact bounds', () => {
    const figures = figuresOf(rows(90, 10, 100));
    expect(figures).toMatchObject({ turns: 200, settled: 100, errors: 10, coverage: 0.5, error: 0.1 });
    expect(figures.errorLower).toBeCloseTo(0.049, 3);
    expect(figures.errorUpper).toBeCloseTo(0.1762, 3);
    expect(figures.dtr).toEqual({ settled: 100, share: 0.5, accuracy: 0.9 });
  });

  it('stands at zero without rows', () => {
    expect(figuresOf([])).toMatchObject({ turns: 0, coverage: 0, error: 0, errorUpper: 1 });
  });
});

describe('pairedDifference', () => {
  it('looks at the discordant rows alone', () => {
    const first = [true, true, true, false, true];
    const second = [true, false, false, true, true];
    expect(pairedDifference(first, second)).toMatchObject({ rows: 5, better: 2, worse: 1, difference: 0.2 });
  });

  it('counts conversations, not messages, where chance is asked for', () => {
    const first = Array.from({ length: 40 }, (_, index) => index < 20);
    const none = first.map(() => false);
    const apart = pairedDifference(first, none);
    expect(apart.chance).toBeCloseTo(0.5 ** 20, 12);
    const together = pairedDifference(
      first,
      none,
      first.map((_, index) => `c${index % 2}`),
    );
    expect(together.chance).toBeCloseTo(0.25, 9);
    expect(together.difference).toBe(apart.difference);
  });
});

describe('judgeCandidate', () => {
  const options = { alpha: 0.05 };
  const champion = rows(1000, 20, 980);

  it('promotes the first bundle of a role', () => {
    expect(judgeCandidate(rows(0, 0, 10), null, options)).toMatchObject({ isPromoted: true, champion: null });
  });

  it('keeps the champion where nothing speaks for a change', () => {
    expect(judgeCandidate(champion, champion, options)).toMatchObject({ isPromoted: false, missing: 0 });
    expect(judgeCandidate(champion, champion, options).reasons.at(-1)).toMatch(/nothing speaks for a change/);
    expect(judgeCandidate(rows(1004, 20, 976), champion, options).isPromoted).toBe(false);
  });

  it('asks for more where the test was given less', () => {
    const better = rows(1012, 20, 968);
    expect(judgeCandidate(better, champion, options).isPromoted).toBe(true);
    expect(judgeCandidate(better, champion, { ...options, level: 1e-5 }).isPromoted).toBe(false);
  });

  it.each([
    ['one that settles more rightly', rows(1100, 20, 880)],
    ['one that settles much more, inside the budget', rows(1300, 50, 650)],
    ['one that errs less', rows(1000, 5, 995)],
  ])('promotes %s', (_, candidate) => {
    expect(judgeCandidate(candidate, champion, options)).toMatchObject({ isPromoted: true });
  });

  it.each([
    ['settles less rightly', rows(960, 20, 1020), /right answers fall by 2.0 %/],
    ['settles nothing', rows(0, 0, 2000), /right answers fall/],
    ['errs more for nothing', rows(1000, 60, 940), /wrong answers rise by 2.0 %/],
    ['breaks the budget, however much it settles', rows(1500, 200, 300), /wrong answers rise/],
    ['executes what nobody wanted', rows(1100, 20, 880, 3), /3 more messages that nobody wanted executed/],
  ])('refuses one that %s', (_, candidate, reason) => {
    const verdict = judgeCandidate(candidate, champion, options);
    expect(verdict.isPromoted).toBe(false);
    expect(verdict.reasons.at(-1)).toMatch(reason);
  });

  it('lets a mended correction outweigh a loss that may be chance, and no other', () => {
    const small = rows(100, 2, 98);
    const row = (wrong: boolean): SettledTurn[] => [
      { message: 'c', conversation: 'c', tier: wrong ? 'dtr' : null, correct: false, unsafe: false, executes: false },
    ];
    const mended = { candidate: row(false), champion: row(true) };
    const one = rows(99, 2, 99);
    expect(judgeCandidate(one, small, options)).toMatchObject({ isPromoted: false });
    expect(judgeCandidate(one, small, { ...options, corrected: mended })).toMatchObject({ isPromoted: true });
    const still = { candidate: row(true), champion: row(true) };
    expect(judgeCandidate(one, small, { ...options, corrected: still })).toMatchObject({ isPromoted: false });
    const many = rows(90, 2, 108);
    expect(judgeCandidate(many, small, { ...options, corrected: mended })).toMatchObject({ isPromoted: false });
    const unsafe = rows(100, 3, 97, 1);
    expect(judgeCandidate(unsafe, small, { ...options, corrected: mended })).toMatchObject({ isPromoted: false });
  });

  it('promotes one that settles less where the owner wants a smaller budget, but none that errs more', () => {
    const stricter = { alpha: 0.01, isStricter: true };
    expect(judgeCandidate(rows(700, 5, 1295), champion, stricter)).toMatchObject({ isPromoted: true });
    expect(judgeCandidate(rows(700, 60, 1240), champion, stricter)).toMatchObject({ isPromoted: false });
  });

  it('promotes nothing by itself where there are few rows, and says how many are missing', () => {
    const candidate = rows(20, 0, 20).map((row, index) =>
      index === 20 ? { ...row, tier: 'dtr' as const, correct: true } : row,
    );
    const few = rows(20, 0, 20).map((row, index) => (index === 0 ? { ...row, tier: null, correct: false } : row));
    const swapped = candidate.map((row, index) => (index === 1 ? { ...row, tier: null, correct: false } : row));
    const verdict = judgeCandidate(swapped, few, options);
    expect(verdict.gain).toMatchObject({ better: 2, worse: 1 });
    expect(verdict.isPromoted).toBe(false);
    expect(verdict.missing).toBeGreaterThan(1000);
    expect(verdict.reasons.at(-1)).toMatch(/about \d+ more are needed to prove it/);
  });

  it('refuses where no message can be compared', () => {
    const strangers = champion.map((row) => ({ ...row, message: `other ${row.message}` }));
    expect(judgeCandidate(strangers, champion, options).isPromoted).toBe(false);
  });
});

describe('correctionsOf', () => {
  const feedback = (message: string, given: Partial<Feedback>): Feedback => ({
    id: 'f',
    time: 1,
    conversation: 'c',
    message,
    decision: null,
    tier: null,
    correct: null,
    label: null,
    outcome: null,
    source: 'human',
    confidence: 1,
    note: null,
    ...given,
  });
  const reply = (text: string) => ({ kind: 'reply', text }) as const;

  it('takes the most trusted, then the latest word, and no mere praise', () => {
    expect(
      correctionsOf([
        feedback('a', { outcome: reply('machine'), source: 'verifier', time: 9 }),
        feedback('a', { outcome: reply('first'), time: 1 }),
        feedback('a', { outcome: reply('second'), time: 2 }),
        feedback('b', { correct: true }),
        feedback('c', { correct: false }),
        feedback('d', { outcome: reply('teacher'), source: 'teacher' }),
        feedback('e', { correct: false, source: 'implicit' }),
      ]),
    ).toMatchObject([
      { message: 'a', outcome: reply('second'), source: 'human', weight: 20, evidence: 'human said so (f)' },
      { message: 'c', outcome: null, source: 'human' },
      { message: 'd', outcome: reply('teacher'), source: 'teacher', weight: 1 },
    ]);
  });

  it('takes praise for a label, unless somebody corrected the same message', () => {
    const words = [
      feedback('a', { correct: true }),
      feedback('b', { correct: true, source: 'implicit' }),
      feedback('c', { correct: true, source: 'tool' }),
      feedback('c', { correct: false }),
    ];
    expect(confirmedBy(words)).toEqual(['a']);
  });
});
