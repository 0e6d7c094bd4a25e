import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openaiChatReader } from '../../../../datasets/import/openai-chat.ts';
import { defaultReading, type Reading } from '../../../../datasets/import/reader.ts';
import type { Conversation } from '../../../../engine/core/conversation.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chat-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function readings(...records: readonly object[]): Promise<Reading[]> {
  const path = join(folder, 'file.jsonl');
  writeFileSync(path, records.map((record) => JSON.stringify(record)).join('\n'));
  const found: Reading[] = [];
  for await (const batch of openaiChatReader.read(path, { ...defaultReading, role: 'desk' })) found.push(...batch);
  return found;
}

async function one(record: object): Promise<Conversation> {
  const [reading] = await readings(record);
  if (reading?.kind !== 'conversation') throw new Error(`bad line: ${reading?.bad.reason}`);
  return reading.conversation;
}

async function reason(record: object): Promise<string> {
  const [reading] = await readings(record);
  return reading?.kind === 'bad' ? reading.bad.reason : 'good';
}

const call = (args: unknown): object => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'call-1', type: 'function', function: { name: 'shell.run', arguments: args } }],
});

describe('openai-chat', () => {
  it('reads ids, role, times, split, tools, calls and results', async () => {
    const conversation = await one({
      id: 'conv-a',
      role: 'ops-desk',
      split: 'val',
      time: '2026-03-02T00:00:00Z',
      messages: [
        { id: 'long-id-0001', role: 'user', content: 'ls -la', time: '2026-03-02T00:00:01Z' },
        { ...call('{"command": "ls -la"}'), time: '2026-03-02T00:00:02Z' },
        { role: 'tool', tool_call_id: 'call-1', content: 'ok', time: '2026-03-02T00:00:03Z' },
        { role: 'assistant', content: 'Done.', time: '2026-03-02T00:00:04Z' },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'shell.run', parameters: { type: 'object' }, blastRadius: 'irreversible' },
        },
      ],
    });
    expect(conversation).toMatchObject({ id: 'conv-a', role: 'ops-desk', split: 'val' });
    expect(conversation.tools).toEqual([
      { name: 'shell.run', parameters: { type: 'object' }, blastRadius: 'irreversible' },
    ]);
    const [user, assistant, tool, reply] = conversation.messages;
    expect(user).toEqual({
      id: 'long-id-0001',
      conversation: 'conv-a',
      author: 'user',
      sender: 'user',
      recipient: 'ops-desk',
      time: Date.UTC(2026, 2, 2, 0, 0, 1),
      parts: [{ kind: 'text', text: 'ls -la', provenance: 'caller' }],
    });
    expect(assistant?.parts).toEqual([
      { kind: 'tool-call', id: 'call-1', name: 'shell.run', arguments: { command: 'ls -la' }, provenance: 'model' },
    ]);
    expect(tool).toMatchObject({
      author: 'tool',
      sender: 'shell.run',
      parts: [{ kind: 'tool-result', callId: 'call-1', text: 'ok', provenance: 'tool' }],
    });
    expect(reply).toMatchObject({ sender: 'ops-desk', recipient: 'user', parts: [{ provenance: 'model' }] });
  });

  it('tells the caller from other agents and from system prompts', async () => {
    const conversation = await one({
      messages: [
        { role: 'developer', content: 'be brief' },
        { role: 'user', content: 'a' },
        { role: 'user', name: 'human', content: 'b' },
        { role: 'user', name: 'billing-agent', content: 'c' },
        { role: 'assistant', content: 'd' },
      ],
    });
    expect(conversation.role).toBe('desk');
    const provenance = conversation.messages.map((m) => m.parts.map((p) => p.provenance).join());
    expect(provenance).toEqual(['document', 'caller', 'caller', 'agent', 'model']);
    expect(conversation.messages[0]?.author).toBe('system');
    expect(conversation.messages[4]?.recipient).toBe('billing-agent');
  });

  it('names messages by place, and by their own id inside the conversation where that is short', async () => {
    const conversation = await one({
      id: 'c9',
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b', id: 'm1' },
        { role: 'user', content: 'c', id: 7 },
      ],
    });
    expect(conversation.messages.map((m) => m.id)).toEqual(['c9/0', 'c9/m1', 'c9/7']);
  });

  it('gives increasing times where there are none, and mends those that run backwards', async () => {
    const found = await readings(
      {
        id: 'a',
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: 'b' },
        ],
      },
      {
        id: 'b',
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: 'b' },
        ],
      },
      {
        id: 'c',
        messages: [
          { role: 'user', content: 'a', time: 1_700_000_000 },
          { role: 'assistant', content: 'b' },
          { role: 'user', content: 'c', time: 1_600_000_000 },
        ],
      },
      {
        id: 'd',
        time: '2026-01-01 10:00',
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: 'b' },
        ],
      },
    );
    const times = found.map((r) => (r.kind === 'conversation' ? r.conversation.messages.map((m) => m.time) : []));
    const nineTenTwentySix = Date.UTC(2026, 0, 1, 10);
    expect(times).toEqual([
      [0, 1000],
      [60_000, 61_000],
      [1_700_000_000_000, 1_700_000_000_001, 1_700_000_000_002],
      [nineTenTwentySix, nineTenTwentySix + 1000],
    ]);
  });

  it('keeps a call whose arguments are no JSON object', async () => {
    const conversation = await one({
      messages: [{ role: 'user', content: 'x' }, call('{"command": "ls'), call('[1, 2]'), call({ a: 1 }), call('')],
    });
    const given = conversation.messages
      .slice(1)
      .map((m) => (m.parts[0]?.kind === 'tool-call' ? m.parts[0].arguments : null));
    expect(given).toEqual([{ _raw: '{"command": "ls' }, { _raw: '[1, 2]' }, { a: 1 }, {}]);
  });

  it('reads the older function shape of fine-tuning files', async () => {
    const conversation = await one({
      messages: [
        { role: 'user', content: 'weather?' },
        { role: 'assistant', content: null, function_call: { name: 'weather', arguments: '{"city":"Ulm"}' } },
        { role: 'function', name: 'weather', content: '{"sky":"grey"}' },
        { role: 'assistant', content: 'Grey.' },
      ],
      functions: [{ name: 'weather', description: 'the sky', parameters: { type: 'object' } }],
    });
    const [, asked, told] = conversation.messages;
    const part = asked?.parts[0];
    expect(part).toMatchObject({ kind: 'tool-call', name: 'weather', arguments: { city: 'Ulm' } });
    expect(told?.parts[0]).toMatchObject({ kind: 'tool-result', callId: part?.kind === 'tool-call' ? part.id : '' });
    expect(conversation.tools.map((tool) => tool.name)).toEqual(['weather']);
  });

  it('reads lists of parts and keeps the kinds it does not know as data', async () => {
    const conversation = await one({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'look' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
            { type: 'input_audio', input_audio: { data: 'x' } },
          ],
        },
      ],
    });
    expect(conversation.messages[0]?.parts.map((part) => part.kind)).toEqual(['text', 'image', 'data']);
  });

  it('says which field is wrong', async () => {
    const user = { role: 'user', content: 'a' };
    expect(await reason({ messages: [] })).toBe('messages: the conversation is empty');
    expect(await reason({ messages: [user, 3] })).toBe('messages[1]: expected an object, got a number');
    expect(await reason({ messages: [{ role: 'robot', content: 'a' }] })).toContain('no author is called "robot"');
    expect(await reason({ messages: [{ role: 'constructor', content: 'a' }] })).toContain('no author');
    expect(await reason({ messages: [{ content: 'a' }] })).toBe('messages[0].role: expected a string, got nothing');
    expect(await reason({ messages: [{ role: 'user', content: 5 }] })).toContain(
      'messages[0].content: expected a string',
    );
    expect(await reason({ messages: [{ ...user, time: 'noon' }] })).toContain('messages[0].time');
    expect(await reason({ id: {}, messages: [user] })).toContain('id: expected a string or a number');
    expect(
      await reason({
        messages: [
          { ...user, id: 'same-long-id' },
          { ...user, id: 'same-long-id' },
        ],
      }),
    ).toContain('stands twice');
    expect(await reason({ messages: [user], tools: [{ type: 'function', function: {} }] })).toContain('tools[0].name');
    expect(await reason({ messages: [user, { role: 'assistant', tool_calls: [{}] }] })).toContain(
      'tool_calls[0].function',
    );
  });
});
