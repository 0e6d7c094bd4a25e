import type { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { toolCallsOf, type Message, type Part } from '../core/message.ts';
import type { AliasTable } from '../core/tool-alias.ts';
import { rawArguments } from './provider.ts';

type Model = ReturnType<ReturnType<typeof createOpenAICompatible>['chatModel']>;
export type Prompt = Parameters<Model['doGenerate']>[0]['prompt'];
type PromptMessage = Prompt[number];
type UserContent = Extract<PromptMessage, { role: 'user' }>['content'];
type ToolContent = Extract<PromptMessage, { role: 'tool' }>['content'];

/** Our messages in the AI SDK's words. */
export function promptOf(messages: readonly Message[], aliases: AliasTable): Prompt {
  const called = new Map<string, string>();
  for (const message of messages) for (const call of toolCallsOf(message)) called.set(call.id, call.name);
  return messages.map((message): PromptMessage => {
    const { author, parts } = message;
    if (author === 'system') return { role: 'system', content: plain(parts) };
    if (author === 'user') return { role: 'user', content: parts.map(userPart) };
    if (author === 'assistant') {
      const text = plain(parts);
      const calls = toolCallsOf(message).map((call) => ({
        type: 'tool-call' as const,
        toolCallId: call.id,
        toolName: aliases.alias(call.name),
        input: onlyRaw(call.arguments) ?? call.arguments,
      }));
      return { role: 'assistant', content: [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...calls] };
    }
    const content: ToolContent = parts.flatMap((part) =>
      part.kind === 'tool-result'
        ? [
            {
              type: 'tool-result' as const,
              toolCallId: part.callId,
              toolName: aliases.alias(called.get(part.callId) ?? 'unknown'),
              output: { type: 'text' as const, value: part.text },
            },
          ]
        : [],
    );
    return { role: 'tool', content };
  });
}

function onlyRaw(given: Readonly<Record<string, unknown>>): unknown {
  return Object.keys(given).length === 1 ? given[rawArguments] : undefined;
}

function plain(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.kind === 'text' || part.kind === 'data' ? [part.text] : [])).join('\n');
}

function userPart(part: Part): UserContent[number] {
  if (part.kind === 'image') {
    return { type: 'file', mediaType: 'image/*', data: { type: 'url', url: new URL(part.url) } };
  }
  return { type: 'text', text: part.kind === 'tool-call' ? JSON.stringify(part.arguments) : part.text };
}
