import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tool } from '../../../engine/action/tool.ts';
import { systemClock, systemIds } from '../../../engine/core/clock.ts';
import type { Outcome } from '../../../engine/core/decision.ts';
import { textOf, type Message } from '../../../engine/core/message.ts';
import type { Process } from '../../../engine/core/process.ts';
import { Emad } from '../../../mads/roles/emad.ts';
import { callTool } from '../../../mads/turns/tool-call.ts';
import type { TurnRequest } from '../../../mads/turns/turn-parcel.ts';
import { Desk, deskTool } from '../../support/desk.ts';
import { FakeLlm } from '../../support/fake-llm.ts';

const order: Process = {
  name: 'order',
  description: 'where an order is',
  slots: [{ name: 'id', schema: { type: 'string', pattern: '.' }, question: 'Which order?', required: true }],
  steps: [
    { id: 'look', kind: 'call', tool: 'order.get', arguments: { id: { from: 'slot', slot: 'id' } } },
    { id: 'say', kind: 'end', text: 'Order {id} is {look.state}.' },
  ],
  edges: [{ from: 'look', to: 'say' }],
  start: 'look',
};
const get: Tool = {
  definition: { name: 'order.get', parameters: { type: 'object' }, blastRadius: 'read' },
  handler: ({ id }) =>
    id === 'bad' ? Promise.reject(new Error('no such order')) : Promise.resolve({ state: 'shipped' }),
};
/** Aborts the request that it is part of, as a client does that goes while its tool runs. */
const leaving = { controller: new AbortController() };
const bell: Tool = {
  definition: { name: 'bell.ring', parameters: { type: 'object' }, blastRadius: 'reversible' },
  handler: () => {
    leaving.controller.abort(new Error('gone'));
    return Promise.resolve('rung');
  },
};
const step = (given: Record<string, unknown>): Outcome => ({
  kind: 'tool-call',
  name: 'order.get',
  arguments: given,
  process: 'order',
  step: 'look',
});

let llm: FakeLlm;
let desk: Desk;
beforeAll(async () => {
  llm = await FakeLlm.start();
  desk = await Desk.open({
    llmUrl: llm.url,
    lppm: { order: step({}), A: step({ id: 'A-7' }), bad: step({ id: 'bad' }) },
    dtr: { ring: { kind: 'tool-call', name: 'bell.ring', arguments: {} } },
    tools: [get, deskTool('desk.look', 'read'), bell],
    processes: [order],
  });
});
afterAll(async () => {
  await desk.close();
  await llm.stop();
});

const request: TurnRequest = {
  kind: 'turn',
  caller: 'ann',
  allows: 'irreversible',
  tools: [],
  parameters: {},
  decision: 'dec_x',
  stream: false,
};
const say = (text: string, recipient = 'support', conversation = `talk ${text}`): Message => ({
  id: systemIds('msg'),
  conversation,
  author: 'user',
  sender: 'ann',
  recipient,
  time: systemClock.now(),
  parts: [{ kind: 'text', text, provenance: 'caller' }],
});
const ask = async (text: string, conversation?: string): Promise<string> =>
  textOf((await desk.bus.request({ message: say(text, 'support', conversation), attachment: request })).message);

