import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Delta } from '../../../../engine/core/delta.ts';
import type { Message } from '../../../../engine/core/message.ts';
import { seededRandom } from '../../../../engine/core/random.ts';
import { AiSdkProvider, type AiSdkOptions } from '../../../../engine/providers/ai-sdk.ts';
import type { LlmRequest } from '../../../../engine/providers/provider.ts';
import { FakeLlm, type Script } from '../../../support/fake-llm.ts';

let llm: FakeLlm;
beforeAll(async () => {
  llm = await FakeLlm.start();
});
afterAll(() => llm.stop());
beforeEach(() => llm.script({ say: 'hello from the LLM' }));

const provider = (more: Partial<AiSdkOptions> = {}): AiSdkProvider =>
  new AiSdkProvider({
    baseUrl: llm.url,
    model: 'fake-1',
    apiKey: 'sk-secret-key',
    timeoutMs: 2000,
    retryBaseMs: 1,
    random: seededRandom(1),
    ...more,
  });

const base = { conversation: 'c', sender: 'x', recipient: 'desk', time: 0 };
const user: Message = {
  ...base,
  id: 'm1',
  author: 'user',
  parts: [{ kind: 'text', text: 'hi', provenance: 'caller' }],
};
const request = (more: Partial<LlmRequest> = {}): LlmRequest => ({
  messages: [user],
  tools: [],
  parameters: {},
  ...more,
});

describe('complete', () => {
  it('returns text, usage, finish reason and the model that answered', async () => {
    llm.script({ say: 'half an ans', finish: 'length' });
    expect(await provider().complete(request())).toEqual({
      text: 'half an ans',
      calls: [],
      finish: 'length',
      usage: { inputTokens: 11, outputTokens: 7 },
      model: 'fake-1',
    });
  });

  it('hands the client parameters and tools on unchanged, beside tools of the house under their aliases', async () => {
    const theirs = { type: 'function', function: { name: 'pay', strict: true, parameters: { type: 'object' } } };
    const tools = [
      { name: 'pay', parameters: {} },
      { name: 'desk.look_up', description: 'looks', parameters: { type: 'object' } },
    ];
    const parameters = {
      temperature: 0.3,
      logit_bias: { 5: 1 },
      tool_choice: 'auto',
      custom_field: [1],
      tools: [theirs],
    };
    await provider().complete(request({ tools, parameters }));
    expect(llm.seen[0]?.body).toMatchObject({
      model: 'fake-1',
      temperature: 0.3,
      logit_bias: { 5: 1 },
      custom_field: [1],
    });
    expect(llm.seen[0]?.body['tool_choice']).toBe('auto');
    expect(llm.seen[0]?.body['tools']).toEqual([
      theirs,
      { type: 'function', function: { name: 'desk__look_up', description: 'looks', parameters: { type: 'object' } } },
    ]);
    expect(llm.seen[0]?.headers.authorization).toBe('Bearer sk-secret-key');
  });

  it('gives an alias to names of the client that LLM servers refuse, and brings them back', async () => {
    const look = { type: 'function', function: { name: 'shell.run', strict: true, parameters: { type: 'object' } } };
    const choice = { type: 'function', function: { name: 'shell.run' } };
    llm.script({ call: { name: 'shell__run', arguments: { command: 'ls' } } });
    const parameters = { tools: [look], tool_choice: choice };
    const answer = await provider().complete(request({ tools: [{ name: 'shell.run', parameters: {} }], parameters }));
    expect(llm.seen[0]?.body['tools']).toEqual([{ ...look, function: { ...look.function, name: 'shell__run' } }]);
    expect(llm.seen[0]?.body['tool_choice']).toEqual({ ...choice, function: { name: 'shell__run' } });
    expect(answer.calls).toMatchObject([{ name: 'shell.run', arguments: { command: 'ls' } }]);
  });

  it('brings a called tool back under its canonical name, and broken arguments word for word', async () => {
    const tools = [{ name: 'desk.look', parameters: {} }];
    llm.script({ call: { name: 'desk__look', arguments: { id: 7 } } });
    const answer = await provider().complete(request({ tools }));
    expect(answer).toMatchObject({
      finish: 'tool-calls',
      calls: [{ id: 'call_fake', name: 'desk.look', arguments: { id: 7 } }],
    });
    llm.script({ call: { name: 'desk__look', arguments: '{"id": ' } });
    expect((await provider().complete(request({ tools }))).calls[0]?.arguments).toEqual({ _raw: '{"id": ' });
  });

  it('tells the whole conversation, calls and results and images included', async () => {
    const provenance = 'caller';
    const messages: Message[] = [
      { ...base, id: 's', author: 'system', parts: [{ kind: 'text', text: 'be kind', provenance }] },
      {
        ...base,
        id: 'u',
        author: 'user',
        parts: [
          { kind: 'text', text: 'see', provenance },
          { kind: 'image', url: 'data:image/png;base64,AAAA', provenance },
        ],
      },
      {
        ...base,
        id: 'a',
        author: 'assistant',
        parts: [{ kind: 'tool-call', id: 'c1', name: 'desk.look', arguments: { id: 7 }, provenance }],
      },
      { ...base, id: 't', author: 'tool', parts: [{ kind: 'tool-result', callId: 'c1', text: 'found', provenance }] },
    ];
    await provider().complete(request({ messages }));
    expect(llm.seen[0]?.body['messages']).toEqual([
      { role: 'system', content: 'be kind' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'see' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'desk__look', arguments: '{"id":7}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'found' },
    ]);
  });

  it('tries again after 429 and 5xx, and after the time it was told to wait', async () => {
    llm.script({ status: 429, headers: { 'retry-after-ms': '20' } }, { status: 503 }, { say: 'at last' });
    expect((await provider().complete(request())).text).toBe('at last');
    expect(llm.seen).toHaveLength(3);
  });

  it.each<[string, Script, number]>([
    ['500 three times', { status: 500 }, 3],
    ['400 at once', { status: 400 }, 1],
    ['a page that is no JSON', { status: 200, body: '<html>busy</html>' }, 1],
    ['a wait that is too long', { status: 429, headers: { 'retry-after': '3600' } }, 1],
  ])('answers IMPERATOR_FAILED for %s', async (_what, script, tries) => {
    llm.script(script);
    const failure = await provider()
      .complete(request())
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'IMPERATOR_FAILED' });
    expect(llm.seen).toHaveLength(tries);
    expect(String(failure)).not.toContain('sk-secret-key');
  });

  it('answers IMPERATOR_FAILED where nobody listens, without showing a password in the address', async () => {
    const failing = provider({ baseUrl: 'http://ann:hunter2@127.0.0.1:9/v1' }).complete(request());
    const failure = await failing.catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'IMPERATOR_FAILED' });
    expect(String(failure)).not.toContain('hunter2');
  });

  it('answers IMPERATOR_TIMEOUT where it hangs, and the signal reason where the caller left', async () => {
    llm.script({ hang: true });
    await expect(provider({ timeoutMs: 50 }).complete(request())).rejects.toMatchObject({ code: 'IMPERATOR_TIMEOUT' });
    const leaving = AbortSignal.timeout(20);
    await expect(provider().complete(request({ signal: leaving }))).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect.poll(() => llm.open).toBe(0);
  });
});

