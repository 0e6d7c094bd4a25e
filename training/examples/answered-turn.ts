import type { Conversation } from '../../engine/core/conversation.ts';
import { contextFetch } from '../../engine/core/context-fetch.ts';
import { toolCallsOf, type Message, type Part, type ToolCallPart } from '../../engine/core/message.ts';
import type { ToolDefinition } from '../../engine/core/tool-definition.ts';

/** A message that asked for something, what stood before it, and what the assistant did next: the raw material of labels. */
export interface AnsweredTurn {
  readonly conversation: string;
  readonly role: string;
  readonly tools: readonly ToolDefinition[];
  /** Earlier messages, oldest first. */
  readonly history: readonly Message[];
  readonly message: Message;
  readonly answer: Message;
  /** The only tool call of the answer; null for words, and for several calls at once, which no cheap tier proposes. */
  readonly call: ToolCallPart | null;
}

export interface AnsweredTurnOptions {
  /** Also turns in which a tool's result was answered. */
  readonly afterResults: boolean;
}

/** Every message of a user or agent (and, if wanted, every tool result) that the assistant answered at once. */
export function answeredTurns(
  conversations: readonly Conversation[],
  options: AnsweredTurnOptions = { afterResults: false },
): AnsweredTurn[] {
  const turns: AnsweredTurn[] = [];
  for (const { id, role, tools, messages: all } of conversations) {
    const messages = withoutFetching(all);
    for (const [index, message] of messages.entries()) {
      const answer = messages[index + 1];
      if (answer?.author !== 'assistant') continue;
      if (message.author !== 'user' && !(options.afterResults && message.author === 'tool')) continue;
      const calls = toolCallsOf(answer);
      const call = calls.length === 1 ? (calls[0] ?? null) : null;
      turns.push({ conversation: id, role, tools, history: messages.slice(0, index), message, answer, call });
    }
  }
  return turns;
}

/** Reading what the context held back is a way to an answer, not the answer: no tier should learn to do it. */
function withoutFetching(messages: readonly Message[]): readonly Message[] {
  const fetches = new Set<string>();
  for (const message of messages) {
    for (const call of toolCallsOf(message)) if (call.name === contextFetch) fetches.add(call.id);
  }
  if (fetches.size === 0) return messages;
  return messages.filter(({ parts }) => {
    const isFetch = (part: Part): boolean =>
      (part.kind === 'tool-call' && fetches.has(part.id)) || (part.kind === 'tool-result' && fetches.has(part.callId));
    return !parts.some(isFetch);
  });
}
