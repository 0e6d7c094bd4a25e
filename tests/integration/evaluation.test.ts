import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { ConversationLog } from '../../datasets/log/conversation-log.ts';
import { retireSnapshot } from '../../datasets/log/snapshot-ledger.ts';
import { loadConfig } from '../../engine/core/config.ts';
import type { Conversation } from '../../engine/core/conversation.ts';
import { silent } from '../../engine/core/progress.ts';
import { evaluateRoles } from '../../mads/grace/cli/evaluation.ts';
import { Registry } from '../../models/registry/registry.ts';
import { decisionFixture, messageFixture, temporaryFolder } from '../support/log-fixture.ts';
import { promoteSmallBundle } from '../support/small-bundle.ts';

const folder = temporaryFolder();
afterEach(() => folder.remove());

/** A question of a user and an answer of the assistant. */
function talk(id: string, role = 'pm'): Conversation {
  const common = { conversation: id, recipient: role };
  const messages = [
    messageFixture(`${id}-1`, {
      ...common,
      parts: [{ kind: 'text', text: `I need a room, ${id}`, provenance: 'caller' }],
    }),
    messageFixture(`${id}-2`, {
      ...common,
      author: 'assistant',
      sender: role,
      recipient: 'ada',
      time: 1_700_000_001_000,
    }),
  ];
  return { id, role, split: null, tools: [], messages };
}
const talks = (name: string, count: number): Conversation[] =>
  Array.from({ length: count }, (_, index) => talk(`${name}${index}`));

const config = loadConfig({ dataDir: folder.path }, {}, join(folder.path, 'none.json'));
async function withLog(use: (log: ConversationLog) => Promise<void>): Promise<void> {
  const log = await ConversationLog.open({ dataDir: folder.path });
  await use(log);
  await log.close();
}

it('judges, where nothing is marked, on what no serving model learned from, and not on what our own tiers answered', async () => {
  let taught = { id: '', path: '' };
  await withLog(async (log) => {
    await log.importConversations(talks('old', 60));
    await log.flush();
    taught = await log.snapshot({ role: 'pm', forTraining: true });
  });
  const registry = await Registry.open(join(folder.path, 'models'));
  await promoteSmallBundle(registry, { dataSnapshot: taught.id });
  const judged = async () => (await evaluateRoles(config, {}, silent))[0];
  const before = await judged();
  const sealed = before?.conversations ?? 0;
  expect(before).toMatchObject({ role: 'pm', on: 'never learned from', levels: { V2: { turns: sealed } } });
  expect(sealed).toBeGreaterThan(0);
  expect(sealed).toBeLessThan(15);
  await withLog(async (log) => {
    await log.importConversations(talks('new', 7));
    log.record([decisionFixture('d1', { message: 'new0-1', conversation: 'new0', role: 'pm', tier: 'lppm' })]);
    await log.flush();
  });
  // the new ones count, but the message that our own mapper answered does not
  expect(await judged()).toMatchObject({ conversations: sealed + 7, levels: { V2: { turns: sealed + 6 } } });
  // a snapshot whose rows were pruned is remembered
  await retireSnapshot(taught.path);
  expect(await judged()).toMatchObject({ conversations: sealed + 7 });
  // where nothing is known of what was learned, nothing counts as unseen, and it says what to do
  await rm(`${taught.path}.held`);
  await expect(judged()).rejects.toThrow(
    /pm that the serving models have not learned from .*thought-engine import FILE.*--data/,
  );
  await expect(evaluateRoles(config, { role: 'nobody' }, silent)).rejects.toThrow(
    'no role named "nobody"; there are pm',
  );
});
