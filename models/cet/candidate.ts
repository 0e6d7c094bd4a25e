import type { Candidate } from '../../engine/core/candidate-source.ts';
import { textOf, toolCallsOf, type Message } from '../../engine/core/message.ts';

/** Tokens of a text, whole and at least 0. The count of the LLM's own tokenizer where one is at hand. */
export type CountTokens = (text: string) => number;

/** Words x 1.3, rounded up: within about a tenth of what common tokenizers give for English prose. */
export const roughTokens: CountTokens = (text) => {
  let words = 0;
  for (const word of text.split(/\s+/)) if (word !== '') words += 1;
  return Math.ceil(words * 1.3);
};

/** A message of the conversation as a piece that may go into the context; tool calls are written out. */
export function candidateOf(message: Message, countTokens: CountTokens = roughTokens): Candidate {
  const calls = toolCallsOf(message).map((call) => `${call.name} ${JSON.stringify(call.arguments)}`);
  const text = [textOf(message), ...calls].filter(Boolean).join('\n');
  const kind = message.author === 'tool' ? 'tool-result' : 'turn';
  return { id: message.id, text, kind, speaker: message.sender, time: message.time, tokens: countTokens(text) };
}
