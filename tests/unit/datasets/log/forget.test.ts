import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConversationLog } from '../../../../datasets/log/conversation-log.ts';
import { forgetConversation } from '../../../../datasets/log/forget.ts';
import { History, historyFile } from '../../../../datasets/log/history.ts';
import { SearchIndex } from '../../../../datasets/search/search-index.ts';
import { readSnapshot } from '../../../../datasets/log/snapshot.ts';
import type { Conversation } from '../../../../engine/core/conversation.ts';
import { decisionFixture, messageFixture, temporaryFolder } from '../../../support/log-fixture.ts';

const secret = 'the word that nobody else says is xylophone';

const conversation = (id: string, text = `of ${id}`): Conversation => ({
  id,
  role: 'desk',
  split: null,
  tools: [],
  messages: [0, 1].map((turn) =>
    messageFixture(`${id}-${turn}`, {
      conversation: id,
      time: 1000 + turn,
      parts: [{ kind: 'text', text, provenance: 'caller' }],
    }),
  ),
});

/** All files below a folder that hold a text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && readFileSync(path, 'latin1').includes(text));
}

describe('forgetConversation', () => {
  it('takes it out of the index of the past, which is made anew', async () => {
    const own = temporaryFolder();
    const { path } = own;
    const follow = async (use: (history: History) => Promise<void>): Promise<void> => {
      const log = await ConversationLog.open({ dataDir: path });
      if (log.health().journaled === 0)
        await log.importConversations([conversation('secret', secret), conversation('b')]);
      mkdirSync(join(path, 'search'), { recursive: true });
      const index = new SearchIndex(join(path, historyFile));
      const history = new History({ index, feed: log, taking: () => [], leaving: () => [] });
      history.start();
      await history.settled();
      await use(history);
      await history.close();
      await index.close();
      await log.close();
    };
    const find = (history: History, text: string) => history.search({ text, role: 'desk', besides: '', limit: 9 });
    await follow(async (history) => expect(await find(history, 'xylophone')).toHaveLength(2));
    await forgetConversation(path, 'secret');
    expect(filesWith(path, 'xylophone')).toEqual([]);
    await follow(async (history) => {
      expect(await find(history, 'xylophone')).toEqual([]);
      expect((await find(history, 'of b')).map(({ source }) => source)).toEqual(['b', 'b']);
    });
    own.remove();
  });

  let folder: ReturnType<typeof temporaryFolder>;
  let snapshot: string;
  beforeEach(async () => {
    folder = temporaryFolder();
    const log = await ConversationLog.open({ dataDir: folder.path, segmentBytes: 2000 });
    await log.importConversations([conversation('before'), conversation('secret', secret), conversation('after')]);
    log.record([decisionFixture('d1', { message: 'secret-0', conversation: 'secret', reason: secret })]);
    await log.addFeedback({ message: 'secret-0', correct: false, source: 'human', note: secret });
    snapshot = (await log.snapshot({ role: 'desk', forTraining: true })).id;
    await log.close();
  });
  afterEach(() => folder.remove());

  it('leaves nothing of it in any file, and everything else as it was', async () => {
    expect(filesWith(folder.path, 'xylophone').length).toBeGreaterThan(1);
    const forgotten = await forgetConversation(folder.path, 'secret');
    const counts = { records: 5, emptied: 1, wasForgotten: false };
    expect(forgotten).toEqual({ conversation: 'secret', ...counts, snapshots: [snapshot], leftovers: [] });
    expect(filesWith(folder.path, 'xylophone')).toEqual([]);

    const log = await ConversationLog.open({ dataDir: folder.path });
    expect(log.health()).toMatchObject({ loss: null, failure: null });
    expect(await log.decisions()).toEqual([]);
    const again = await log.snapshot();
    const kept = await readSnapshot(again.path);
    expect(kept.map(({ id }) => id)).toEqual(['after', 'before']);
    expect(kept).toEqual([conversation('after'), conversation('before')]);
    await log.appendMessages([messageFixture('new', { conversation: 'after' })], { role: 'desk' });
    expect(await log.message('new')).not.toBeNull();
    await log.close();
  });

  it('names evidence of processes that may quote it', async () => {
    const evidence = join(folder.path, 'processes', 'desk', 'evidence');
    mkdirSync(evidence, { recursive: true });
    for (const name of ['secret', 'before'])
      writeFileSync(join(evidence, `${name}.json`), JSON.stringify({ conversations: [name] }));
    const { leftovers } = await forgetConversation(folder.path, 'secret');
    expect(leftovers).toEqual([join(evidence, 'secret.json')]);
  });

  it('can be asked for again, and still names what had held it', async () => {
    const first = await forgetConversation(folder.path, 'secret');
    expect(first).toMatchObject({ snapshots: [snapshot], emptied: 1, wasForgotten: false });
    expect(await forgetConversation(folder.path, 'secret')).toMatchObject({
      records: 0,
      snapshots: [snapshot],
      emptied: 0,
      wasForgotten: true,
    });
  });

  it('refuses what it does not know, and a folder that is in use', async () => {
    await expect(forgetConversation(folder.path, 'nobody')).rejects.toMatchObject({ code: 'CONVERSATION_UNKNOWN' });
    const log = await ConversationLog.open({ dataDir: folder.path });
    await expect(forgetConversation(folder.path, 'secret')).rejects.toMatchObject({ code: 'LOG_LOCKED' });
    expect(await log.decisions()).toHaveLength(1);
    await log.close();
  });
});
