import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError } from 'ai';
import { systemClock, type Clock, type Random } from '../core/clock.ts';
import type { FinishReason } from '../core/decision.ts';
import type { Delta } from '../core/delta.ts';
import { EngineError, messageOf } from '../core/errors.ts';
import { toolCallsOf } from '../core/message.ts';
import { AliasTable } from '../core/tool-alias.ts';
import { promptOf } from './prompt.ts';
import { parseArguments, type LlmAnswer, type LlmCall, type LlmRequest, type Provider } from './provider.ts';
import { retryAfterMs, withRetries } from './retry.ts';

export interface AiSdkOptions {
  /** OpenAI-compatible endpoint, such as `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string;
  /** Longest wait for a whole answer, retries included, in milliseconds. */
  readonly timeoutMs: number;
  /** Longest wait for the first piece and between two pieces of a stream, in milliseconds. */
  readonly idleMs?: number;
  readonly retries?: number;
  /** First pause between tries in milliseconds. */
  readonly retryBaseMs?: number;
  readonly random: Random;
  readonly clock?: Clock;
}

type Model = ReturnType<ReturnType<typeof createOpenAICompatible>['chatModel']>;
type Usage = Awaited<ReturnType<Model['doGenerate']>>['usage'];

/** Any LLM that speaks the OpenAI protocol. The SDK's own retries are not used: there is one retry loop. */
export class AiSdkProvider implements Provider {
  readonly name = 'llm';
  readonly #options: Required<Omit<AiSdkOptions, 'apiKey'>> & Pick<AiSdkOptions, 'apiKey'>;
  /** The address without user and password: fetch refuses them, and error messages show it. */
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: AiSdkOptions) {
    this.#options = { idleMs: 30_000, retries: 2, retryBaseMs: 500, clock: systemClock, ...options };
    const { origin, pathname, username, password } = new URL(options.baseUrl);
    this.#url = `${origin}${pathname}`;
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.#headers = username === '' ? {} : { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  }

  async complete(request: LlmRequest): Promise<LlmAnswer> {
    return this.#guarded(request, async (model, call, aliases) => {
      const result = await model.doGenerate(call);
      const texts: string[] = [];
      const calls: LlmCall[] = [];
      for (const part of result.content) {
        if (part.type === 'text') texts.push(part.text);
        if (part.type === 'tool-call') calls.push(callOf(part, aliases));
      }
      return this.#answer(texts.join(''), calls, result.usage, result.finishReason.unified, result.response?.modelId);
    });
  }

  async stream(request: LlmRequest, onDelta: (delta: Delta) => void): Promise<LlmAnswer> {
    let begun = false;
    const emit = (delta: Delta): void => {
      begun = true;
      onDelta(delta);
    };
    return this.#guarded(
      request,
      async (model, call, aliases, alive) => {
        const { stream } = await model.doStream(call);
        let text = '';
        let modelId: string | undefined;
        const calls: LlmCall[] = [];
        for await (const part of stream) {
          alive();
          if (part.type === 'text-delta') {
            text += part.delta;
            emit({ kind: 'text', text: part.delta });
          } else if (part.type === 'tool-call') {
            const one = callOf(part, aliases);
            calls.push(one);
            emit({ kind: 'tool-call', ...one });
          } else if (part.type === 'response-metadata') {
            modelId = part.modelId;
          } else if (part.type === 'error') {
            throw part.error instanceof Error ? part.error : new Error(describe(part.error));
          } else if (part.type === 'finish') {
            return this.#answer(text, calls, part.usage, part.finishReason.unified, modelId);
          }
        }
        throw new Error('the stream ended before the answer did');
      },
      () => begun,
    );
  }

  /** @param hasBegun given for a stream, which must show life all the time and is never tried again once it began */
  async #guarded(
    request: LlmRequest,
    work: (
      model: Model,
      call: Parameters<Model['doGenerate']>[0],
      aliases: AliasTable,
      alive: () => void,
    ) => Promise<LlmAnswer>,
    hasBegun?: () => boolean,
  ): Promise<LlmAnswer> {
    const { timeoutMs, idleMs, retries, retryBaseMs, random, clock } = this.#options;
    const own = new AbortController();
    const overall = setTimeout(() => own.abort(this.#late(timeoutMs)), timeoutMs);
    let idle: NodeJS.Timeout | undefined;
    const alive = (): void => {
      clearTimeout(idle);
      idle = setTimeout(() => own.abort(this.#late(idleMs)), idleMs);
    };
    const signal = request.signal === undefined ? own.signal : AbortSignal.any([request.signal, own.signal]);
    const history = request.messages.flatMap((message) => toolCallsOf(message).map((call) => call.name));
    const aliases = new AliasTable([...request.tools.map((tool) => tool.name), ...history]);
    try {
      const call = { prompt: promptOf(request.messages, aliases), abortSignal: signal };
      return await withRetries(
        () => {
          if (hasBegun !== undefined) alive();
          return work(this.#model(request, aliases), call, aliases, alive);
        },
        (error) => {
          const isApi = APICallError.isInstance(error);
          const again =
            hasBegun?.() !== true && !signal.aborted && isApi && (error.statusCode === undefined || error.isRetryable);
          return { again, afterMs: isApi ? retryAfterMs(error.responseHeaders, clock.now()) : null };
        },
        { retries, random, baseMs: retryBaseMs, signal },
      );
    } catch (error) {
      if (signal.aborted && signal.reason !== undefined) throw signal.reason;
      throw this.#failed(error);
    } finally {
      clearTimeout(overall);
      clearTimeout(idle);
    }
  }

  /** Made per call, since the client's own fields are laid over the body that the SDK writes. */
  #model(request: LlmRequest, aliases: AliasTable): Model {
    const { apiKey, model } = this.#options;
    const provider = createOpenAICompatible({
      name: 'llm',
      baseURL: this.#url,
      headers: { ...this.#headers },
      includeUsage: true,
      ...(apiKey === undefined ? {} : { apiKey }),
      transformRequestBody: (body) => {
        const { tools, ...parameters } = request.parameters;
        const { tool_choice: choice } = parameters;
        const listed = toolsOf(request, Array.isArray(tools) ? tools : [], aliases);
        const chosen = choice === undefined ? {} : { tool_choice: underAlias(choice, aliases) };
        return { ...body, ...parameters, ...chosen, ...(listed.length === 0 ? {} : { tools: listed }) };
      },
    });
    return provider.chatModel(model);
  }

  #answer(
    text: string,
    calls: readonly LlmCall[],
    usage: Usage,
    finish: FinishReason | 'error' | 'interrupted',
    model: string | undefined,
  ): LlmAnswer {
    if (finish === 'error' || finish === 'interrupted') throw new Error('the answer did not come to its end');
    return {
      text,
      calls,
      finish,
      usage: { inputTokens: count(usage.inputTokens.total), outputTokens: count(usage.outputTokens.total) },
      model: model ?? this.#options.model,
    };
  }

  #late(limitMs: number): EngineError {
    return new EngineError('IMPERATOR_TIMEOUT', { url: this.#url, limitMs });
  }

  #failed(error: unknown): EngineError {
    if (EngineError.isInstance(error)) return error;
    const status = APICallError.isInstance(error) && error.statusCode !== undefined ? `HTTP ${error.statusCode}: ` : '';
    return new EngineError(
      'IMPERATOR_FAILED',
      { url: this.#url, detail: `${status}${describe(error)}` },
      { cause: error },
    );
  }
}

/** The client's own tools as it wrote them, then those of this house. */
function toolsOf(request: LlmRequest, written: readonly unknown[], aliases: AliasTable): readonly unknown[] {
  const named = new Set(written.map((tool) => (tool as { function?: { name?: unknown } } | null)?.function?.name));
  const added = request.tools.flatMap(({ name, description, parameters }) =>
    named.has(name)
      ? []
      : [
          {
            type: 'function',
            function: { name: aliases.alias(name), ...(description === undefined ? {} : { description }), parameters },
          },
        ],
  );
  return [...written.map((tool) => underAlias(tool, aliases)), ...added];
}

/** A tool, or the choice of one, as the client wrote it, under a name that every LLM server takes. */
function underAlias(written: unknown, aliases: AliasTable): unknown {
  const { function: own } = (written ?? {}) as { readonly function?: { readonly name?: unknown } };
  if (typeof own?.name !== 'string' || aliases.alias(own.name) === own.name) return written;
  return { ...(written as object), function: { ...own, name: aliases.alias(own.name) } };
}

function callOf(part: { toolCallId: string; toolName: string; input: string }, aliases: AliasTable): LlmCall {
  return { id: part.toolCallId, name: aliases.name(part.toolName), arguments: parseArguments(part.input) };
}

function count(tokens: number | undefined): number {
  return tokens !== undefined && Number.isFinite(tokens) && tokens >= 0 ? tokens : 0;
}

/** At most a few hundred characters, one line: an error page of an LLM server can be long. */
function describe(error: unknown): string {
  const text = error instanceof Error || typeof error === 'string' ? messageOf(error) : JSON.stringify(error);
  return (text ?? 'unknown').replaceAll(/\s+/g, ' ').slice(0, 300);
}
