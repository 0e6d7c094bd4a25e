import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import OpenAI, { NotFoundError } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { textOf } from '../../engine/core/message.ts';
import { Desk, deskTool } from '../support/desk.ts';
import { FakeLlm } from '../support/fake-llm.ts';

let llm: FakeLlm;
let desk: Desk;
let url: string;
let client: OpenAI;
beforeAll(async () => {
  llm = await FakeLlm.start();
  desk = await Desk.open({
    llmUrl: llm.url,
    dtr: {
      pay: { kind: 'tool-call', name: 'pay', arguments: { amount: 5 } },
      look: { kind: 'tool-call', name: 'desk.look', arguments: { id: 'A-1' } },
    },
    lppm: { hello: { kind: 'reply', text: 'Hello, how can I help?' } },
    tools: [deskTool('desk.look', 'read')],
  });
  ({ url } = await desk.gateway.listen());
  client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
});
afterAll(async () => {
  await desk.close();
  await llm.stop();
});
beforeEach(() => llm.script({ say: 'one two three four' }));

const user = (content: string) => ({ role: 'user' as const, content });
const pay = { type: 'function', function: { name: 'pay', parameters: { type: 'object' } } } as const;

describe('the openai client', () => {
  it('gets a plain answer and its headers', async () => {
    const { data, response } = await client.chat.completions
      .create({ model: 'thought-engine', messages: [user('hello')] })
      .withResponse();
    expect(data.choices[0]?.message.content).toBe('Hello, how can I help?');
    expect(response.headers.get('x-thought-engine-tier')).toBe('lppm');
    expect(response.headers.get('x-decision-id')).toMatch(/^dec_/);
  });

  it('gets an LLM answer piece by piece, with usage, and the id of the row that was written', async () => {
    desk.rows.length = 0;
    const { data: stream, response } = await client.chat.completions
      .create({ model: 'support', messages: [user('why')], stream: true, stream_options: { include_usage: true } })
      .withResponse();
    const pieces: string[] = [];
    let usage: unknown;
    let finish: unknown;
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) pieces.push(chunk.choices[0].delta.content);
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
    expect(pieces).toEqual(['one ', 'two ', 'three ', 'four']);
    expect(finish).toBe('stop');
    expect(usage).toEqual({ prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 });
    expect(response.headers.get('x-thought-engine-tier')).toBe('imperator');
    expect(desk.rows.find((row) => row.settled)?.id).toBe(response.headers.get('x-decision-id'));
    expect(desk.store.messages.some((message) => textOf(message) === 'one two three four')).toBe(true);
  });

  it('gets a cheap tier’s answer as a stream with its own tier in the headers', async () => {
    const { data: stream, response } = await client.chat.completions
      .create({ model: 'support', messages: [user('hello')], stream: true })
      .withResponse();
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe('Hello, how can I help?');
    expect(response.headers.get('x-thought-engine-tier')).toBe('lppm');
  });

  it.each([false, true])('gets a call of the tool it declared (stream: %s)', async (stream) => {
    const asked = { model: 'support', messages: [user('pay')], tools: [pay] };
    const answer = stream
      ? await client.chat.completions.stream(asked).finalChatCompletion()
      : await client.chat.completions.create(asked);
    const call = answer.choices[0]?.message.tool_calls?.[0];
    expect(call).toMatchObject({ type: 'function', function: { name: 'pay', arguments: '{"amount":5}' } });
    expect(answer.choices[0]?.finish_reason).toBe('tool_calls');
    // The client goes on with the result, as clients do.
    const id = call?.id ?? '';
    const after = await client.chat.completions.create({
      model: 'support',
      messages: [
        user('pay'),
        {
          role: 'assistant',
          tool_calls: [{ id, type: 'function', function: { name: 'pay', arguments: '{"amount":5}' } }],
        },
        { role: 'tool', tool_call_id: id, content: 'paid' },
      ],
      tools: [pay],
    });
    expect(after.choices[0]?.message.content).toBe('one two three four');
  });

  it('gets a call of a tool under the name that it gave, where LLM servers would refuse that name', async () => {
    llm.script({ call: { name: 'bank__pay', arguments: { amount: 9 } } });
    const dotted = { ...pay, function: { ...pay.function, name: 'bank.pay' } };
    const answer = await client.chat.completions.create({ model: 'support', messages: [user('why')], tools: [dotted] });
    expect(answer.choices[0]?.message.tool_calls).toMatchObject([{ function: { name: 'bank.pay' } }]);
    const sent = llm.seen.at(-1)?.body['tools'] as { function: { name: string } }[];
    expect(sent.map((tool) => tool.function.name)).toContain('bank__pay');
  });

  it('gets a call that the LLM streams', async () => {
    llm.script({ call: { name: 'pay', arguments: { amount: 9 } }, say: 'I will pay.' });
    const answer = await client.chat.completions
      .stream({ model: 'support', messages: [user('why not')], tools: [pay] })
      .finalChatCompletion();
    expect(answer.choices[0]?.message).toMatchObject({
      content: 'I will pay.',
      tool_calls: [{ function: { name: 'pay', arguments: '{"amount":9}' } }],
    });
  });

  it('sees the words around a tool of the house, not the call', async () => {
    llm.script({ call: { name: 'desk__look', arguments: {} }, say: 'Let me look.' }, { say: 'Found.' });
    const answer = await client.chat.completions
      .stream({ model: 'support', messages: [user('where')] })
      .finalChatCompletion();
    expect(answer.choices[0]?.message.content).toBe('Let me look.Found.');
    expect(answer.choices[0]?.message.tool_calls ?? []).toEqual([]);
  });

  it('reads our errors as its own', async () => {
    const failure = await client.chat.completions
      .create({ model: 'nobody', messages: [user('x')] })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NotFoundError);
    expect(failure).toMatchObject({ status: 404, code: 'MODEL_UNKNOWN', type: 'not_found_error' });
  });

  it.each([
    ['cut', { say: 'one two three four', cutAfter: 2 }],
    ['ended without a finish reason', { say: 'one two three four', stopAfter: 2 }],
  ])('is told of a stream that was %s, and nothing of it counts as an answer', async (_what, script) => {
    llm.script(script);
    const before = desk.store.messages.length;
    const stream = await client.chat.completions.create({
      model: 'support',
      messages: [user(`cut ${_what}`)],
      stream: true,
    });
    const pieces: string[] = [];
    const failure = await (async () => {
      for await (const chunk of stream) pieces.push(chunk.choices[0]?.delta.content ?? '');
    })().catch((error: unknown) => error);
    expect(pieces).toEqual(['one ', 'two ']);
    expect(failure).toMatchObject({ code: 'IMPERATOR_FAILED' });
    expect(desk.store.messages.slice(before).map((message) => message.author)).toEqual(['user']);
  });

  it('gets an ordinary error where a stream fails before its first word', async () => {
    llm.script({ status: 400 });
    const failure = await client.chat.completions
      .create({ model: 'support', messages: [user('fail early')], stream: true })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ status: 502, code: 'IMPERATOR_FAILED' });
    llm.script({ say: '', cutAfter: 0 });
    const cut = await client.chat.completions
      .create({ model: 'support', messages: [user('cut early')], stream: true })
      .catch((error: unknown) => error);
    expect(cut).toMatchObject({ status: 502, code: 'IMPERATOR_FAILED' });
  });

  it('never sees [DONE] after a cut', async () => {
    llm.script({ say: 'one two three four', cutAfter: 2 });
    const body = JSON.stringify({ model: 'support', messages: [user('raw cut')], stream: true });
    const headers = { 'content-type': 'application/json' };
    const text = await (await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })).text();
    expect(text).toContain('IMPERATOR_FAILED');
    expect(text).not.toContain('[DONE]');
    expect(text).not.toContain('"finish_reason":"stop"');
  });
});

