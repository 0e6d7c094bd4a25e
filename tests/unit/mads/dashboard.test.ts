import { describe, expect, it } from 'vitest';
import type { ConfidenceRow, TierAccuracy } from '../../../datasets/log/queries.ts';
import type { LoggedDecision } from '../../../datasets/log/reader.ts';
import { coverageCurve } from '../../../mads/grace/dashboard/coverage-curve.ts';
import { explanationOf } from '../../../mads/grace/dashboard/explanation.ts';
import { glanceOf } from '../../../mads/grace/dashboard/glance.ts';
import { overviewOf } from '../../../mads/grace/dashboard/overview.ts';
import { duration, percent } from '../../../mads/grace/dashboard/page/format.ts';
import { bundleBefore } from '../../../mads/grace/dashboard/page/lineage.ts';
import { pageOf } from '../../../mads/grace/dashboard/page/message-rows.ts';
import type { RegistryEvent } from '../../../models/registry/log.ts';
import { decisionFixture } from '../../support/log-fixture.ts';
import { talk } from '../../support/talk.ts';

const row = (confidence: number, correct: boolean, threshold: number | null = 0.8): ConfidenceRow => ({
  tier: 'dtr',
  confidence,
  threshold,
  correct,
  settled: false,
  shadow: false,
  source: 'human',
});
const logged = (id: string, message: string, settled: boolean): LoggedDecision => ({
  ...decisionFixture(id, { message, settled }),
  text: '',
  correct: null,
  judgedBy: null,
});

describe('coverage curve', () => {
  it('counts the errors among all rows from a confidence up', () => {
    const { points, rows } = coverageCurve('dtr', [row(0.5, false), row(0.9, true), row(0.7, false), row(0.8, true)]);
    expect(rows).toBe(4);
    expect(points.map(({ threshold, coverage, error }) => [threshold, coverage, error])).toEqual([
      [0.9, 0.25, 0],
      [0.8, 0.5, 0],
      [0.7, 0.75, 1 / 3],
      [0.5, 1, 0.5],
    ]);
    expect(points.every(({ error, errorUpper }) => errorUpper > error)).toBe(true);
  });

  it('takes rows of one confidence together', () => {
    const { points } = coverageCurve('dtr', [row(0.9, true), row(0.9, false), row(0.4, true)]);
    expect(points.map(({ coverage, error }) => [coverage, error])).toEqual([
      [2 / 3, 0.5],
      [1, 1 / 3],
    ]);
  });

  it('marks where the thresholds in force worked, and nothing where none was', () => {
    expect(coverageCurve('dtr', [row(0.9, true), row(0.7, false)]).working).toMatchObject({ coverage: 0.5, error: 0 });
    expect(coverageCurve('dtr', [row(0.9, true, null)]).working).toBeNull();
    expect(coverageCurve('dtr', [])).toEqual({ tier: 'dtr', rows: 0, points: [], working: null });
  });
});

describe('figures at a glance', () => {
  const accuracy = (tier: TierAccuracy['tier'], judged: number, correct: number): TierAccuracy => ({
    tier,
    settled: 50,
    judged,
    correct,
    accuracy: null,
    lower: null,
    upper: null,
  });
  const savings = { messages: 200, avoided: 100, imperator: 90, costUsd: 1, meanImperatorUsd: 0.01, savedUsd: 1 };

  it('leave the LLM out of the accuracy of what was settled without it', () => {
    const glance = glanceOf(
      savings,
      [accuracy('dtr', 10, 9), accuracy('lppm', 10, 9), accuracy('imperator', 50, 0)],
      [],
    );
    expect(glance).toMatchObject({ share: 0.5, judged: 20, correct: 18, accuracy: 0.9, certified: null });
    // Clopper-Pearson for 18 of 20, as in tables of the exact interval
    expect(glance.lower).toBeCloseTo(0.683, 3);
    expect(glance.upper).toBeCloseTo(0.988, 3);
  });

  it('say the same of one tier, in whichever card it stands', async () => {
    const rows = [accuracy('lppm', 20, 18), accuracy('imperator', 0, 0)];
    const queries = {
      totals: async () => ({}),
      roles: async () => [],
      shareByTier: async () => [],
      accuracyByTier: async () => rows,
      latencyByTier: async () => [],
      savings: async () => savings,
      confidences: async () => [],
    };
    const list = async (): Promise<[]> => [];
    const sources = { alpha: 0.05, queries, decisions: list, models: list, jobs: list, learning: async () => ({}) };
    const overview = await overviewOf(sources as never, {});
    const { lower, upper } = overview.glance;
    expect(overview.accuracy[0]).toMatchObject({ lower, upper });
    expect(overview.accuracy[1]).toMatchObject({ lower: null, upper: null });
  });

  it('claim nothing without messages and labels', () => {
    const none = { messages: 0, avoided: 0, imperator: 0, costUsd: 0, meanImperatorUsd: null, savedUsd: null };
    expect(glanceOf(none, [], [null])).toMatchObject({ share: null, accuracy: null, lower: null, certified: null });
  });
});

