import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../../engine/core/errors.ts';
import type { JobView } from '../../../../training/queue/queue.ts';
import { dueOf, type LastTraining, type RoleNews } from '../../../../training/loop/schedule.ts';

const minute = 60_000;
const day = 86_400_000;
const settings = { turns: 200, days: 7, restMinutes: 60 };
const news = (over: Partial<RoleNews> = {}): RoleNews => ({
  role: 'desk',
  turns: 1000,
  corrections: 0,
  hasModels: true,
  isTrying: false,
  drift: [],
  ...over,
});
const last = (over: Partial<LastTraining> = {}): LastTraining => ({
  turns: 1000,
  corrections: 0,
  at: 0,
  job: 'j1',
  failures: 0,
  ...over,
});
const job = (over: Partial<JobView> = {}): JobView => ({
  id: 'j1',
  job: {
    role: 'desk',
    snapshot: { id: 's', path: 's' },
    config: { seed: 1, alpha: 0.05, delta: 0.1, device: 'cpu' },
    reason: 'test',
    codeVersion: '1',
  },
  state: 'completed',
  progress: null,
  attempts: 1,
  createdAt: 0,
  startedAt: 0,
  finishedAt: 0,
  result: null,
  mined: null,
  error: null,
  ...over,
});
const reason = (
  over: Partial<RoleNews>,
  before: LastTraining | null = last(),
  jobs: readonly JobView[] = [],
  now = day,
) => dueOf(news(over), before, jobs, settings, now).reason;

describe('a role is due', () => {
  it('by new turns, of which a correction is worth twenty', () => {
    expect(reason({ turns: 1199 })).toBeNull();
    expect(reason({ turns: 1200 })).toBe('200 new turns');
    expect(reason({ turns: 1100, corrections: 4 })).toBeNull();
    expect(reason({ turns: 1100, corrections: 5 })).toBe('100 new turns, 5 corrections');
  });

  it('by age or drift, where there is something new at all', () => {
    expect(reason({ turns: 1050 }, last(), [], 8 * day)).toBe('8 days old, 50 new turns');
    expect(reason({ turns: 1049 }, last(), [], 80 * day)).toBeNull();
    expect(reason({ turns: 1050, drift: ['kind of content'] })).toBe('drift: kind of content');
    expect(reason({ drift: ['kind of content'] })).toBeNull();
  });

  it('for the first time as soon as there is anything to learn from', () => {
    expect(reason({ turns: 39, hasModels: false }, null)).toBeNull();
    expect(reason({ turns: 40, hasModels: false }, null)).toBe('40 new turns');
  });

  it('never while it learns, rests, or a challenger is tried out', () => {
    const much = { turns: 5000 };
    expect(reason(much, last(), [job({ state: 'active' })])).toBeNull();
    expect(reason(much, last(), [job({ state: 'waiting' })])).toBeNull();
    expect(reason(much, last(), [job({ job: { ...job().job, role: 'other' }, state: 'active' })])).not.toBeNull();
    expect(reason({ ...much, isTrying: true })).toBeNull();
    expect(reason({ isRefused: true })).toContain('do not load');
    expect(reason({ isRefused: true, isTrying: true })).toBeNull();
    expect(reason(much, last({ at: day - 59 * minute }))).toBeNull();
    expect(reason(much, last({ at: day - 60 * minute }))).not.toBeNull();
  });

  it('after a failure that can pass, with a pause that doubles', () => {
    const failed = [job({ state: 'failed', error: { code: 'TRAINING_FAILED', message: 'killed' } })];
    expect(reason({}, last({ failures: 2 }), failed, 4 * 60 * minute - 1)).toBeNull();
    expect(reason({}, last({ failures: 2 }), failed, 4 * 60 * minute)).toBe(
      'the last training failed and may pass now',
    );
    expect(reason({}, last({ failures: 0 }), failed, 30 * day)).toBeNull();
    expect(new EngineError('TRAINING_FAILED').retryable).toBe(true);
  });

  it('and says what it waits for', () => {
    const state = (over: Partial<RoleNews>, at = 0) => dueOf(news(over), last({ at }), [], settings, day).plan.state;
    expect(state({ turns: 1150 })).toBe('50 more turns until it learns again');
    expect(state({ turns: 1300 }, day - 30 * minute)).toBe('rests for 30 more minutes, then learns: 300 new turns');
  });
});
