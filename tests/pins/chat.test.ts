import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk } from '../support/desk.ts';

const text = expect.any(String);
const number = expect.any(Number);
let desk: Desk;
beforeAll(async () => {
  const reply = { kind: 'reply', text: 'Hello!' } as const;
  desk = await Desk.open({
    lppm: { hello: reply, add: { kind: 'tool-call', name: 'cart_add', arguments: { item: 'tea' } } },
  });
});
afterAll(() => desk.close());

const ask = (content: string, more: object = {}) =>
  desk.gateway.app.inject({
    method: 'POST',
    url: '/v1/chat/completions',
    payload: { model: 'thought-engine', messages: [{ role: 'user', content }], ...more },
  });
const tools = [{ type: 'function', function: { name: 'cart_add', parameters: { type: 'object' } } }];

describe('the chat protocol', () => {
  it('answers with this document and these headers', async () => {
    const answer = await ask('hello');
    expect(answer.json()).toEqual({
      id: expect.stringMatching(/^chatcmpl/),
      object: 'chat.completion',
      created: number,
      model: 'thought-engine',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello!', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    });
    expect(answer.headers).toMatchObject({
      'x-decision-id': expect.stringMatching(/^dec_/),
      'x-thought-engine-tier': 'lppm',
      'x-conversation-id': expect.stringMatching(/^conv_/),
    });
  });

  it("calls a client's tool in this form", async () => {
    const { choices } = (await ask('add', { tools })).json() as { choices: unknown };
    expect(choices).toEqual([
      {
        index: 0,
        message: {
          role: 'assistant',
          content: null,
          refusal: null,
          tool_calls: [{ id: text, type: 'function', function: { name: 'cart_add', arguments: '{"item":"tea"}' } }],
        },
        logprobs: null,
        finish_reason: 'tool_calls',
      },
    ]);
  });

  it('streams these pieces', async () => {
    const { body } = await ask('hello', { stream: true, stream_options: { include_usage: true } });
    const pieces = body.trim().split('\n\n');
    expect(pieces.pop()).toBe('data: [DONE]');
    const head = { id: text, object: 'chat.completion.chunk', created: number, model: 'thought-engine' };
    const choice = { index: 0, logprobs: null, finish_reason: null };
    expect(pieces.map((piece) => JSON.parse(piece.replace(/^data: /, '')) as unknown)).toEqual([
      { ...head, choices: [{ ...choice, delta: { role: 'assistant', content: 'Hello!' } }] },
      { ...head, choices: [{ ...choice, delta: {}, finish_reason: 'stop' }] },
      { ...head, choices: [], usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } },
    ]);
  });

  it('reports errors in this form', async () => {
    const answer = await ask('unknown words');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({
      error: {
        message: text,
        type: 'server_error',
        code: 'IMPERATOR_UNAVAILABLE',
        param: null,
        detail: { message: expect.stringMatching(/^msg_/) },
      },
    });
    expect((await ask('hello', { temperature: 'hot' })).json()).toMatchObject({
      error: { type: 'invalid_request_error', code: 'BAD_REQUEST', param: 'temperature' },
    });
  });

  it('lists models in this form', async () => {
    const model = (id: string) => ({ id, object: 'model', created: number, owned_by: 'thought-engine' });
    expect((await desk.gateway.app.inject('/v1/models')).json()).toEqual({
      object: 'list',
      data: [model('thought-engine'), model('support')],
    });
  });
});

describe('the native routes', () => {
  it('explain a route in this form', async () => {
    const answer = await desk.gateway.app.inject({ method: 'POST', url: '/v1/route', payload: { text: 'hello' } });
    const visit = [
      'tier',
      'settled',
      'label',
      'confidence',
      'threshold',
      'reason',
      'model',
      'outcome',
      'evidence',
      'choices',
    ];
    const { visits, ...rest } = answer.json() as { visits: object[] };
    expect(Object.keys(rest)).toEqual([
      'tier',
      'role',
      'outcome',
      'label',
      'confidence',
      'threshold',
      'reason',
      'model',
      'evidence',
    ]);
    expect(Object.keys(visits[0] ?? {})).toEqual([...visit, 'latencyUs']);
  });

  it('take feedback in this form', async () => {
    const payload = { decision_id: 'd', correct: false, label: 'l', outcome: { kind: 'reply', text: 't' }, note: 'n' };
    const answer = await desk.gateway.app.inject({ method: 'POST', url: '/v1/feedback', payload });
    expect(answer.json()).toEqual({ id: text, decision_id: 'd' });
  });
});
