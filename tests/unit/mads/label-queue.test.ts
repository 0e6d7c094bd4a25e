import { describe, expect, it } from 'vitest';
import type { LoggedDecision } from '../../../datasets/log/reader.ts';
import type { Outcome } from '../../../engine/core/decision.ts';
import { auditShare } from '../../../engine/core/audit-draw.ts';
import { labelQueue } from '../../../mads/grace/label-queue.ts';
import { decisionFixture } from '../../support/log-fixture.ts';

const options = { alpha: 0.05, delta: 0.1, limit: 1000 };
const call: Outcome = { kind: 'tool-call', name: 'shell.run', arguments: {} };
const outcomes: readonly Outcome[] = [{ kind: 'reply', text: 'hello' }, { ...call, process: 'p', step: 's' }, call];

function decisions(count: number, more: Partial<LoggedDecision> = {}): LoggedDecision[] {
  return Array.from({ length: count }, (_, index) => ({
    ...decisionFixture(`d${index}`, { settled: true, tier: 'dtr', outcome: outcomes[index % 3] ?? call }),
    text: 'ls',
    correct: null,
    judgedBy: null,
    ...more,
  }));
}

describe('labelQueue', () => {
  it('draws a random share of what cheap tiers settled, what is run first', () => {
    const { waiting, tasks, bound } = labelQueue('desk', decisions(4000), options);
    expect(waiting / 4000).toBeGreaterThan(0.7 * auditShare);
    expect(waiting / 4000).toBeLessThan(1.3 * auditShare);
    expect([...new Set(tasks.map(({ stake }) => stake))]).toEqual(['executes', 'acts', 'says']);
    expect(bound).toMatchObject({ settled: 4000, judged: 0, errorUpper: 1, holds: false });
  });

  it('shows what the LLM answered last, and lets it say nothing of what was settled', () => {
    const passed = decisions(4000, { tier: 'imperator', correct: true, judgedBy: 'human' });
    const both = decisions(4000).map((one, index) => (index < 2000 ? one : (passed[index] ?? one)));
    const { tasks, bound } = labelQueue(
      'desk',
      [...both.slice(0, 2000), ...decisions(4000, { tier: 'imperator' }).slice(2000)],
      options,
    );
    expect(tasks.at(-1)?.stake).toBe('passed');
    expect(tasks.findIndex(({ stake }) => stake === 'passed')).toBeGreaterThan(
      tasks.findLastIndex(({ stake }) => stake === 'says'),
    );
    expect(bound).toMatchObject({ settled: 2000, judged: 0 });
    expect(labelQueue('desk', both, options).bound).toMatchObject({ settled: 2000, judged: 0 });
  });

  it('proves something by the answers of people, and nothing by praise that nobody asked for', () => {
    const drawn = new Set(labelQueue('desk', decisions(8000), options).tasks.map(({ decision }) => decision));
    const judged = (who: 'human' | 'implicit', all: boolean): LoggedDecision[] =>
      decisions(8000).map((one) => (drawn.has(one.id) !== all ? { ...one, correct: true, judgedBy: who } : one));
    expect(labelQueue('desk', judged('human', false), options)).toMatchObject({ waiting: 0, bound: { holds: true } });
    expect(labelQueue('desk', judged('human', true), options).bound).toMatchObject({ judged: 0, holds: false });
    expect(labelQueue('desk', judged('implicit', false), options).bound.judged).toBe(0);
  });
});
