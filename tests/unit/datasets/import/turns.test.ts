import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultReading, type BadLine } from '../../../../datasets/import/reader.ts';
import { turnsReader } from '../../../../datasets/import/turns.ts';
import type { Conversation } from '../../../../engine/core/conversation.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'turns-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const row = (conversation: string, turn: number, speaker: string, text: string, more: object = {}): object => ({
  conversation_id: conversation,
  turn,
  speaker,
  text,
  process: 'booking',
  step: null,
  action: null,
  values: null,
  split: 'train',
  ...more,
});

async function read(content: string | Uint8Array): Promise<{ conversations: Conversation[]; bad: BadLine[] }> {
  const path = join(folder, typeof content === 'string' ? 'file.jsonl' : 'file.jsonl.gz');
  writeFileSync(path, content);
  const conversations: Conversation[] = [];
  const bad: BadLine[] = [];
  for await (const batch of turnsReader.read(path, defaultReading)) {
    for (const reading of batch) {
      if (reading.kind === 'bad') bad.push(reading.bad);
      else conversations.push(reading.conversation);
    }
  }
  return { conversations, bad };
}

const lines = (...rows: readonly object[]): string => rows.map((each) => JSON.stringify(each)).join('\n');

describe('turns', () => {
  it('makes one message of each row, annotated with process, step and values', async () => {
    const { conversations, bad } = await read(
      lines(
        row('c-1', 0, 'user', 'a table for two'),
        row('c-1', 1, 'action', '', { step: 'query', action: 'tables', values: { people: 2 } }),
        row('c-1', 2, 'kb', '', { step: 'query_result', action: 'tables', values: { free: true } }),
        row('c-1', 3, 'agent', 'Booked.', { step: 'done' }),
        row('c-2', 0, 'agent', 'Hello!', { split: 'test', step: 'hello' }),
      ),
    );
    expect(bad).toEqual([]);
    expect(conversations.map((c) => [c.id, c.role, c.split, c.messages.length])).toEqual([
      ['c-1', 'support-agent', 'train', 4],
      ['c-2', 'support-agent', 'test', 1],
    ]);
    const [user, action, kb, agent] = conversations[0]?.messages ?? [];
    expect(user).toMatchObject({ id: 'c-1/0', author: 'user', parts: [{ kind: 'text', provenance: 'caller' }] });
    expect(action).toMatchObject({
      author: 'assistant',
      parts: [{ kind: 'tool-call', id: 'c-1/1/call', name: 'tables', arguments: { people: 2 } }],
      annotation: { process: 'booking', step: 'query', values: { people: 2 } },
    });
    expect(kb).toMatchObject({
      author: 'tool',
      sender: 'tables',
      parts: [{ callId: 'c-1/1/call', text: '{"free":true}' }],
    });
    expect(agent).toMatchObject({ author: 'assistant', annotation: { step: 'done' }, parts: [{ text: 'Booked.' }] });
    expect(action?.parts).toHaveLength(1);
  });

  it('joins dialogue acts, and keeps call and words of an agent turn in one message', async () => {
    const { conversations } = await read(
      lines(
        row('s', 0, 'agent', 'How about it?', {
          step: ['OFFER(b)', 'OFFER(a)'],
          action: 'Events.Find',
          values: { city: 'Ulm' },
        }),
      ),
    );
    const message = conversations[0]?.messages[0];
    expect(message?.annotation?.step).toBe('OFFER(a)+OFFER(b)');
    expect(message?.parts.map((part) => part.kind)).toEqual(['tool-call', 'text']);
  });

  it('keeps values without names under one name', async () => {
    const { conversations } = await read(
      lines(row('a', 0, 'action', 'Found.', { action: 'pull-up', values: ['ann'] })),
    );
    expect(conversations[0]?.messages[0]?.parts).toEqual([
      { kind: 'tool-call', id: 'a/0/call', name: 'pull-up', arguments: { values: ['ann'] }, provenance: 'model' },
      { kind: 'text', text: 'Found.', provenance: 'tool' },
    ]);
  });

  it('reports rows that do not fit and keeps the rest', async () => {
    const { conversations, bad } = await read(
      [
        lines(row('a', 0, 'user', 'x'), row('a', 1, 'agent', 'y', { split: 'test' }), row('a', 0, 'agent', 'again')),
        'nonsense',
        lines(
          row('a', 2, 'robot', 'z'),
          row('a', 3, 'agent', 'y'),
          row('b', 0, 'user', 'x'),
          row('a', 4, 'user', 'late'),
          row('b', 1.5, 'user', 'x'),
          row('b', 2, 'action', 'no name'),
          row('b', 3, 'agent', 'y', { step: 7 }),
          row('b', 4, 'agent', 'y', { values: 'none' }),
        ),
      ].join('\n'),
    );
    expect(conversations.map((c) => c.messages.map((m) => m.id))).toEqual([['a/0', 'a/3'], ['b/0']]);
    expect(bad.map((each) => each.line)).toEqual([2, 3, 4, 5, 8, 9, 10, 11, 12]);
    const reasons = bad.map((each) => each.reason);
    expect(reasons[0]).toBe('split: "test" in a conversation of split "train"');
    expect(reasons[4]).toContain('do not stand together');
  });

  it('leaves out the conversation in which a compressed file breaks off', async () => {
    const rows = Array.from({ length: 4000 }, (_, n) =>
      row(`c-${Math.floor(n / 400)}`, n % 400, 'user', `n ${(n * 7919) % 100_003}`),
    );
    const whole = gzipSync(lines(...rows));
    const { conversations, bad } = await read(whole.subarray(0, Math.floor(whole.length * 0.6)));
    expect(conversations.length).toBeGreaterThan(2);
    expect(conversations.every((c) => c.messages.length === 400)).toBe(true);
    expect(bad).toHaveLength(1);
    expect(bad[0]?.reason).toContain(
      `conversation "c-${conversations.length}", of which more may follow, was left out`,
    );
  });
});
