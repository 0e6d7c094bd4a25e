import { describe, expect, it } from 'vitest';
import type { ProcessOutcomes } from '../../../../datasets/log/process-outcomes.ts';
import type { StoredProcess } from '../../../../datasets/processes/stored-process.ts';
import { isDrawnForAudit } from '../../../../engine/core/audit-draw.ts';
import type { ProcessStanding } from '../../../../engine/core/learning.ts';
import { moveProcesses, type ProcessFacts } from '../../../../training/movements/process-ladder.ts';
import type { ServingMapper } from '../../../../training/movements/serving-mapper.ts';
import { mined, refund } from '../../../support/mined.ts';

const { process: definition, ...evidence } = mined(refund);
const found = { time: 10, what: 'found', by: 'mining', version: 'v1' };
const approved = { time: 20, what: 'approved', by: 'ada', version: 'v1' };
const stored: StoredProcess = {
  role: 'desk',
  state: 'proposed',
  version: 'v1',
  approved: null,
  mined: 'f',
  definition,
  evidence,
  history: [found],
};
const acting: StoredProcess = { ...stored, state: 'approved', approved: 'v1', history: [found, approved] };
const serving: ServingMapper = {
  bundle: 'b1',
  mapper: 'm1',
  since: 30,
  taught: ['v1'],
  settles: true,
  bound: { rows: 200, errors: 3, errorUpper: 0.04 },
};
const nothing: ProcessFacts = {
  role: 'desk',
  stored: [],
  serving: null,
  outcomes: [],
  alpha: 0.05,
  delta: 0.1,
  now: 100,
};
const ids = Array.from({ length: 4000 }, (_, index) => `d${index}`);
const drawn = ids.filter(isDrawnForAudit);
const others = ids.filter((id) => !isDrawnForAudit(id));
const settled = (judged: ProcessOutcomes['judged'], times = 500, mapper = 'm1'): ProcessOutcomes => ({
  process: 'refund',
  mapper,
  settled: times,
  judged,
});
const words = (of: readonly string[], wrong: number) =>
  of.map((decision, index) => ({ decision, correct: index >= wrong }));
const kinds = (before: readonly ProcessStanding[], facts: Partial<ProcessFacts>) => {
  const { standings, moves } = moveProcesses(before, { ...nothing, ...facts });
  return { standings, moves: moves.map(({ kind, from, to, time, why }) => ({ kind, from, to, time, why })) };
};
const graduated = kinds([], { stored: [acting], serving }).standings;

describe('moveProcesses', () => {
  it('notes each step on the way once, in order, with what it rests on', () => {
    const proposed = moveProcesses([], { ...nothing, stored: [stored] });
    expect(proposed.moves).toMatchObject([
      { kind: 'proposed', what: 'refund', from: 'imperator', to: 'lppm', time: 10, rows: 40, errors: 2 },
    ]);
    expect(kinds(proposed.standings, { stored: [stored] }).moves).toEqual([]);
    const all = moveProcesses(proposed.standings, { ...nothing, stored: [acting], serving });
    expect(all.moves.map(({ kind, time }) => [kind, time])).toEqual([
      ['approved', 20],
      ['learned', 30],
      ['graduated', 30],
    ]);
    expect(all.moves[0]).toMatchObject({ why: 'approved by ada', evidence: ['version v1'] });
    expect(all.moves[2]).toMatchObject({
      rows: 200,
      errors: 3,
      errorUpper: 0.04,
      evidence: ['bundle b1', 'mapper m1'],
    });
    expect(kinds(all.standings, { stored: [acting], serving }).moves).toEqual([]);
  });

  it('graduates nothing that no serving mapper was taught, or that is not certified', () => {
    const stageOf = (mapper: ServingMapper) => kinds([], { stored: [acting], serving: mapper }).standings[0]?.stage;
    expect(stageOf({ ...serving, taught: ['v0'] })).toBe('approved');
    expect(stageOf({ ...serving, settles: false })).toBe('learned');
    expect(stageOf({ ...serving, bound: null })).toBe('learned');
    expect(stageOf(serving)).toBe('graduated');
  });

  it('notes what the mapper found in the log alone, once', () => {
    const facts = { serving: { ...serving, taught: [] }, outcomes: [settled([])] };
    const { moves, standings } = kinds([], facts);
    expect(kinds(standings, facts).moves).toEqual([]);
    expect(moves).toMatchObject([{ kind: 'graduated', why: expect.stringContaining('found it in the log') }]);
  });

  it('demotes where words about messages drawn at random break the bound, until another mapper serves', () => {
    const facts = { stored: [acting], serving };
    expect(kinds(graduated, { ...facts, outcomes: [settled(words(drawn.slice(0, 30), 2))] }).moves).toEqual([]);
    // enough for who looks once, and it is looked at each hour
    expect(kinds(graduated, { ...facts, outcomes: [settled(words(drawn.slice(0, 30), 7))] }).moves).toEqual([]);
    const broken = { ...facts, outcomes: [settled(words(drawn.slice(0, 30), 8))] };
    const after = kinds(graduated, broken);
    expect(after.moves).toEqual([
      {
        kind: 'demoted',
        from: 'lppm',
        to: 'imperator',
        time: 100,
        why: 'people called 8 of 30 answers drawn at random wrong',
      },
    ]);
    expect(after.standings).toMatchObject([{ stage: 'demoted', mapper: 'm1' }]);
    expect(kinds(after.standings, broken).moves).toEqual([]);
    // taken back later: the same mapper stays where it is
    expect(kinds(after.standings, { ...facts, outcomes: [settled(words(drawn.slice(0, 30), 0))] }).moves).toEqual([]);
    const next = { ...serving, bundle: 'b2', mapper: 'm2', since: 90 };
    const anew = kinds(after.standings, { stored: [acting], serving: next, outcomes: broken.outcomes });
    expect(anew.moves).toMatchObject([{ kind: 'graduated', time: 90 }]);
  });

  it('takes complaints for what they are: people complain about what went wrong', () => {
    const facts = { stored: [acting], serving };
    const complaints = words(others.slice(0, 10), 10);
    expect(kinds(graduated, { ...facts, outcomes: [settled(complaints, 500)] }).moves).toEqual([]);
    expect(kinds(graduated, { ...facts, outcomes: [settled(complaints, 40)] }).moves).toMatchObject([
      { kind: 'demoted', why: 'people called 10 of all 40 answers wrong' },
    ]);
  });

  it('demotes what is retired, rolled back, or certified no more', () => {
    const retired: StoredProcess = {
      ...acting,
      state: 'retired',
      approved: null,
      history: [...acting.history, { time: 40, what: 'retired', by: 'bob', version: 'v1' }],
    };
    expect(kinds(graduated, { stored: [retired], serving }).moves).toMatchObject([
      { kind: 'demoted', why: 'retired by bob' },
    ]);
    const back = kinds(graduated, { stored: [acting], serving: { ...serving, taught: [], mapper: 'm0' } });
    expect(back.moves).toMatchObject([{ kind: 'demoted', why: expect.stringContaining('was not taught it') }]);
    expect(kinds(back.standings, { stored: [acting], serving }).moves.map(({ kind }) => kind)).toEqual([
      'learned',
      'graduated',
    ]);
    expect(kinds(graduated, { stored: [acting], serving: { ...serving, bound: null } }).moves).toMatchObject([
      { kind: 'demoted' },
    ]);
  });
});