describe('a MAD', () => {
  it('asks for what a process misses, then follows it to its end', async () => {
    expect(await ask('order please', 'c1')).toBe('Which order?');
    expect(await ask('A-7', 'c1')).toBe('Order A-7 is shipped.');
    const kept = desk.store.messages.filter((message) => message.conversation === 'c1');
    expect(kept.map((message) => message.author)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
      'tool',
      'assistant',
    ]);
  });

  it('hands a process that cannot go on to the LLM, with the plan so far', async () => {
    llm.script({ say: 'I am sorry about that order.' });
    desk.rows.length = 0;
    const message = say('bad order');
    const reply = await desk.bus.request({ message, attachment: { ...request, decision: 'dec_bad' } });
    expect(textOf(reply.message)).toBe('I am sorry about that order.');
    const ids = desk.rows.map((row) => row.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(reply.attachment).toMatchObject({ tier: 'imperator', decision: desk.rows.at(-1)?.id });
    const shown = JSON.stringify(llm.seen[0]?.body['messages']);
    expect(shown).toContain('no such order');
    expect(shown).toContain('Process order');
  });

  it('keeps what it did for a client that has gone meanwhile', async () => {
    const options = { signal: leaving.controller.signal };
    await expect(
      desk.bus.request({ message: say('ring', 'support', 'c3'), attachment: request }, options),
    ).rejects.toThrow('gone');
    const kept = desk.store.messages.filter((message) => message.conversation === 'c3');
    expect(kept.map((message) => message.author)).toEqual(['user', 'assistant', 'tool']);
  });

  it('remembers the conversation where its partner does not bring it along', async () => {
    llm.script({ say: 'first answer' }, { say: 'second answer' });
    await ask('one', 'c2');
    await ask('two', 'c2');
    const seen = llm.seen[1]?.body['messages'] as { content: string }[];
    expect(seen.map((message) => message.content)).toEqual(['one', 'first answer', 'two']);
  });

  it('runs a tool of its own for another MAD, under the authority that it brings', async () => {
    const from = { bus: desk.bus, clock: systemClock, ids: systemIds, sender: 'grace' };
    const call = { mad: 'support', tool: 'order.get', arguments: { id: 'A' }, caller: 'ann', allows: 'read' } as const;
    const before = desk.store.messages.length;
    expect(await callTool(from, call)).toEqual({ state: 'shipped' });
    await expect(callTool(from, { ...call, tool: 'order.none' })).rejects.toMatchObject({ code: 'TOOL_UNKNOWN' });
    await expect(
      callTool(from, { ...call, mad: 'rogers', tool: 'mads.rogers.create', arguments: {} }),
    ).rejects.toMatchObject({
      code: 'TOOL_FORBIDDEN',
    });
    expect(desk.store.messages.length).toBe(before);
  });

  it('says that a message is kept where no LLM is configured', async () => {
    const bare = await Desk.open();
    const message = say('ponder');
    await expect(bare.bus.request({ message, attachment: request })).rejects.toMatchObject({
      code: 'IMPERATOR_UNAVAILABLE',
      detail: { message: message.id },
    });
    expect(bare.store.messages.map((one) => one.id)).toEqual([message.id]);
    await bare.close();
  });
});

describe('an ephemeral MAD', () => {
  it('works with its role’s models under its own name, leaves its turns to the role, and ends', async () => {
    let released = 0;
    const thinking = {
      consider: () =>
        Promise.resolve({
          settled: true as const,
          tier: 'lppm' as const,
          outcome: { kind: 'reply' as const, text: 'planned' },
          label: null,
          confidence: 1,
          threshold: 0,
          reason: 'test',
          model: null,
          evidence: [],
          propensity: 1,
        }),
      escalate: () => Promise.reject(new Error('not asked for')),
    };
    const lease = { thinking, tools: [], processes: [], release: () => (released += 1) };
    const emad = await Emad.begin(desk.host, { acquire: () => Promise.resolve(lease) }, 'pm-1', 'pm');
    const reply = await desk.bus.request({ message: say('plan', 'pm-1', 'c9'), attachment: request });
    expect(textOf(reply.message)).toBe('planned');
    expect(desk.store.roles.get('c9')).toBe('pm');
    await Promise.all([emad.end(), emad.end()]);
    expect(released).toBe(1);
    await expect(desk.bus.publish({ message: say('x', 'pm-1') })).rejects.toMatchObject({ code: 'MAD_UNKNOWN' });
  });

  it('gives the models back where its name is taken', async () => {
    let released = 0;
    const lease = { thinking: {} as never, tools: [], processes: [], release: () => (released += 1) };
    const source = { acquire: () => Promise.resolve(lease) };
    await expect(Emad.begin(desk.host, source, 'rogers', 'pm')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(released).toBe(1);
  });
});
