import type { Conversation } from '../../engine/core/conversation.ts';
import type { Message } from '../../engine/core/message.ts';

/**
 * A conversation as one record of the `openai-chat` format, for files that people can look at and import. Text, tool
 * calls and results, names, times, ids and tools come back unchanged when it is read again.
 */
export function chatRecord({ id, role, split, tools, messages }: Conversation): object {
  return {
    id,
    role,
    ...(split === null ? {} : { split }),
    messages: messages.map(chatMessage),
    tools: tools.map(({ name, description, parameters, blastRadius }) => ({
      type: 'function',
      function: { name, description, parameters, blastRadius },
    })),
  };
}

function chatMessage(message: Message): object {
  const { id, author, sender, time, parts } = message;
  const texts = parts.flatMap((part) => (part.kind === 'text' || part.kind === 'tool-result' ? [part.text] : []));
  const calls = parts.flatMap((part) =>
    part.kind === 'tool-call'
      ? [{ id: part.id, type: 'function', function: { name: part.name, arguments: JSON.stringify(part.arguments) } }]
      : [],
  );
  const result = parts.find((part) => part.kind === 'tool-result');
  return {
    id,
    role: author,
    ...(author === 'user' && sender !== 'user' ? { name: sender } : {}),
    content: texts.length === 0 ? null : texts.join('\n'),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(result === undefined ? {} : { tool_call_id: result.callId }),
    time: new Date(time).toISOString(),
  };
}
