import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ConversationLog } from '../../../../datasets/log/conversation-log.ts';
import { sealedWith } from '../../../../datasets/log/sealed-part.ts';
import { readSnapshot } from '../../../../datasets/log/snapshot.ts';
import type { Conversation } from '../../../../engine/core/conversation.ts';
import { hashFraction, sha256 } from '../../../../engine/core/hash.ts';
import { textOf } from '../../../../engine/core/message.ts';
import { messageFixture, temporaryFolder } from '../../../support/log-fixture.ts';

const folders: ReturnType<typeof temporaryFolder>[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

const conversation = (id: string): Conversation => ({
  id,
  role: 'desk',
  split: null,
  tools: [],
  messages: [
    messageFixture(`${id}-0`, { conversation: id, parts: [{ kind: 'text', text: `of ${id}`, provenance: 'caller' }] }),
  ],
});
const ids = Array.from({ length: 400 }, (_, index) => `c${index}`);
const isSealed = (id: string): boolean => hashFraction(`sealed ${id}`) < 0.05;

describe('sealed conversations', () => {
  it('are in no snapshot for training, whole or in part, and in the one that is kept with it', async () => {
    const folder = temporaryFolder();
    folders.push(folder);
    const log = await ConversationLog.open({ dataDir: folder.path });
    await log.importConversations(ids.map(conversation));
    const [wrong = '', praised = ''] = ids.filter(isSealed);
    await log.addFeedback({ message: `${wrong}-0`, correct: false, source: 'human' });
    await log.addFeedback({ message: `${praised}-0`, correct: true, source: 'human' });
    const teaching = await log.snapshot({ role: 'desk', forTraining: true });
    const sealed = (await sealedWith(teaching.path)) ?? '';
    await log.close();

    const hashes = (all: readonly Conversation[]): string[] =>
      all.flatMap(({ id, messages }) => [id, ...messages.flatMap((one) => [one.id, sha256(textOf(one))])]);
    const taught = new Set(hashes(await readSnapshot(teaching.path)));
    const kept = await readSnapshot(sealed);
    expect(hashes(kept).filter((hash) => taught.has(hash))).toEqual([]);
    // a correction is to be learned, so its conversation is not sealed any more
    expect(kept.map(({ id }) => id).toSorted()).toEqual(ids.filter((id) => isSealed(id) && id !== wrong).toSorted());
    expect(taught.has(wrong)).toBe(true);
    expect(kept.length).toBeGreaterThan(8);
    expect(teaching.conversations + kept.length).toBe(ids.length);
    const bytes = readFileSync(join(teaching.path, 'messages.parquet'), 'latin1');
    expect(bytes).not.toContain(`of ${praised}`);
  });

  it('are not told of where a snapshot was not made for training', async () => {
    const folder = temporaryFolder();
    folders.push(folder);
    const log = await ConversationLog.open({ dataDir: folder.path });
    await log.importConversations(ids.slice(0, 40).map(conversation));
    const whole = await log.snapshot();
    await log.close();
    expect(whole.conversations).toBe(40);
    expect(await sealedWith(whole.path)).toBeNull();
  });
});