describe('stream', () => {
  const collect = async (asked: AiSdkProvider, more: Partial<LlmRequest> = {}) => {
    const deltas: Delta[] = [];
    const ended = await asked.stream(request(more), (delta) => deltas.push(delta)).catch((error: unknown) => error);
    return { deltas, ended };
  };

  it('hands pieces over and ends with the whole answer and its usage', async () => {
    const { deltas, ended } = await collect(provider());
    expect(deltas.map((delta) => (delta.kind === 'text' ? delta.text : ''))).toEqual([
      'hello ',
      'from ',
      'the ',
      'LLM',
    ]);
    expect(ended).toMatchObject({
      text: 'hello from the LLM',
      usage: { inputTokens: 11, outputTokens: 7 },
      finish: 'stop',
    });
  });

  it('hands a tool call over whole', async () => {
    llm.script({ call: { name: 'desk__look', arguments: { id: 7 } } });
    const { deltas } = await collect(provider(), { tools: [{ name: 'desk.look', parameters: {} }] });
    expect(deltas).toEqual([{ kind: 'tool-call', id: 'call_fake', name: 'desk.look', arguments: { id: 7 } }]);
  });

  it.each<[string, Script]>([
    ['is cut', { say: 'one two three', cutAfter: 2 }],
    ['ends without a finish reason', { say: 'one two three', stopAfter: 2 }],
  ])('fails, and is not begun again, where the stream %s', async (_what, script) => {
    llm.script(script);
    const { deltas, ended } = await collect(provider());
    expect(deltas).toHaveLength(2);
    expect(ended).toMatchObject({ code: 'IMPERATOR_FAILED' });
    expect(llm.seen).toHaveLength(1);
  });

  it('ends a stream that stands still', async () => {
    llm.script({ say: 'one two three', pauseMs: 1000 });
    expect((await collect(provider({ idleMs: 50 }))).ended).toMatchObject({ code: 'IMPERATOR_TIMEOUT' });
  });

  it('tries again as long as nothing was handed over', async () => {
    llm.script({ status: 500 }, { say: 'now' });
    expect((await collect(provider())).ended).toMatchObject({ text: 'now' });
  });
});
