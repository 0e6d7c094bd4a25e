import { roleFor } from '../../../mads/grace/gateway/roles.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../../engine/core/decision.ts';
import { Desk, deskTool } from '../../support/desk.ts';
import { FakeLlm } from '../../support/fake-llm.ts';

const look: Outcome = { kind: 'tool-call', name: 'desk.look', arguments: { id: 'A-1' } };
const pay: Outcome = { kind: 'tool-call', name: 'pay', arguments: { amount: 5 } };
let llm: FakeLlm;
let desk: Desk;
beforeAll(async () => {
  llm = await FakeLlm.start();
  desk = await Desk.open({
    llmUrl: llm.url,
    dtr: { look, pay, gone: { kind: 'tool-call', name: 'not.there', arguments: {} } },
    lppm: {
      hello: { kind: 'reply', text: 'Hello, how can I help?' },
      bomb: { kind: 'refuse', text: 'No.', policy: 'safety' },
    },
    tools: [deskTool('desk.look', 'read'), deskTool('desk.drop', 'irreversible')],
  });
});
afterAll(async () => {
  await desk.close();
  await llm.stop();
});
beforeEach(() => {
  llm.script({ say: 'the LLM says' });
  desk.rows.length = 0;
});

const user = (content: string) => ({ role: 'user', content });
const post = (url: string, payload: object | string, headers: Record<string, string> = {}) =>
  desk.gateway.app.inject({
    method: 'POST',
    url,
    payload,
    headers: { host: 'localhost', 'content-type': 'application/json', ...headers },
  });
const chat = (text: string, more: object = {}) =>
  post('/v1/chat/completions', { model: 'thought-engine', messages: [user(text)], ...more });

