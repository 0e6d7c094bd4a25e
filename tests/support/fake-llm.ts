import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What the fake does with one request. Everything but `say` and `call` is a way to fail. */
export type Script =
  | { readonly say: string; readonly pauseMs?: number; readonly finish?: string }
  | { readonly call: { readonly name: string; readonly arguments: unknown }; readonly say?: string }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | { readonly hang: true }
  /** Sends so many pieces of the text, then cuts the connection. */
  | { readonly say: string; readonly cutAfter: number }
  /** Ends the stream properly, but without a finish reason and without [DONE]. */
  | { readonly say: string; readonly stopAfter: number };

export interface SeenRequest {
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
}

/** A real HTTP server that speaks the OpenAI chat protocol, by script; the last script is repeated. */
export class FakeLlm {
  readonly seen: SeenRequest[] = [];
  /** Requests whose client has not gone and that are not answered yet. */
  open = 0;
  #scripts: Script[] = [{ say: 'hello from the LLM' }];
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  static async start(): Promise<FakeLlm> {
    const fake = new FakeLlm();
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  script(...scripts: Script[]): void {
    this.#scripts = scripts;
    this.seen.length = 0;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = JSON.parse(Buffer.concat(pieces).toString('utf8')) as Record<string, unknown>;
    const script = (this.#scripts.length > 1 ? this.#scripts.shift() : this.#scripts[0]) as Script;
    this.seen.push({ headers: request.headers, body });
    this.open += 1;
    response.on('close', () => (this.open -= 1));
    try {
      if ('hang' in script) return;
      if ('status' in script) {
        response.writeHead(script.status, { 'content-type': 'application/json', ...script.headers });
        response.end(script.body ?? JSON.stringify({ error: { message: `scripted ${script.status}`, type: 'test' } }));
      } else if (body['stream'] === true) await this.#stream(script, response);
      else this.#plain(script, response);
    } catch {
      response.destroy();
    }
  }

  #plain(script: Script, response: ServerResponse): void {
    const choice = {
      index: 0,
      finish_reason: finishOf(script),
      message: { role: 'assistant', content: 'say' in script ? script.say : null, ...callsOf(script) },
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...envelope, object: 'chat.completion', choices: [choice], usage }));
  }

  async #stream(script: Script, response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (delta: object, finish: string | null = null, more: object = {}): void => {
      const choices = [{ index: 0, delta, finish_reason: finish }];
      const chunk = { ...envelope, object: 'chat.completion.chunk', choices, ...more };
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    };
    const words = 'say' in script && script.say !== undefined ? (script.say.match(/\S+\s*/g) ?? []) : [];
    const until = 'cutAfter' in script ? script.cutAfter : 'stopAfter' in script ? script.stopAfter : words.length;
    for (const word of words.slice(0, until)) {
      if (response.destroyed) return;
      send({ role: 'assistant', content: word });
      await wait('pauseMs' in script ? (script.pauseMs ?? 0) : 0);
    }
    if ('cutAfter' in script) {
      await wait(5);
      response.destroy();
      return;
    }
    if ('stopAfter' in script) {
      response.end();
      return;
    }
    const calls = callsOf(script);
    if ('tool_calls' in calls) send({ tool_calls: calls.tool_calls.map((call) => ({ index: 0, ...call })) });
    send({}, finishOf(script));
    response.write(`data: ${JSON.stringify({ ...envelope, object: 'chat.completion.chunk', choices: [], usage })}\n\n`);
    response.end('data: [DONE]\n\n');
  }
}

const envelope = { id: 'chatcmpl-fake', created: 1_700_000_000, model: 'fake-1' };
const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

function finishOf(script: Script): string {
  if ('call' in script) return 'tool_calls';
  return 'finish' in script ? (script.finish ?? 'stop') : 'stop';
}

function callsOf(script: Script) {
  if (!('call' in script)) return {};
  const { name, arguments: given } = script.call;
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  return { tool_calls: [{ id: 'call_fake', type: 'function', function: { name, arguments: text } }] };
}
