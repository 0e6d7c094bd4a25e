import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConversationLog } from '../../../../datasets/log/conversation-log.ts';
import type { Outcome } from '../../../../engine/core/decision.ts';
import { decisionFixture, messageFixture, temporaryFolder } from '../../../support/log-fixture.ts';

const hour = 3_600_000;
const start = 1_700_000_000_000 - (1_700_000_000_000 % hour);
const list: Outcome = { kind: 'tool-call', name: 'shell.run', arguments: { command: 'ls' } };
const remove: Outcome = { kind: 'tool-call', name: 'shell.run', arguments: { command: 'rm x' } };
const reply: Outcome = { kind: 'reply', text: 'Hello' };

describe('LogQueries', () => {
  const folder = temporaryFolder();
  let log: ConversationLog;

  // Four messages: one settled by the DTR, one by the LPPM after the DTR passed, one by the LLM, one by nobody.
  beforeEach(async () => {
    log = await ConversationLog.open({ dataDir: folder.path });
    const messages = ['m1', 'm2', 'm3', 'm4'].map((id, index) => messageFixture(id, { time: start + index }));
    await log.appendMessages(messages, { role: 'desk' });
    const passed = { settled: false, outcome: null, label: 'prose', confidence: 0.4 } as const;
    log.record([
      decisionFixture('d1', { message: 'm1', time: start, outcome: list }),
      decisionFixture('d2', { message: 'm2', time: start + 1, ...passed }),
      decisionFixture('d3', { message: 'm2', time: start + 2, tier: 'lppm', outcome: remove, confidence: 0.8 }),
      decisionFixture('d4', { message: 'm3', time: start + hour, ...passed, outcome: list }),
      decisionFixture('d5', { message: 'm3', time: start + hour, tier: 'imperator', outcome: list, costUsd: 0.01 }),
      decisionFixture('d6', { message: 'm4', time: start + hour, ...passed, latencyUs: 112.5 }),
      decisionFixture('s1', { message: 'm4', time: start + hour, tier: 'lppm', shadow: true, outcome: reply }),
    ]);
    await log.flush();
  });
  afterEach(async () => {
    await log.close();
    folder.remove();
  });

  it('answers the dashboard', async () => {
    expect(await log.queries.shareByTier({ bucket: 'hour' })).toEqual([
      { time: start, tier: 'dtr', messages: 1, share: 0.5 },
      { time: start, tier: 'lppm', messages: 1, share: 0.5 },
      { time: start + hour, tier: 'imperator', messages: 1, share: 0.5 },
      { time: start + hour, tier: null, messages: 1, share: 0.5 },
    ]);
    expect(await log.queries.shareByTier({ since: start + hour })).toHaveLength(2);
    expect(await log.queries.savings()).toEqual({
      messages: 4,
      avoided: 2,
      imperator: 1,
      costUsd: 0.01,
      meanImperatorUsd: 0.01,
      savedUsd: 0.02,
    });
    // m2 went up after all: every figure counts it once, as the LLM's
    const late = { message: 'm2', tier: 'imperator', outcome: reply, costUsd: 0.03 } as const;
    log.record([decisionFixture('d7', { ...late, time: start + 5 })]);
    await log.flush();
    const whole = await log.queries.savings();
    expect(whole).toMatchObject({ messages: 4, avoided: 1, imperator: 2 });
    const settledBy = (await log.queries.accuracyByTier()).map(({ tier, settled }) => [tier, settled]);
    expect(settledBy).toEqual([
      ['dtr', 1],
      ['imperator', 2],
    ]);
    const shares = await log.queries.shareByTier({ bucket: 'day' });
    expect(shares.map(({ tier, messages }) => [tier, messages])).toEqual([
      ['dtr', 1],
      ['imperator', 2],
      [null, 1],
    ]);
    expect((await log.queries.roles())[0]).toMatchObject({ considered: 4, settledBelowImperator: 1 });
  });

  it('answers the dashboard about all that is there', async () => {
    expect(await log.queries.totals()).toMatchObject({ conversations: 1, messages: 4, decisions: 7, feedback: 0 });
    expect(await log.queries.roles()).toEqual([
      { role: 'desk', conversations: 1, messages: 4, considered: 4, settledBelowImperator: 2 },
    ]);
    const latency = await log.queries.latencyByTier();
    expect(latency.find((row) => row.tier === 'dtr')).toMatchObject({ visits: 4, p50: 12.5, mean: 37.5 });
    expect((await log.queries.models())[0]).toMatchObject({ tier: expect.any(String), settled: expect.any(Number) });
  });

  it('judges by the most trusted word, and lets a confirmed outcome judge the other tiers', async () => {
    expect(await log.queries.accuracyByTier()).toEqual([
      { tier: 'dtr', settled: 1, judged: 0, correct: 0, accuracy: null, lower: null, upper: null },
      { tier: 'imperator', settled: 1, judged: 0, correct: 0, accuracy: null, lower: null, upper: null },
      { tier: 'lppm', settled: 1, judged: 0, correct: 0, accuracy: null, lower: null, upper: null },
    ]);
    await log.addFeedback({ decision: 'd1', correct: true, source: 'human' });
    await log.addFeedback({ decision: 'd1', correct: false, source: 'implicit' });
    await log.addFeedback({ message: 'm2', outcome: list, source: 'teacher' });
    await log.addFeedback({ message: 'm2', tier: 'dtr', label: 'prose', source: 'human' });
    await log.addFeedback({ decision: 'd5', correct: true, source: 'verifier' });
    const accuracy = await log.queries.accuracyByTier();
    expect(accuracy.map(({ tier, judged, correct }) => [tier, judged, correct])).toEqual([
      ['dtr', 1, 1],
      ['imperator', 1, 1],
      ['lppm', 1, 0],
    ]);
    expect(accuracy[0]?.lower).toBeCloseTo(0.2065, 3);
    const rows = await log.queries.confidences({ tier: 'dtr' });
    // d1 by its own word, d2 by the label of its tier, d4 by the outcome that was confirmed for d5.
    expect(rows.map(({ confidence, correct, settled }) => [confidence, correct, settled])).toEqual([
      [0.4, true, false],
      [0.4, true, false],
      [0.97, true, true],
    ]);
  });

  it('lets the newer of two words of one rank count', async () => {
    await log.addFeedback({ decision: 'd1', correct: true, source: 'human', time: 1 });
    await log.addFeedback({ decision: 'd1', correct: false, source: 'human', time: 2 });
    expect((await log.decision('d1'))?.decision.correct).toBe(false);
  });

  it('takes the same word once', async () => {
    for (let round = 0; round < 2; round += 1) {
      await log.addFeedback({ id: 'once', message: 'm1', correct: true, source: 'tool' });
    }
    expect((await log.queries.totals()).feedback).toBe(1);
  });
});
