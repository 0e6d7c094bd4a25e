import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ConversationLog } from '../../../../datasets/log/conversation-log.ts';
import { readSnapshot, readSnapshotDecisions, readSnapshotFeedback } from '../../../../datasets/log/snapshot.ts';
import type { Conversation } from '../../../../engine/core/conversation.ts';
import { decisionFixture, messageFixture, temporaryFolder } from '../../../support/log-fixture.ts';

const folders: ReturnType<typeof temporaryFolder>[] = [];
const logs: ConversationLog[] = [];
afterEach(async () => {
  await Promise.all(logs.splice(0).map((log) => log.close()));
  for (const folder of folders.splice(0)) folder.remove();
});

async function openLog(): Promise<ConversationLog> {
  const folder = temporaryFolder();
  folders.push(folder);
  const log = await ConversationLog.open({ dataDir: folder.path });
  logs.push(log);
  return log;
}

const conversation = (id: string, role: string): Conversation => ({
  id,
  role,
  split: 'train',
  tools: [{ name: 'shell.run', parameters: { type: 'object' } }],
  messages: [0, 1, 2].map((turn) => messageFixture(`${id}-${turn}`, { conversation: id, time: 1000 + turn })),
});
const conversations = [conversation('c1', 'desk'), conversation('c2', 'desk'), conversation('c3', "p'm$'")];

describe('snapshot', () => {
  it('holds what the log holds, of one role or of all', async () => {
    const log = await openLog();
    await log.importConversations(conversations);
    log.record([decisionFixture('d1', { message: 'c1-0', conversation: 'c1' })]);
    const feedback = await log.addFeedback({ decision: 'd1', correct: true, source: 'human' });
    const all = await log.snapshot();
    expect(all).toMatchObject({ conversations: 3, messages: 9, decisions: 1, feedback: 1, role: null });
    expect(await readSnapshot(all.path)).toEqual(conversations);
    expect(await readSnapshotFeedback(all.path)).toEqual([feedback]);
    expect(await readSnapshotDecisions(all.path)).toEqual([
      decisionFixture('d1', { message: 'c1-0', conversation: 'c1' }),
    ]);
    const one = await log.snapshot({ role: "p'm$'" });
    expect(await readSnapshot(one.path)).toEqual(conversations.slice(2));
    expect(one).toMatchObject({ conversations: 1, messages: 3, decisions: 0, feedback: 0 });
  });

  it('has the same id for the same data, in whatever order it came, and another for other data', async () => {
    const first = await openLog();
    await first.importConversations(conversations);
    const second = await openLog();
    await second.importConversations(conversations.toReversed());
    const id = (await first.snapshot()).id;
    expect((await first.snapshot()).id).toBe(id);
    expect((await second.snapshot()).id).toBe(id);
    await second.appendMessages([messageFixture('new', { conversation: 'c1' })], { role: 'desk' });
    expect((await second.snapshot()).id).not.toBe(id);
  });

  it('is one, whoever asks for the same at the same time', async () => {
    const log = await openLog();
    await log.importConversations(conversations);
    const asked = await Promise.all([1, 2, 3, 4].map(() => log.snapshot()));
    expect(new Set(asked.map(({ path }) => path)).size).toBe(1);
    expect(await readSnapshot(asked[0]?.path ?? '')).toEqual(conversations);
  });

  it('is refused by its readers when a byte was changed', async () => {
    const log = await openLog();
    await log.importConversations(conversations);
    const { path } = await log.snapshot();
    const file = join(path, 'messages.parquet');
    const content = readFileSync(file);
    content[100] = (content[100] as number) ^ 1;
    writeFileSync(file, content);
    await expect(readSnapshot(path)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    const again = await log.snapshot();
    expect(await readSnapshot(again.path)).toEqual(conversations);
  });
});
