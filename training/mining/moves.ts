import type { Conversation } from '../../engine/core/conversation.ts';
import { textOf, type Message } from '../../engine/core/message.ts';

/** One thing that happened in a conversation; a message with words and calls makes several. */
export type Move =
  | { readonly kind: 'said'; readonly message: string; readonly text: string }
  | { readonly kind: 'reply'; readonly message: string; readonly text: string }
  | {
      readonly kind: 'call';
      readonly message: string;
      readonly id: string;
      readonly tool: string;
      readonly arguments: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: 'result';
      readonly message: string;
      readonly callId: string;
      /** Parsed where it is JSON, the text itself else. */
      readonly value: unknown;
    };

/** What was said and done, in order; system prompts and empty texts are left out. */
export function movesOf(conversation: Conversation): Move[] {
  return conversation.messages.flatMap(movesOfMessage);
}

function movesOfMessage(message: Message): Move[] {
  const { author, id } = message;
  if (author === 'system') return [];
  if (author === 'user') return [{ kind: 'said', message: id, text: textOf(message) }];
  const moves: Move[] = [];
  for (const part of message.parts) {
    if (part.kind === 'tool-call') {
      moves.push({ kind: 'call', message: id, id: part.id, tool: part.name, arguments: part.arguments });
    } else if (part.kind === 'tool-result') {
      moves.push({ kind: 'result', message: id, callId: part.callId, value: parsed(part.text) });
    } else if (
      author === 'assistant' &&
      part.kind === 'text' &&
      part.provenance === 'model' &&
      part.text.trim() !== ''
    ) {
      moves.push({ kind: 'reply', message: id, text: part.text });
    }
  }
  return moves;
}

function parsed(text: string): unknown {
  if (!/^\s*[[{"\d-]|^\s*(true|false|null)\s*$/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
