import { appendFileSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from '../../../../datasets/log/journal.ts';
import type { JournalOptions } from '../../../../datasets/log/journal.ts';
import type { JournalEntry, JournalRecord } from '../../../../datasets/log/record.ts';
import { openSegment } from '../../../../datasets/log/segment.ts';
import type { SegmentFile } from '../../../../datasets/log/segment.ts';
import { temporaryFolder } from '../../../support/log-fixture.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => folder.remove());

const entry = (id: string): JournalEntry => ({ kind: 'message', id, body: { text: `text of ${id}` } });
const open = (options: Partial<JournalOptions> = {}): Promise<Journal> =>
  Journal.open({ dataDir: folder.path, now: () => 1, ...options });
const segments = (): string[] =>
  readdirSync(join(folder.path, 'journal')).map((name) => join(folder.path, 'journal', name));

async function stored(journal: Journal, from = 1): Promise<string[]> {
  const records: JournalRecord[] = [];
  for await (const group of journal.read(from)) records.push(...group);
  return records.map((record) => record.id);
}

/** A disk on which every operation is counted and may fail. */
class FaultyDisk {
  writes = 0;
  syncs = 0;
  syncedBytes = 0;
  /** Bytes that still fit. */
  free = Number.POSITIVE_INFINITY;
  failSync: NodeJS.ErrnoException | null = null;
  failTruncate = false;

  readonly open = async (path: string): Promise<SegmentFile> => {
    const file = await openSegment(path);
    let end = 0;
    return {
      write: async (content, position) => {
        this.writes += 1;
        const fits = Math.min(content.length, this.free);
        if (fits === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        this.free -= fits;
        end = position + fits;
        return file.write(content.subarray(0, fits), position);
      },
      datasync: async () => {
        if (this.failSync !== null) throw this.failSync;
        await file.datasync();
        this.syncs += 1;
        this.syncedBytes = end;
      },
      truncate: async (length) => {
        if (this.failTruncate) throw Object.assign(new Error('i/o error'), { code: 'EIO' });
        await file.truncate(length);
      },
      close: () => file.close(),
    };
  };
}

describe('Journal.append', () => {
  it('answers only after the bytes were synced', async () => {
    const disk = new FaultyDisk();
    const journal = await open({ open: disk.open });
    for (const id of ['a', 'b', 'c']) {
      await journal.append(entry(id));
      const [path] = segments();
      expect(disk.syncedBytes).toBe(statSync(path as string).size);
    }
    await journal.close();
  });

  it('lets writers that wait together share one write and one sync', async () => {
    const disk = new FaultyDisk();
    const journal = await open({ open: disk.open });
    const records = await Promise.all(Array.from({ length: 200 }, (_, index) => journal.append(entry(`m${index}`))));
    expect(disk.syncs).toBe(1);
    expect(records.map((record) => record.sequence)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    await journal.close();
  });

  it('lets patient entries share the sync of the next writer, in order, and writes them alone where nobody comes', async () => {
    const disk = new FaultyDisk();
    const journal = await open({ open: disk.open });
    const patient = journal.appendAll([entry('decision')], 10_000);
    await journal.append(entry('reply'));
    expect((await patient)[0]?.sequence).toBe(1);
    expect(disk.syncs).toBe(1);
    await journal.appendAll([entry('alone')], 5);
    const hurried = journal.appendAll([entry('hurried')], 10_000);
    journal.hurry();
    await hurried;
    const closed = journal.appendAll([entry('at the end')], 10_000);
    await journal.close();
    expect((await closed)[0]?.sequence).toBe(5);
  });

  it('goes on where it stopped, over restarts and segments', async () => {
    for (let round = 0; round < 3; round += 1) {
      const journal = await open({ segmentBytes: 300 });
      for (let index = 0; index < 5; index += 1) await journal.append(entry(`r${round}-${index}`));
      await journal.close();
    }
    const journal = await open({ segmentBytes: 300 });
    expect(segments().length).toBeGreaterThan(3);
    expect(journal.last).toBe(15);
    expect(await stored(journal)).toHaveLength(15);
    expect(await stored(journal, 12)).toEqual(['r2-1', 'r2-2', 'r2-3', 'r2-4']);
    await journal.close();
  });

  it('refuses after close', async () => {
    const journal = await open();
    await journal.close();
    await expect(journal.append(entry('late'))).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });
});

describe('a full disk', () => {
  it('refuses exactly what it did not store, and takes more when there is space again', async () => {
    const disk = new FaultyDisk();
    const journal = await open({ open: disk.open });
    await journal.append(entry('before'));
    disk.free = 30;
    const refused = await Promise.allSettled([journal.append(entry('x')), journal.append(entry('y'))]);
    expect(refused.map((result) => result.status === 'rejected' && result.reason.code)).toEqual([
      'STORAGE_FULL',
      'STORAGE_FULL',
    ]);
    disk.free = Number.POSITIVE_INFINITY;
    expect((await journal.append(entry('after'))).sequence).toBe(2);
    await journal.close();
    const again = await open();
    expect(await stored(again)).toEqual(['before', 'after']);
    expect(again.report).toMatchObject({ damaged: [], missing: [], tornBytes: 0 });
    await again.close();
  });

  it('never lets a refused record come back, even where cutting it off fails at first', async () => {
    const disk = new FaultyDisk();
    const journal = await open({ open: disk.open });
    await journal.append(entry('before'));
    disk.failSync = Object.assign(new Error('i/o error'), { code: 'EIO' });
    disk.failTruncate = true;
    await expect(journal.append(entry('x'))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(journal.append(entry('y'))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    disk.failSync = null;
    disk.failTruncate = false;
    await journal.append(entry('after'));
    expect(await stored(journal)).toEqual(['before', 'after']);
    await journal.close();
    const again = await open();
    expect(await stored(again)).toEqual(['before', 'after']);
    await again.close();
  });
});

describe('Journal.open', () => {
  const fill = async (segmentBytes = 1 << 20): Promise<void> => {
    const journal = await open({ segmentBytes });
    for (let index = 1; index <= 6; index += 1) await journal.append(entry(`m${index}`));
    await journal.close();
  };

  it('cuts a torn end and reports nothing lost', async () => {
    await fill();
    const [path] = segments() as [string];
    appendFileSync(path, readFileSync(path).subarray(0, 40));
    const journal = await open();
    expect(journal.report).toMatchObject({ tornBytes: 40, damaged: [], missing: [], last: 6 });
    await journal.append(entry('m7'));
    expect(await stored(journal)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7']);
    await journal.close();
  });

  it('keeps all intact records around damage, sets a copy aside and names what is missing', async () => {
    await fill();
    const [path] = segments() as [string];
    const content = readFileSync(path);
    const place = content.indexOf('text of m3');
    content[place] = (content[place] as number) ^ 4;
    writeFileSync(path, content);
    const journal = await open();
    expect(await stored(journal)).toEqual(['m1', 'm2', 'm4', 'm5', 'm6']);
    expect(journal.report.missing).toEqual([{ from: 3, to: 3 }]);
    expect(readFileSync(journal.report.damaged[0]?.copy as string)).toEqual(content);
    expect((await journal.append(entry('m7'))).sequence).toBe(7);
    await journal.close();
  });

  it('notices a segment that has gone, and one that was cut at a record', async () => {
    await fill(100);
    const all = segments();
    writeFileSync(all[1] as string, readFileSync(all[1] as string).subarray(0, 0));
    const journal = await open();
    expect(journal.report.missing.length).toBeGreaterThan(0);
    expect(journal.report.last).toBe(6);
    await journal.close();
  });
});
