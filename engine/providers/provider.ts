import type { Delta } from '../core/delta.ts';
import type { FinishReason } from '../core/decision.ts';
import type { Message } from '../core/message.ts';
import type { ToolDefinition } from '../core/tool-definition.ts';

export interface LlmRequest {
  /** The whole prompt, oldest first. */
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  /** Fields of the client's request (temperature, response_format, tools as the client wrote them, ...), unchanged. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

export interface LlmCall {
  readonly id: string;
  /** Canonical name. */
  readonly name: string;
  /** Arguments that were no JSON object stand word for word under `_raw`. */
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface LlmAnswer {
  readonly text: string;
  readonly calls: readonly LlmCall[];
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
  readonly finish: FinishReason;
  /** Who answered: the model's name at its endpoint, or which recording was replayed. */
  readonly model: string;
  /** Set where the answer was not thought up for this message, and says where it came from. */
  readonly source?: string;
}

/** An LLM back end. */
export interface Provider {
  readonly name: string;
  /** @throws IMPERATOR_FAILED, IMPERATOR_TIMEOUT, REPLAY_MISS, and the signal's reason where it was aborted */
  complete(request: LlmRequest): Promise<LlmAnswer>;
  /**
   * The same answer, handed over while it grows. It resolves only for an answer that came to its end; a stream that is
   * cut throws, whatever was handed over before.
   */
  stream(request: LlmRequest, onDelta: (delta: Delta) => void): Promise<LlmAnswer>;
}

/** The name under which arguments stand that were no JSON object. */
export const rawArguments = '_raw';

/** Arguments as an LLM wrote them. */
export function parseArguments(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch {
    // Kept word for word: whoever checks the arguments will say what is wrong with them.
  }
  return { [rawArguments]: text };
}

/** The same arguments as text again. */
export function writeArguments(given: Readonly<Record<string, unknown>>): string {
  const raw = given[rawArguments];
  return typeof raw === 'string' && Object.keys(given).length === 1 ? raw : JSON.stringify(given);
}