describe('/v1/chat/completions', () => {
  it('answers from a cheap tier in the shape of the protocol, with decision and tier in the headers', async () => {
    const response = await chat('hello there');
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      id: expect.stringMatching(/^chatcmpl_/),
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'thought-engine',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello, how can I help?', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    });
    expect(response.headers['x-thought-engine-tier']).toBe('lppm');
    expect(desk.rows.find((row) => row.settled)?.id).toBe(response.headers['x-decision-id']);
    expect(desk.rows.map((row) => row.tier)).toEqual(['dtr', 'lppm']);
    expect(llm.seen).toHaveLength(0);
  });

  it('hands the rest to the LLM, whose usage and finish reason come back', async () => {
    llm.script({ say: 'half', finish: 'length' });
    const response = await chat('think hard', { temperature: 0.1, max_tokens: 1 });
    expect(response.json()).toMatchObject({
      choices: [{ message: { content: 'half' }, finish_reason: 'length' }],
      usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
    });
    expect(response.headers['x-thought-engine-tier']).toBe('imperator');
    expect(llm.seen[0]?.body).toMatchObject({ temperature: 0.1, max_tokens: 1, model: 'fake-1' });
    expect(llm.seen[0]?.body['metadata']).toBeUndefined();
  });

  it('gives a settled call back to the client that declared the tool, and does not run it', async () => {
    const tools = [{ type: 'function', function: { name: 'pay', parameters: { type: 'object' } } }];
    const { choices } = (await chat('pay me', { tools })).json();
    expect(choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: null,
        tool_calls: [{ type: 'function', function: { name: 'pay', arguments: '{"amount":5}' } }],
      },
    });
  });

  it('runs a tool of its own where the client declared none, and keeps call and result', async () => {
    const response = await chat('look at it');
    expect(response.json().choices[0]).toMatchObject({ finish_reason: 'stop' });
    expect(response.json().choices[0].message.content).toContain('"simulated":true');
    const conversation = response.headers['x-conversation-id'];
    const kept = desk.store.messages.filter((message) => message.conversation === conversation);
    expect(kept.map((message) => message.author)).toEqual(['user', 'assistant', 'tool', 'assistant']);
  });

  it('passes a call up where nobody has the tool, and the row says why', async () => {
    const response = await chat('gone with the wind');
    expect(response.headers['x-thought-engine-tier']).toBe('imperator');
    const row = desk.rows.find((one) => one.tier === 'dtr');
    expect(row).toMatchObject({ settled: false, outcome: { name: 'not.there' } });
    expect(row?.reason).toContain('no handler');
  });

  it('lets the LLM use the tools of the house and answers when it has read the result', async () => {
    llm.script({ call: { name: 'desk__look', arguments: { id: 'A-9' } } }, { say: 'it is here' });
    const response = await chat('where is it');
    expect(response.json()).toMatchObject({
      choices: [{ message: { content: 'it is here' } }],
      usage: { prompt_tokens: 22 },
    });
    const second = llm.seen[1]?.body['messages'] as { role: string; content: string }[];
    expect(second.map((message) => message.role)).toEqual(['user', 'assistant', 'tool']);
    expect(second[2]?.content).toContain('A-9');
  });

  it('lets no LLM do what cannot be undone right after it read the text of a tool', async () => {
    llm.script(
      { call: { name: 'desk__look', arguments: {} } },
      { call: { name: 'desk__drop', arguments: {} } },
      { say: 'I may not' },
    );
    await chat('where is it now');
    const third = llm.seen[2]?.body['messages'] as { content: string }[];
    expect(third.at(-1)?.content).toContain('not allowed');
  });

  it('ends an LLM that calls tools for ever', async () => {
    llm.script({ call: { name: 'desk__look', arguments: {} } });
    const response = await chat('run in circles');
    expect(response.statusCode).toBe(502);
    expect(response.json().error.code).toBe('TOOL_FAILED');
  });

  it('stores each message once, however often the client sends the conversation again', async () => {
    const first = [user('hello one')];
    const answer = { role: 'assistant', content: 'Hello, how can I help?' };
    await post('/v1/chat/completions', { model: 'support', messages: first, user: 'eve' });
    const again = await post('/v1/chat/completions', {
      model: 'support',
      messages: [...first, answer, user('hello two')],
      user: 'eve',
    });
    const id = again.headers['x-conversation-id'];
    const kept = desk.store.messages.filter((message) => message.conversation === id);
    expect(kept.map((message) => message.author)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(desk.store.roles.get(id as string)).toBe('support');
  });

  it('goes on with a named conversation whose client sends only the newest message', async () => {
    const metadata = { conversation_id: 'talk-7' };
    await chat('hello first', { metadata });
    await chat('and then', { metadata });
    const seen = llm.seen[0]?.body['messages'] as { content: string }[];
    expect(seen.map((message) => message.content)).toEqual(['hello first', 'Hello, how can I help?', 'and then']);
  });
});