describe('a client that goes away', () => {
  it.each([true, false])('stops the LLM (stream: %s)', async (stream) => {
    llm.script({ say: 'word '.repeat(200), pauseMs: 20 });
    if (!stream) llm.script({ hang: true });
    const leaving = new AbortController();
    const body = JSON.stringify({ model: 'support', messages: [user(`leave ${stream}`)], stream });
    const headers = { 'content-type': 'application/json' };
    const asked = fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body, signal: leaving.signal });
    asked.catch(() => undefined);
    await expect.poll(() => llm.open, { timeout: 3000 }).toBe(1);
    if (stream) await asked;
    leaving.abort();
    await expect.poll(() => llm.open, { timeout: 1500 }).toBe(0);
  });
});

describe('many streams', () => {
  it('serves 150 open streams and quick answers beside them', async () => {
    // long enough that a busy machine opens the last one before the first one ends
    llm.script({ say: 'word '.repeat(20), pauseMs: 300 });
    const ask = { model: 'support', stream: true } as const;
    const streams = Array.from({ length: 150 }, async (_unused, index) => {
      const stream = await client.chat.completions.create({ ...ask, messages: [user(`stream ${index}`)] });
      let text = '';
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      return text;
    });
    await expect.poll(() => llm.open, { timeout: 10_000 }).toBeGreaterThan(100);
    const quick = await client.chat.completions.create({ model: 'support', messages: [user('hello')] });
    expect(quick.choices[0]?.message.content).toContain('help');
    for (const text of await Promise.all(streams)) expect(text).toBe('word '.repeat(20));
    await expect.poll(() => llm.open).toBe(0);
  });
});

describe('hostile sockets', () => {
  const raw = (text: string | Buffer) =>
    new Promise<string>((resolve) => {
      let answer = '';
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
      socket.on('data', (piece) => (answer += piece.toString()));
      socket.on('close', () => resolve(answer));
      socket.on('error', () => resolve(answer));
      setTimeout(() => socket.end(), 300);
    });

  it('answers 403 to a rebound name, before reading the body', async () => {
    const answer = await raw(
      'POST /v1/chat/completions HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 5\r\n\r\nhello',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403[\s\S]*FORBIDDEN_ORIGIN/);
  });

  it('answers 400 to what is no UTF-8', async () => {
    const head =
      'POST /v1/route HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n';
    const answer = await raw(
      Buffer.concat([Buffer.from(head), Buffer.from('{"text":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400[\s\S]*BAD_JSON/);
  });
});

describe('close', () => {
  it('lets what is under way end and no longer, and refuses what comes later', async () => {
    llm.script({ say: 'slow but sure', pauseMs: 100 });
    const other = await Desk.open({ llmUrl: llm.url });
    const { url: address } = await other.gateway.listen();
    const body = JSON.stringify({ model: 'support', messages: [user('drain')], stream: true });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${address}/v1/chat/completions`, { method: 'POST', headers, body });
    const closing = other.gateway.close(5000);
    await wait(20);
    await expect(fetch(`${address}/v1/models`)).rejects.toThrow();
    const text = await answer.text();
    expect(text).toContain('sure');
    expect(text).toContain('[DONE]');
    const ended = performance.now();
    await closing;
    expect(performance.now() - ended).toBeLessThan(1000);
    await other.close();
  });
});
