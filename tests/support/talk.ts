import type { Conversation } from '../../engine/core/conversation.ts';
import type { Message, Part, Provenance } from '../../engine/core/message.ts';
import type { ToolDefinition } from '../../engine/core/tool-definition.ts';

/** A line of a written conversation: who says what, or which tool is called with what. */
export type Line =
  | readonly ['user' | 'agent' | 'assistant' | 'tool', string]
  | readonly ['call', string, Readonly<Record<string, unknown>>];

const authors = { user: 'user', agent: 'user', assistant: 'assistant', tool: 'tool' } as const;
const provenances: Readonly<Record<string, Provenance>> = {
  user: 'caller',
  agent: 'agent',
  assistant: 'model',
  tool: 'tool',
};

/** A conversation written down line by line, one second between messages. */
export function talk(id: string, lines: readonly Line[], tools: readonly ToolDefinition[] = []): Conversation {
  const messages = lines.map((line, index): Message => {
    const [who] = line;
    const author = who === 'call' ? 'assistant' : authors[who];
    return {
      id: `${id}-${index}`,
      conversation: id,
      author,
      sender: who === 'call' ? 'assistant' : who,
      recipient: 'desk',
      time: index * 1000,
      parts: [partOf(line, index)],
    };
  });
  return { id, role: 'desk', split: null, tools, messages };
}

function partOf(line: Line, index: number): Part {
  if (line[0] === 'call') {
    return { kind: 'tool-call', id: `call-${index}`, name: line[1], arguments: line[2], provenance: 'model' };
  }
  const provenance = provenances[line[0]] ?? 'caller';
  if (line[0] === 'tool') return { kind: 'tool-result', callId: '', text: line[1], provenance };
  return { kind: 'text', text: line[1], provenance };
}
