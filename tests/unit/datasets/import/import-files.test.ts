import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConversations, type ImportReport } from '../../../../datasets/import/import-files.ts';
import type { Conversation } from '../../../../engine/core/conversation.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(
  paths: string | readonly string[],
  options: { format?: string; role?: string; maxLineBytes?: number } = {},
): Promise<{ report: ImportReport; conversations: Conversation[] }> {
  const conversations: Conversation[] = [];
  const report = await readConversations(typeof paths === 'string' ? [paths] : paths, {
    format: 'auto',
    ...options,
    onConversations: (batch) => {
      conversations.push(...batch);
    },
  });
  return { report, conversations };
}

const chat = (text: string, more: object = {}): string =>
  JSON.stringify({
    messages: [
      { role: 'user', content: text },
      { role: 'assistant', content: `re ${text}` },
    ],
    ...more,
  });

describe('readConversations', () => {
  it('keeps the good lines and reports each bad one with file, line and reason', async () => {
    const path = file(
      'mixed.jsonl',
      [chat('a'), '{"messages": [', '', '[1]', '{"messages": "none"}', chat('b')].join('\n'),
    );
    const { report, conversations } = await read(path);
    expect(conversations.map((c) => c.messages.length)).toEqual([2, 2]);
    expect(report).toMatchObject({ conversations: 2, messages: 4, badCount: 3 });
    expect(report.bad.map((bad) => [bad.file, bad.line])).toEqual([
      [path, 2],
      [path, 4],
      [path, 5],
    ]);
    expect(report.bad[0]?.reason).toContain('not valid JSON');
    expect(report.bad[1]?.reason).toBe('record: expected an object, got an array');
    expect(report.bad[2]?.reason).toBe('messages: expected an array, got a string');
  });

  it('reads an empty file as no conversations', async () => {
    expect((await read(file('empty.jsonl', ''))).report).toMatchObject({ conversations: 0, badCount: 0 });
    expect((await read(file('blank.jsonl', '\n\r\n  \n'))).report).toMatchObject({ conversations: 0, badCount: 0 });
  });

  it('reads CRLF lines and a byte order mark', async () => {
    const { conversations, report } = await read(file('windows.jsonl', `\uFEFF${chat('a')}\r\n${chat('b')}\r\n`));
    expect(report.badCount).toBe(0);
    expect(conversations.map((c) => c.messages[0]?.parts[0])).toMatchObject([{ text: 'a' }, { text: 'b' }]);
  });

  it('reads a gzip file, and one cut off in the middle up to the cut', async () => {
    // Words that differ, so that the compressed file is long enough to be cut.
    const rows = Array.from({ length: 3000 }, (_, n) => chat(`row ${n} ${(n * 2_654_435_761) % 1_000_003}`));
    const whole = gzipSync(rows.join('\n'));
    expect((await read(file('whole.jsonl.gz', whole))).report.conversations).toBe(3000);
    const cut = await read(file('cut.jsonl.gz', whole.subarray(0, Math.floor(whole.length / 2))));
    expect(cut.report.conversations).toBeGreaterThan(500);
    expect(cut.report.badCount).toBe(1);
    expect(cut.report.bad[0]?.reason).toContain('cut off');
    expect(cut.report.bad[0]?.line).toBe(cut.report.conversations + 1);
  });

  it('reports a .gz that is no gzip file', async () => {
    const { report } = await read(file('fake.jsonl.gz', chat('a')), { format: 'openai-chat' });
    expect(report).toMatchObject({ conversations: 0, badCount: 1 });
  });

  it('refuses a line above the limit and reads the one after it', async () => {
    const path = file('huge.jsonl', `${chat('x'.repeat(300_000))}\n${chat('small')}\n`);
    const { report, conversations } = await read(path, { maxLineBytes: 100_000 });
    expect(conversations).toHaveLength(1);
    expect(report.bad[0]).toMatchObject({ line: 1, reason: expect.stringContaining('more than the limit of 100000') });
    expect((await read(path)).conversations).toHaveLength(2);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const path = file('latin.jsonl', Buffer.concat([Buffer.from([0x7b, 0xe9, 0x7d, 10]), Buffer.from(chat('b'))]));
    const { report } = await read(path);
    expect(report).toMatchObject({ conversations: 1, bad: [{ line: 1, reason: 'the line is not valid UTF-8' }] });
  });

  it('refuses JSON nested too deep and goes on', async () => {
    const deep = `{"messages":[{"role":"user","content":"x"}],"id":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const { report } = await read(file('deep.jsonl', `${deep}\n${chat('b')}`));
    expect(report).toMatchObject({ conversations: 1, badCount: 1 });
  });

  it('gives the same ids and times when a file is read twice, from wherever', async () => {
    const text = [chat('a'), chat('b'), chat('a')].join('\n');
    const first = await read(file('one.jsonl', text));
    const again = await read(file('two.jsonl', text));
    expect(again.conversations).toEqual(first.conversations);
    expect(new Set(first.conversations.map((c) => c.id)).size).toBe(3);
  });

  it('counts a conversation that comes twice and keeps one', async () => {
    const { report } = await read([
      file('left.jsonl', chat('a', { id: 'c1' })),
      file('right.jsonl', chat('a', { id: 'c1' })),
    ]);
    expect(report).toMatchObject({ conversations: 1, duplicates: 1, badCount: 0 });
  });

  it('refuses an id that names two different conversations', async () => {
    const path = file('clash.jsonl', [chat('a', { id: 'c1' }), chat('b', { id: 'c1' })].join('\n'));
    const { report } = await read(path);
    expect(report).toMatchObject({ conversations: 1, bad: [{ line: 2, reason: expect.stringContaining('"c1"') }] });
  });

  it('expands a folder to its conversation files and leaves out what it cannot read', async () => {
    const inner = join(folder, 'desk', 'inner');
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(folder, 'desk', 'a.jsonl'), chat('a'));
    writeFileSync(join(inner, 'b.json'), `[${chat('b')},\n ${chat('c')}]`);
    writeFileSync(join(inner, 'notes.txt'), 'not read');
    writeFileSync(join(inner, 'z.jsonl'), '{"process": "x"}');
    const { report } = await read(join(folder, 'desk'));
    expect(report).toMatchObject({ conversations: 3, badCount: 1 });
    expect(report.bad[0]).toMatchObject({
      file: join(inner, 'z.jsonl'),
      reason: expect.stringContaining('no known format'),
    });
    expect(report.files).toHaveLength(2);
  });

  it('refuses a missing file and a file in no known format before anything is handed on', async () => {
    const good = file('good.jsonl', chat('a'));
    await expect(read([good, join(folder, 'nowhere.jsonl')])).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(read([good, file('odd.jsonl', '{"hello": 1}')])).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN' });
    await expect(read(good, { format: 'word' })).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN' });
  });

  it('lists the first bad lines, counts all, and hands on in batches', async () => {
    const rows = Array.from({ length: 600 }, (_, n) => `${chat(`n ${n}`)}\nbad`).join('\n');
    const sizes: number[] = [];
    const stages = new Set<string>();
    const report = await readConversations([file('many.jsonl', rows)], {
      format: 'auto',
      onConversations: (batch) => {
        sizes.push(batch.length);
      },
      progress: (event) => stages.add(`${event.stage} ${event.done === event.total}`),
    });
    expect(report).toMatchObject({ conversations: 600, badCount: 600 });
    expect(report.bad).toHaveLength(100);
    expect(sizes).toEqual([256, 256, 88]);
    expect(stages).toContain('import many.jsonl true');
  });
});
