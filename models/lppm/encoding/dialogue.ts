import { textOf, type Message } from '../../../engine/core/message.ts';
import type { DialogueTurn } from '../example.ts';

/**
 * Messages of a conversation as the process mapper reads them. A message with several parts may become several turns;
 * system messages are left out. `stepOf` says which step of a process a message of the agent was, null where unknown.
 */
export function dialogueOf(messages: readonly Message[], stepOf: (message: Message) => string | null): DialogueTurn[] {
  const turns: DialogueTurn[] = [];
  for (const message of messages) {
    if (message.author === 'system') continue;
    const text = textOf(message);
    if (message.author === 'user') {
      turns.push({ speaker: 'user', text, step: null, values: null, time: message.time });
    } else if (message.author === 'tool') {
      turns.push({ speaker: 'result', text, step: null, values: fieldsOf(text) });
    } else {
      const step = stepOf(message);
      const calls = message.parts.filter((part) => part.kind === 'tool-call');
      if (text !== '') turns.push({ speaker: 'agent', text, step: calls.length === 0 ? step : null, values: null });
      for (const call of calls) turns.push({ speaker: 'action', text: call.name, step, values: call.arguments });
    }
  }
  return turns;
}

/** Longer results are read as text alone. Characters. */
const readResult = 100_000;

/** A tool result that is one JSON object, as its fields; null for anything else. */
export function fieldsOf(text: string): Readonly<Record<string, unknown>> | null {
  if (text.length > readResult || !/^\s*\{/.test(text)) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) return null;
    return parsed as Record<string, unknown>;
  } catch {
    return null;
  }
}
