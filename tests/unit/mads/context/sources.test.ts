import { describe, expect, it } from 'vitest';
import type { HistorySearch } from '../../../../datasets/log/history.ts';
import type { ToolDefinition } from '../../../../engine/core/tool-definition.ts';
import type { Turn } from '../../../../engine/core/turn.ts';
import { DataSource } from '../../../../mads/context/data-source.ts';
import { fetchTool } from '../../../../mads/context/fetch-tool.ts';
import { PastConversations, type Memory } from '../../../../mads/context/past-conversations.ts';
import { messageFixture } from '../../../support/log-fixture.ts';

const turnOf = (sender: string, text: string): Turn => ({
  message: messageFixture('m', { sender, parts: [{ kind: 'text', text, provenance: 'caller' }] }),
  history: [],
  role: 'desk',
  tools: [],
});
const signal = new AbortController().signal;

describe('PastConversations', () => {
  const hit = {
    id: 'h',
    source: 'other',
    kind: 'turn',
    speaker: 'ada',
    time: 86_400_000,
    place: '',
    text: 'x',
    score: 1,
  };
  const asked = async (memory: Memory, sender: string): Promise<readonly HistorySearch[]> => {
    const searches: HistorySearch[] = [];
    const search = (one: HistorySearch) => Promise.resolve((searches.push(one), [hit]));
    const history = { search, trouble: () => null };
    const found = await new PastConversations(history, memory).candidates(turnOf(sender, 'kayak?'));
    if (searches.length > 0) expect(found).toMatchObject([{ id: 'h', place: 'conversation of 1970-01-02, ada' }]);
    else expect(found).toEqual([]);
    return searches;
  };
  it('draws on the past of the person who asks, and takes strangers without a name for nobody', async () => {
    expect(await asked('person', 'ada')).toMatchObject([
      { text: 'kayak?', role: 'desk', person: 'ada', besides: 'cnv_1' },
    ]);
    expect(await asked('person', 'user')).toEqual([]);
    expect(await asked('person', 'desk')).toEqual([]);
    expect(await asked('none', 'ada')).toEqual([]);
    expect((await asked('role', 'user'))[0]).not.toHaveProperty('person');
  });
});

describe('DataSource', () => {
  const definition: ToolDefinition = {
    name: 'mads.shop.search',
    blastRadius: 'read',
    parameters: { properties: { query: {}, limit: {} }, required: ['query'] },
  };
  const ask = (given: ToolDefinition | null, value: unknown = 'The kayak costs 700.') => {
    const calls: unknown[] = [];
    const call = (...all: unknown[]) => Promise.resolve((calls.push(all), value));
    const source = new DataSource({ tool: 'mads.shop.search', definition: () => given, call });
    return { calls, answer: source.candidates(turnOf('ada', 'price of the kayak?'), signal) };
  };
  it('asks with the question on behalf of the caller, and gives sections of the answer', async () => {
    const { calls, answer } = ask(definition, { items: [{ name: 'kayak', price: 700 }] });
    const [only] = await answer;
    expect(only).toMatchObject({ kind: 'data', place: 'mads.shop.search' });
    expect(only!.text).toContain('"price": 700');
    expect(calls).toEqual([[{ query: 'price of the kayak?' }, 'ada', signal]]);
  });
  it.each([
    ['TOOL_UNKNOWN', null],
    ['TOOL_FORBIDDEN', { ...definition, blastRadius: 'reversible' as const }],
    ['TOOL_FORBIDDEN', { name: definition.name, parameters: definition.parameters }],
    ['TOOL_ARGUMENTS_INVALID', { ...definition, parameters: { properties: { order: {} }, required: ['order'] } }],
  ])('calls nothing where it must not or cannot: %s', async (code, given) => {
    const { calls, answer } = ask(given);
    await expect(answer).rejects.toMatchObject({ code });
    expect(calls).toEqual([]);
  });
});

describe('fetchTool', () => {
  const text = Array.from({ length: 200 }, (_, at) => `item ${at + 1}, ${at % 7 === 0 ? 'sold out' : 'there'}`).join(
    '\n',
  );
  const stored = messageFixture('big', {
    parts: [{ kind: 'data', mediaType: 'text/csv', text, provenance: 'caller' }],
  });
  const tool = fetchTool((id) => Promise.resolve(id === 'big' ? stored : null));
  const authority = { caller: 'ada', allows: 'read' as const, provenance: [] };
  const fetch = (given: object, conversation = 'cnv_1') =>
    tool.handler({ id: 'big', ...given }, { authority, conversation, signal }) as Promise<string>;

  it('reads lines from where it is asked, or those that hold some words, and says what is left', async () => {
    expect(await fetch({ from: 199 })).toBe('199: item 199, there\n200: item 200, there');
    expect(await fetch({ lines: 2 })).toBe(
      '1: item 1, sold out\n2: item 2, there\n(198 more of 200 lines; go on from line 3)',
    );
    expect(await fetch({ query: 'SOLD 8', lines: 1 })).toMatch(/^8: item 8, sold out\n\(\d+ more/);
    expect(await fetch({ query: 'violin' })).toBe('none of the 200 lines from 1 on');
    expect((await fetch({ lines: 1000 })).length).toBeLessThan(8100);
  });
  it('reads nothing of another conversation', async () => {
    await expect(fetch({}, 'another')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(fetch({ id: 'none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
