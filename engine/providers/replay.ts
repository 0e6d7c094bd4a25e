import type { Conversation } from '../core/conversation.ts';
import type { Delta } from '../core/delta.ts';
import { EngineError } from '../core/errors.ts';
import { textOf, toolCallsOf, type Message } from '../core/message.ts';
import type { LlmAnswer, LlmRequest, Provider } from './provider.ts';
import { TextIndex } from './text-index.ts';

/**
 * Cosine under which two messages do not count as the same question. Chosen by hand and cautious: about three of four
 * weighted words must be shared. A missed recording costs an error that says so; a wrong one is believed.
 */
export const replayFloor = 0.75;

interface Recording {
  readonly conversation: string;
  readonly reply: Message;
}

/**
 * Answers from recorded conversations: what was answered to the same message, else to the most similar one above a
 * floor. It says so in `source`, and refuses where nothing is near: a wrong recording is worse than none.
 */
export class ReplayProvider implements Provider {
  readonly name = 'replay';
  readonly #index: TextIndex;
  readonly #recordings: readonly Recording[];
  readonly #floor: number;

  constructor(conversations: Iterable<Conversation>, options: { readonly floor?: number } = {}) {
    const recordings: Recording[] = [];
    const texts: string[] = [];
    for (const conversation of conversations) {
      for (const [index, reply] of conversation.messages.entries()) {
        const asked = conversation.messages[index - 1];
        if (reply.author !== 'assistant' || asked === undefined || asked.author === 'assistant') continue;
        recordings.push({ conversation: conversation.id, reply });
        texts.push(keyOf(asked));
      }
    }
    this.#recordings = recordings;
    this.#index = new TextIndex(texts);
    this.#floor = options.floor ?? replayFloor;
  }

  complete(request: LlmRequest): Promise<LlmAnswer> {
    const asked = request.messages.findLast((message) => message.author === 'user' || message.author === 'tool');
    const offered = new Set(request.tools.map((tool) => tool.name));
    const found = asked === undefined ? null : this.#index.nearest(keyOf(asked), (row) => this.#fits(row, offered));
    if (asked === undefined || found === null || found.similarity < this.#floor) {
      return Promise.reject(new EngineError('REPLAY_MISS', { message: asked?.id ?? 'unknown' }));
    }
    const { conversation, reply } = this.#recordings[found.row] as Recording;
    const calls = toolCallsOf(reply).map(({ id, name, arguments: given }) => ({ id, name, arguments: given }));
    const how = found.similarity >= 1 ? 'the same message' : `a similar message (${found.similarity.toFixed(2)})`;
    return Promise.resolve({
      text: textOf(reply),
      calls,
      usage: { inputTokens: 0, outputTokens: 0 },
      finish: calls.length > 0 ? 'tool-calls' : 'stop',
      model: 'replay',
      source: `replayed: recorded in conversation ${conversation} for ${how}`,
    });
  }

  async stream(request: LlmRequest, onDelta: (delta: Delta) => void): Promise<LlmAnswer> {
    const answer = await this.complete(request);
    if (answer.text !== '') onDelta({ kind: 'text', text: answer.text });
    for (const call of answer.calls) onDelta({ kind: 'tool-call', ...call });
    return answer;
  }

  /** A recorded call of a tool that is not offered now is no answer. */
  #fits(row: number, offered: ReadonlySet<string>): boolean {
    const reply = this.#recordings[row]?.reply;
    return reply !== undefined && toolCallsOf(reply).every((call) => offered.has(call.name));
  }
}

/** The author belongs to the key: the result of a tool is answered differently from the same words of a person. */
function keyOf(message: Message): string {
  return `${message.author === 'tool' ? 'tool-result ' : ''}${textOf(message)}`;
}
