import { rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ConversationLog } from '../../datasets/log/conversation-log.ts';
import { sampleConversations } from '../../datasets/sample/desk.ts';
import { isDrawnForAudit } from '../../engine/core/audit-draw.ts';
import { systemClock } from '../../engine/core/clock.ts';
import { silent } from '../../engine/core/progress.ts';
import { Registry } from '../../models/registry/registry.ts';
import { answeredTurns } from '../../training/examples/answered-turn.ts';
import { retrain } from '../../training/retrain.ts';
import { decisionFixture } from '../support/log-fixture.ts';

const role = 'ops-desk';
const conversations = sampleConversations(1, { conversations: 600 }).filter((one) => one.role === role);
/** What the LLM did with each message. */
const decisions = answeredTurns(conversations)
  .filter(({ call }) => call !== null)
  .map(({ message, conversation, call }) =>
    decisionFixture(`dec_${message.id}`, {
      message: message.id,
      conversation,
      role,
      tier: 'imperator',
      model: null,
      outcome: { kind: 'tool-call', name: call?.name ?? '', arguments: call?.arguments ?? {} },
    }),
  );
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audited-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('certifies by what people said of drawn messages, from the log to the promoted bundle', async () => {
  const drawn = decisions.filter(({ id }) => isDrawnForAudit(id));
  expect(drawn.length).toBeGreaterThan(16);
  const log = await ConversationLog.open({ dataDir: join(folder, 'data') });
  await log.importConversations(conversations);
  log.record(decisions);
  await log.flush();
  for (const { id } of drawn) await log.addFeedback({ decision: id, correct: true, isDrawn: true, source: 'human' });
  const snapshot = await log.snapshot({ role });
  await log.close();
  const registry = await Registry.open(join(folder, 'models'));
  const result = await retrain({
    role,
    snapshot,
    registry,
    seed: 1,
    alpha: 0.2,
    delta: 0.2,
    device: 'cpu',
    tiers: ['dtr'],
    baseRows: 60,
    codeVersion: '1',
    progress: silent,
    clock: systemClock,
  });
  const { certificate } = await registry.show(result.bundle);
  expect(certificate).toMatchObject({ rows: drawn.length, labelNoise: 0 });
  expect(certificate?.settled).toBeGreaterThan(0);
  expect(certificate?.assumptions.join()).toContain('people or verifiers judged messages that were drawn at random');
});
