import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConversationLog } from '../../../../datasets/log/conversation-log.ts';
import type { LogOptions } from '../../../../datasets/log/conversation-log.ts';
import { readOwner } from '../../../../datasets/log/folder-lock.ts';
import { openSegment } from '../../../../datasets/log/segment.ts';
import type { SegmentFile } from '../../../../datasets/log/segment.ts';
import { describeLog } from '../../../contracts/log.contract.ts';
import { RecordingLogger, decisionFixture, messageFixture, temporaryFolder } from '../../../support/log-fixture.ts';

describeLog('ConversationLog', () => {
  const folder = temporaryFolder();
  return { open: () => ConversationLog.open({ dataDir: folder.path }), remove: () => folder.remove() };
});

describe('ConversationLog', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let logger: RecordingLogger;
  const opened: ConversationLog[] = [];
  beforeEach(() => {
    folder = temporaryFolder();
    logger = new RecordingLogger();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((log) => log.close()));
    folder.remove();
  });
  const open = async (options: Partial<LogOptions> = {}): Promise<ConversationLog> => {
    const log = await ConversationLog.open({ dataDir: folder.path, logger, ...options });
    opened.push(log);
    return log;
  };

  it('refuses a second opener in the same process, and frees the folder when it closes', async () => {
    const log = await open();
    await expect(open()).rejects.toMatchObject({ code: 'LOG_LOCKED', detail: { pid: process.pid } });
    await log.close();
    await (await open()).close();
  });

  it('tells others where its owner can be asked, readable by nobody else', async () => {
    const log = await open();
    log.announce({ port: 8787, token: 'sixteen-characters' });
    expect(readOwner(folder.path)).toEqual({ pid: process.pid, port: 8787, token: 'sixteen-characters' });
    await log.close();
    expect(readOwner(folder.path)).toBeNull();
  });

  it('refuses messages while the disk is full, keeps reading, and recovers by itself', async () => {
    let full = false;
    const openFull = async (path: string): Promise<SegmentFile> => {
      const file = await openSegment(path);
      const write: SegmentFile['write'] = async (content, position) => {
        if (full) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
        return file.write(content, position);
      };
      return { ...file, write };
    };
    const log = await open({ openSegment: openFull });
    await log.appendMessages([messageFixture('a')], { role: 'desk' });
    full = true;
    await expect(log.appendMessages([messageFixture('b')], { role: 'desk' })).rejects.toMatchObject({
      code: 'STORAGE_FULL',
      retryable: true,
    });
    const inNew = messageFixture('n', { conversation: 'cnv_2' });
    await expect(log.appendMessages([inNew], { role: 'desk' })).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    log.record([decisionFixture('d')]);
    await log.flush();
    expect((await log.conversation('cnv_1'))?.messages.map((message) => message.id)).toEqual(['a']);
    full = false;
    await log.appendMessages([messageFixture('b'), messageFixture('c')], { role: 'desk' });
    await log.appendMessages([inNew], { role: 'desk' });
    expect((await log.recent('cnv_1', 9)).map((message) => message.id)).toEqual(['a', 'b', 'c']);
    expect((await log.conversation('cnv_2'))?.messages).toEqual([inNew]);
    expect(await log.decisions()).toEqual([]);
    expect(logger.lines.map((line) => line.message)).toContain('decisions not recorded');
  });

  it('keeps a record that the tables refuse in the journal, says so, and goes on', async () => {
    const log = await open();
    log.record([decisionFixture('d1'), decisionFixture('d2', { latencyUs: Number.NaN }), decisionFixture('d3')]);
    await log.flush();
    expect((await log.decisions()).map((decision) => decision.id)).toEqual(['d3', 'd1']);
    expect(logger.lines.map((line) => line.message)).toContain('record stays in the journal alone');
    expect(readFileSync(join(folder.path, 'journal', '0000000000000001.journal'), 'utf8')).toContain('"id":"d2"');
  });

  it('fills the tables from the journal where their file is missing, and gives the same answers', async () => {
    const first = await open();
    await first.appendMessages([messageFixture('a'), messageFixture('b')], { role: 'desk', split: 'train' });
    first.record([decisionFixture('d1', { message: 'a' })]);
    await first.addFeedback({ decision: 'd1', correct: true, source: 'human' });
    const before = [await first.conversation('cnv_1'), await first.decision('d1'), (await first.snapshot()).id];
    expect((await first.rebuild()).records).toBe(5);
    expect([await first.conversation('cnv_1'), await first.decision('d1'), (await first.snapshot()).id]).toEqual(
      before,
    );
    await first.close();
    const { rmSync } = await import('node:fs');
    rmSync(join(folder.path, 'log.duckdb'));
    const second = await open();
    expect([await second.conversation('cnv_1'), await second.decision('d1'), (await second.snapshot()).id]).toEqual(
      before,
    );
  });

  it('writes again what the journal lost and the tables still hold', async () => {
    const first = await open();
    for (const id of ['a', 'b', 'c']) await first.appendMessages([messageFixture(id)], { role: 'desk' });
    const before = await first.conversation('cnv_1');
    await first.close();
    const { rmSync, writeFileSync } = await import('node:fs');
    const segment = join(folder.path, 'journal', '0000000000000001.journal');
    writeFileSync(segment, readFileSync(segment, 'utf8').replace('message b', 'massage b'));
    const second = await open();
    expect(logger.codes()).toContain('JOURNAL_CORRUPT');
    expect(second.health().loss).toMatchObject({ missing: [{ from: 3, to: 3 }], restored: 1 });
    await second.close();
    rmSync(join(folder.path, 'log.duckdb'));
    const third = await open();
    expect(third.health().loss).toBeNull();
    expect(await third.conversation('cnv_1')).toEqual(before);
  });

  it('restores a journal that is gone altogether', async () => {
    const first = await open();
    await first.appendMessages([messageFixture('a'), messageFixture('b')], { role: 'desk' });
    await first.close();
    const { rmSync } = await import('node:fs');
    rmSync(join(folder.path, 'journal'), { recursive: true });
    await (await open()).close();
    rmSync(join(folder.path, 'log.duckdb'));
    const third = await open();
    expect((await third.conversation('cnv_1'))?.messages).toHaveLength(2);
    expect(await third.appendMessages([messageFixture('a')], { role: 'desk' })).toMatchObject({ duplicates: 1 });
  });

  it('sets tables that do not open aside, says so, and fills new ones', async () => {
    const first = await open();
    await first.appendMessages([messageFixture('a')], { role: 'desk' });
    await first.close();
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(folder.path, 'log.duckdb'), 'this is no database');
    const second = await open();
    expect(logger.codes()).toContain('LOG_CORRUPT');
    expect((await second.conversation('cnv_1'))?.messages).toHaveLength(1);
    expect(existsSync(join(folder.path, 'quarantine'))).toBe(true);
  });
});