describe('errors', () => {
  it.each<[string, object | string, number, string, string | null]>([
    ['broken JSON', '{"model": ', 400, 'BAD_JSON', null],
    ['a text that never ends', '{"model": "x', 400, 'BAD_JSON', null],
    ['an empty body', '', 400, 'BAD_JSON', null],
    ['too deep JSON', `{"a":${'['.repeat(70)}${']'.repeat(70)}}`, 400, 'JSON_TOO_DEEP', null],
    ['a body that is too large', { model: 'x'.repeat(120_000) }, 413, 'BODY_TOO_LARGE', null],
    ['no messages', { model: 'support' }, 400, 'BAD_REQUEST', 'messages'],
    ['a number for a text', { model: 7, messages: [user('x')] }, 400, 'BAD_REQUEST', 'model'],
    [
      'a text for a number',
      { model: 'support', messages: [user('x')], temperature: 'hot' },
      400,
      'BAD_REQUEST',
      'temperature',
    ],
    [
      'content of a wrong type',
      { model: 'support', messages: [{ role: 'user', content: 5 }] },
      400,
      'BAD_REQUEST',
      'messages.0.content',
    ],
    [
      'an unknown author',
      { model: 'support', messages: [{ role: 'king', content: '' }] },
      400,
      'BAD_REQUEST',
      'messages.0.role',
    ],
    [
      'a bad tool',
      { model: 'support', messages: [user('x')], tools: [{ type: 'function', function: { name: 'a b' } }] },
      400,
      'BAD_REQUEST',
      'tools.0.function.name',
    ],
    ['an unknown model', { model: 'gpt-9', messages: [user('x')] }, 404, 'MODEL_UNKNOWN', null],
  ])('answers %s in the shape of the protocol', async (_what, payload, status, code, param) => {
    const response = await post('/v1/chat/completions', payload);
    expect(response.statusCode).toBe(status);
    const { error } = response.json();
    expect(error).toMatchObject({ code, param });
    expect(error.message).not.toBe('');
    expect(error.type).toMatch(/_error$/);
  });

  it('keeps a message whose LLM fails, and says what failed', async () => {
    llm.script({ status: 500 });
    const response = await chat('think about failure');
    expect(response.statusCode).toBe(502);
    expect(response.json().error.code).toBe('IMPERATOR_FAILED');
    expect(desk.store.messages.some((message) => JSON.stringify(message).includes('about failure'))).toBe(true);
  });

  it('refuses other content types and unknown routes', async () => {
    expect((await post('/v1/route', 'text=1', { 'content-type': 'text/plain' })).json().error.code).toBe('BAD_REQUEST');
    expect((await post('/v2/none', {})).json().error.code).toBe('NOT_FOUND');
  });

  it('ignores a key that reaches for prototypes', async () => {
    const body =
      '{"__proto__": {"polluted": 1}, "model": "support", "messages": [{"role": "user", "content": "hello"}]}';
    expect((await post('/v1/chat/completions', body)).statusCode).toBe(200);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('guard', () => {
  const get = async (headers: Record<string, string>, config = {}) => {
    const other = await Desk.open({ config });
    const response = await other.gateway.app.inject({ url: '/v1/models', headers });
    await other.close();
    return response;
  };

  it.each([
    [{ host: 'localhost:8787' }, 200],
    [{ host: '127.0.0.1' }, 200],
    [{ host: '[::1]:8787' }, 200],
    [{ host: 'evil.example' }, 403],
    [{ host: 'localhost', origin: 'http://localhost:5173' }, 200],
    [{ host: 'localhost', origin: 'https://evil.example' }, 403],
    [{ host: 'localhost', origin: 'null' }, 403],
    [{ host: '10.0.0.7:8787', origin: 'http://10.0.0.7:8787' }, 200],
    [{ host: '10.0.0.7:8787', origin: 'http://10.0.0.8' }, 403],
    [{ host: 'desk.example' }, 200],
    [{ host: 'localhost', origin: 'https://desk.example' }, 200],
  ])('%o is answered with %i', async (headers, status) => {
    expect((await get(headers as Record<string, string>, { allowedHosts: ['desk.example'] })).statusCode).toBe(status);
  });

  it('asks for the token, takes it as bearer or cookie, and never for the health', async () => {
    const other = await Desk.open({ config: { token: 'a-long-secret-token' } });
    const status = async (url: string, headers: Record<string, string>) =>
      (await other.gateway.app.inject({ url, headers: { host: 'localhost', ...headers } })).statusCode;
    expect(await status('/v1/models', {})).toBe(401);
    expect(await status('/v1/models', { authorization: 'Bearer wrong' })).toBe(401);
    expect(await status('/v1/models', { authorization: 'Bearer a-long-secret-token' })).toBe(200);
    expect(await status('/v1/models', { cookie: 'a=b; thought-engine-token=a-long-secret-token' })).toBe(200);
    expect(await status('/v1/models', { cookie: 'thought-engine-token=%zz' })).toBe(401);
    expect(await status('/healthz', {})).toBe(200);
    await other.close();
  });
});

describe('listen', () => {
  it('says that the port is taken, and by what setting another is chosen', async () => {
    const first = await Desk.open({ config: { port: 0 } });
    const { port } = await first.gateway.listen();
    const second = await Desk.open({ config: { port } });
    await expect(second.gateway.listen()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(`port ${port}`),
    });
    await second.close();
    await first.close();
  });
});

describe('/v1/route', () => {
  it('explains without effect: no row, no message kept, no LLM asked', async () => {
    const before = desk.store.messages.length;
    const answer = (await post('/v1/route', { text: 'look here' })).json();
    expect(answer).toMatchObject({
      tier: 'dtr',
      role: 'support',
      outcome: look,
      confidence: 0.99,
      evidence: [{ what: 'first word look' }],
    });
    expect(answer.visits).toHaveLength(1);
    expect((await post('/v1/route', { text: 'ponder this' })).json()).toMatchObject({
      tier: 'imperator',
      outcome: null,
    });
    expect([desk.rows.length, desk.store.messages.length - before, llm.seen.length]).toEqual([0, 0, 0]);
  });

  it('refuses unknown fields and wrong types by name', async () => {
    expect((await post('/v1/route', { text: 7 })).json().error).toMatchObject({ code: 'BAD_REQUEST', param: 'text' });
    expect((await post('/v1/route', { text: 'x', wrong: 1 })).json().error.message).toContain('wrong');
    expect((await post('/v1/route', { text: 'x', role: 'none' })).json().error.code).toBe('MODEL_UNKNOWN');
    const meant = { roles: () => ['support', 'pm'], defaultRole: () => 'pm' };
    expect(roleFor(meant, 'thought-engine')).toBe('pm');
    expect(() => roleFor({ ...meant, defaultRole: () => 'qa' }, 'thought-engine')).toThrow(
      'there are support, pm (the setting defaultRole is "qa", and there is no such role)',
    );
  });
});

describe('/v1/feedback', () => {
  it('stores what was right', async () => {
    const response = await post('/v1/feedback', { decision_id: 'dec_1', correct: false, outcome: look, note: 'no' });
    expect(response.json()).toEqual({ id: 'fbk_1', decision_id: 'dec_1' });
    expect(desk.feedback.at(-1)).toEqual({
      decision: 'dec_1',
      correct: false,
      outcome: look,
      note: 'no',
      source: 'human',
    });
  });

  it('wants a decision and a word on it', async () => {
    expect((await post('/v1/feedback', { correct: true })).json().error.param).toBe('decision_id');
    expect((await post('/v1/feedback', { decision_id: 'x' })).json().error.message).toContain('correct');
  });
});

describe('/v1/models, /healthz and /metrics', () => {
  const get = (url: string) => desk.gateway.app.inject({ url, headers: { host: 'localhost' } });

  it('lists the engine and its roles', async () => {
    const ids = (await get('/v1/models')).json().data.map((model: { id: string }) => model.id);
    expect(ids).toEqual(['thought-engine', 'support']);
  });

  it('is healthy only when models serve', async () => {
    expect((await get('/healthz')).json()).toEqual({ status: 'ok', models: 'tables' });
    const other = await Desk.open({ ready: false });
    expect((await other.gateway.app.inject({ url: '/healthz', headers: { host: 'localhost' } })).statusCode).toBe(503);
    await other.close();
  });

  it('counts in the Prometheus format', async () => {
    await chat('hello metrics');
    const text = (await get('/metrics')).body;
    expect(text).toMatch(/^thought_engine_settled_total\{tier="lppm"\} \d+$/m);
    expect(text).toMatch(/^thought_engine_settled_seconds_bucket\{tier="lppm",le="\+Inf"\} \d+$/m);
    expect(text).toMatch(/^thought_engine_errors_total\{code="BAD_JSON"\} \d+$/m);
    for (const line of text.trim().split('\n')) expect(line).toMatch(/^(#.*|[a-z_]+(\{[^}]*\})? [\d.e+-]+)$/);
  });
});
