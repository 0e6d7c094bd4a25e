import type { Tool } from '../../engine/action/tool.ts';
import { contextFetch } from '../../engine/core/context-fetch.ts';
import { EngineError } from '../../engine/core/errors.ts';
import { textOf, type Message } from '../../engine/core/message.ts';

/** Lines that one call returns unless it asks for fewer, and characters that it returns at most. */
const usualLines = 60;
const mostCharacters = 8000;

/**
 * The tool by which an LLM reads what its context holds back: lines of one message of the conversation that is being
 * held, from a line on, or those that hold all of some words.
 *
 * @param message a stored message by its id; null where there is none
 */
export function fetchTool(message: (id: string) => Promise<Message | null>): Tool {
  return {
    definition: {
      name: contextFetch,
      description:
        'Reads data of this conversation that was held back from the context, by its id. Returns numbered lines: from a line on, or those that hold all words of a query.',
      blastRadius: 'read',
      parameters: {
        type: 'object',
        properties: {
          id: { type: 'string', minLength: 1, maxLength: 256 },
          from: { type: 'integer', minimum: 1, default: 1, description: 'first line' },
          lines: { type: 'integer', minimum: 1, maximum: 1000, default: usualLines },
          query: {
            type: 'string',
            minLength: 1,
            maxLength: 200,
            description: 'only lines that hold all of these words',
          },
        },
        required: ['id'],
        additionalProperties: false,
      },
    },
    async handler(given, { conversation }) {
      const id = given['id'] as string;
      const found = await message(id);
      if (found === null || found.conversation !== conversation) {
        throw new EngineError('NOT_FOUND', { what: 'message', name: id, hint: 'take an id from what was held back' });
      }
      return linesOf(textOf(found), {
        from: (given['from'] ?? 1) as number,
        lines: (given['lines'] ?? usualLines) as number,
        query: (given['query'] ?? '') as string,
      });
    },
  };
}

function linesOf(
  text: string,
  wanted: { readonly from: number; readonly lines: number; readonly query: string },
): string {
  const all = text.split('\n');
  const words = wanted.query.toLowerCase().split(/\s+/).filter(Boolean);
  const holds = (line: string): boolean => words.every((word) => line.toLowerCase().includes(word));
  const fitting = all
    .map((line, at) => ({ line, number: at + 1 }))
    .filter(({ line, number }) => number >= wanted.from && holds(line));
  const shown: string[] = [];
  let characters = 0;
  for (const { line, number } of fitting.slice(0, wanted.lines)) {
    const numbered = `${number}: ${line}`;
    if (characters + numbered.length > mostCharacters) {
      if (shown.length === 0) shown.push(`${numbered.slice(0, mostCharacters)} ...`);
      break;
    }
    characters += numbered.length + 1;
    shown.push(numbered);
  }
  const rest = fitting.length - shown.length;
  const next = fitting[shown.length]?.number;
  const more = rest > 0 ? `\n(${rest} more of ${all.length} lines; go on from line ${next})` : '';
  return shown.length === 0 ? `none of the ${all.length} lines from ${wanted.from} on` : shown.join('\n') + more;
}
