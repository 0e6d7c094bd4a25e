import type { Candidate } from '../../engine/core/candidate-source.ts';
import { textOf, toolCallsOf, type Message } from '../../engine/core/message.ts';
import { roughTokens, type CountTokens } from '../text/tokenizer.ts';

export { roughTokens, type CountTokens };

/** A message of the conversation as a piece that may go into the context; tool calls are written out. */
export function candidateOf(message: Message, countTokens: CountTokens = roughTokens): Candidate {
  const calls = toolCallsOf(message).map((call) => `${call.name} ${JSON.stringify(call.arguments)}`);
  const text = [textOf(message), ...calls].filter(Boolean).join('\n');
  const kind = message.author === 'tool' ? 'tool-result' : 'turn';
  return { id: message.id, text, kind, speaker: message.sender, time: message.time, tokens: countTokens(text) };
}