describe('explanation', () => {
  it('offers the tools of the conversation and those called lately, and the texts around', async () => {
    const conversation = talk(
      'c1',
      [
        ['user', 'list'],
        ['call', 'shell.run', { command: 'ls' }],
      ],
      [{ name: 'files.store', parameters: {} }],
    );
    const decision = logged('d1', 'c1-0', true);
    const detail = { decision, message: null, visits: [decision], feedback: [] };
    const found = await explanationOf(detail, { conversation: async () => conversation, decisions: async () => [] });
    expect(found.tools.map((tool) => tool.name)).toEqual(['files.store', 'shell.run']);
    expect(found.texts['c1-1']).toEqual({ author: 'assistant', text: 'shell.run({"command":"ls"})' });
  });
});

describe('list of decisions', () => {
  const visits = [logged('5', 'b', false), logged('4', 'b', false), logged('3', 'a', true), logged('2', 'a', false)];

  it('shows a message once, by the visit that settled it, else by the last', () => {
    const { rows, hasMore } = pageOf(visits, 10, 5);
    expect(rows.map(({ decision, isSettled, oldest }) => [decision.id, isSettled, oldest])).toEqual([
      ['5', false, '4'],
      ['3', true, '2'],
    ]);
    expect(hasMore).toBe(false);
  });

  it('keeps a message that may be cut for the next page', () => {
    const { rows, hasMore } = pageOf(visits.slice(0, 3), 3, 5);
    expect(rows.map(({ oldest }) => oldest)).toEqual(['4']);
    expect(hasMore).toBe(true);
  });
});

describe('lineage', () => {
  const records = (events: readonly RegistryEvent[]) =>
    events.map((event, index) => ({ sequence: index + 1, time: 0, event }));
  const promoted = (bundle: string, previous: string | null): RegistryEvent => ({
    kind: 'model-promoted',
    role: 'pm',
    bundle,
    previous,
    token: null,
    reason: '',
  });

  it('knows what a roll-back would bring back', () => {
    const history = [promoted('a', null), promoted('b', 'a'), promoted('c', 'b')];
    expect(bundleBefore(records(history))).toBe('b');
    const back = { kind: 'model-rolled-back', role: 'pm', bundle: 'b', previous: 'c', reason: '' } as const;
    expect(bundleBefore(records([...history, back]))).toBe('a');
    expect(bundleBefore(records(history.slice(0, 1)))).toBeNull();
  });
});

describe('format', () => {
  it('shows shares and durations as short as they can be told apart', () => {
    expect([0, 0.05, 0.034, 0.5, 0.991, 1].map((share) => percent(share))).toEqual([
      '0 %',
      '5 %',
      '3.4 %',
      '50 %',
      '99.1 %',
      '100 %',
    ]);
    expect([0.4, 12, 1500, 2_500_000].map(duration)).toEqual(['0.4 µs', '12 µs', '1.5 ms', '2.5 s']);
  });
});
