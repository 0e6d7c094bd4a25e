import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ConversationLog } from '../../../../datasets/log/conversation-log.ts';
import { History } from '../../../../datasets/log/history.ts';
import { SearchIndex } from '../../../../datasets/search/search-index.ts';
import type { Message } from '../../../../engine/core/message.ts';
import { movesOf, noteMessage, personsOf } from '../../../../mads/rogers/membership.ts';
import { messageFixture, RecordingLogger, temporaryFolder } from '../../../support/log-fixture.ts';

let folder: ReturnType<typeof temporaryFolder>;
let log: ConversationLog;
let index: SearchIndex;
let history: History;
let logger: RecordingLogger;

function openHistory(path = join(folder.path, 'history.sqlite')): void {
  index = new SearchIndex(path);
  logger = new RecordingLogger();
  history = new History({
    index,
    feed: log,
    taking: personsOf,
    leaving: (message) => movesOf(message).left,
    logger,
    retryMs: 20,
  });
  history.start();
}
async function closeHistory(): Promise<void> {
  await history.close();
  await index.close();
}
beforeEach(async () => {
  folder = temporaryFolder();
  log = await ConversationLog.open({ dataDir: folder.path });
});
afterEach(async () => {
  await closeHistory();
  await log.close();
  folder.remove();
});

function said(id: string, conversation: string, sender: string, text: string, more: Partial<Message> = {}): Message {
  return messageFixture(id, { conversation, sender, parts: [{ kind: 'text', text, provenance: 'caller' }], ...more });
}
const append = (messages: readonly Message[], role = 'desk') => log.appendMessages(messages, { role });
const find = async (text: string, more: { role?: string; person?: string; besides?: string } = {}) => {
  await history.settled();
  const hits = await history.search({ text, role: 'desk', besides: 'now', limit: 9, ...more });
  return hits.map(({ id }) => id).sort();
};

it('finds what was said before and after it began to follow, by role and person', async () => {
  await append([said('1', 'a', 'ann', 'my kayak is blue'), said('2', 'b', 'ben', 'my kayak is red')]);
  await append([said('3', 'c', 'ann', 'a kayak for the shop')], 'shop');
  openHistory();
  const reply = said('4', 'a', 'desk', 'A blue kayak, noted.', { author: 'assistant', recipient: 'ann' });
  await append([reply, said('5', 'now', 'ann', 'which kayak?')]);
  expect(await find('kayak')).toEqual(['1', '2', '4']);
  expect(await find('kayak', { person: 'ann' })).toEqual(['1', '4']);
  expect(await find('kayak', { person: 'desk' })).toEqual([]);
  expect(await find('kayak', { role: 'shop' })).toEqual(['3']);
  expect(await find('kayak', { besides: 'a' })).toEqual(['2', '5']);
});

it('goes on where it stood, each message once, also when the index was lost', async () => {
  openHistory();
  await append([said('1', 'a', 'ann', 'a kayak')]);
  await history.settled();
  await closeHistory();
  await append([said('2', 'a', 'ann', 'the kayak'), said('1', 'a', 'ann', 'a kayak')]);
  openHistory();
  await append([said('3', 'a', 'ann', 'that kayak')]);
  expect(await find('kayak', { person: 'ann' })).toEqual(['1', '2', '3']);
  expect((await index.size()).texts).toBe(3);
});

it('lets nobody find what was said where somebody has left, and passes over instructions', async () => {
  openHistory();
  await append([said('1', 'a', 'ann', 'a kayak'), said('2', 'a', 'sys', 'kayak rules', { author: 'system' })]);
  expect(await find('kayak', { person: 'ann' })).toEqual(['1']);
  const head = { id: '3', conversation: 'a', sender: 'ann', recipient: 'rogers', time: 3 };
  await append([noteMessage({ event: 'left', name: 'ann' }, head)]);
  await append([said('4', 'a', 'ben', 'a kayak without ann')]);
  expect(await find('kayak', { person: 'ann' })).toEqual([]);
  expect(await find('kayak', { person: 'ben' })).toEqual(['4']);
});

it('goes on by itself after the index failed, says so meanwhile, and has each message once', async () => {
  openHistory();
  await append([said('1', 'a', 'ann', 'a kayak')]);
  await history.settled();
  expect(history.trouble()).toBeNull();
  const other = new DatabaseSync(join(folder.path, 'history.sqlite'));
  other.exec('BEGIN IMMEDIATE');
  await append([said('2', 'b', 'ben', 'the kayak')]);
  await expect.poll(() => history.trouble()).toMatch(/^not all of the past is findable: .*database is locked/);
  await append([said('3', 'b', 'ben', 'that kayak')]);
  await expect.poll(() => logger.lines.length).toBeGreaterThan(2);
  const waits = logger.lines.map(({ data }) => (data as { againInMs: number }).againInMs);
  expect(waits.slice(0, 3)).toEqual([20, 40, 80]);
  // what is there is found all the same
  expect((await history.search({ text: 'kayak', role: 'desk', besides: '', limit: 9 })).map(({ id }) => id)).toEqual([
    '1',
  ]);
  other.exec('ROLLBACK');
  other.close();
  expect(await find('kayak')).toEqual(['1', '2', '3']);
  expect((await index.size()).texts).toBe(3);
  expect(history.trouble()).toBeNull();
  expect(logger.lines.at(-1)?.message).toBe('history is followed again');
});

it('goes on after the thread of the index ended', async () => {
  const place = join(folder.path, 'later');
  openHistory(join(place, 'history.sqlite'));
  await append([said('1', 'a', 'ann', 'a kayak')]);
  await expect.poll(() => history.trouble()).toContain('unable to open database file');
  mkdirSync(place);
  await expect.poll(() => history.trouble(), { timeout: 5000 }).toBeNull();
  expect(await find('kayak')).toEqual(['1']);
});

it('makes an index anew that is damaged while it is used', async () => {
  openHistory();
  await append([said('1', 'a', 'ann', 'a kayak'), said('2', 'b', 'ben', 'the kayak')]);
  await history.settled();
  const other = new DatabaseSync(join(folder.path, 'history.sqlite'), { defensive: false } as object);
  other.exec(`PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE TABLE texts (' WHERE name = 'texts';
    PRAGMA schema_version = 999`);
  other.close();
  await append([said('3', 'b', 'ben', 'that kayak')]);
  expect(await find('kayak')).toEqual(['1', '2', '3']);
  expect(logger.lines[0]?.data).toMatchObject({ error: expect.stringContaining('malformed') as string });
});
