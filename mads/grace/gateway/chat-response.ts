import type { FinishReason, Usage } from '../../../engine/core/decision.ts';
import type { ToolCallPart } from '../../../engine/core/message.ts';
import { toolCallsOf, type Message } from '../../../engine/core/message.ts';
import { writeArguments } from '../../../engine/providers/provider.ts';

/** What all pieces of one answer have in common. */
export interface AnswerHead {
  readonly id: string;
  /** Seconds since 1970-01-01 UTC. */
  readonly created: number;
  readonly model: string;
}

export function completion(head: AnswerHead, reply: Message, finish: FinishReason, usage: Usage): object {
  const calls = toolCallsOf(reply);
  const text = replyText(reply);
  const message = {
    role: 'assistant',
    content: calls.length > 0 && text === '' ? null : text,
    refusal: null,
    ...(calls.length === 0 ? {} : { tool_calls: calls.map((call) => toolCall(call)) }),
  };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finishReason(finish) }];
  return { ...head, object: 'chat.completion', choices, usage: usageOf(usage) };
}

export function chunk(head: AnswerHead, delta: object, finish: FinishReason | null = null): object {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish === null ? null : finishReason(finish) }];
  return { ...head, object: 'chat.completion.chunk', choices };
}

export function usageChunk(head: AnswerHead, usage: Usage): object {
  return { ...head, object: 'chat.completion.chunk', choices: [], usage: usageOf(usage) };
}

export function toolCall(call: Pick<ToolCallPart, 'id' | 'name' | 'arguments'>): object {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: writeArguments(call.arguments) } };
}

export function replyText(reply: Message): string {
  return reply.parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('');
}

function finishReason(finish: FinishReason): string {
  if (finish === 'tool-calls') return 'tool_calls';
  if (finish === 'content-filter') return 'content_filter';
  return finish === 'length' ? 'length' : 'stop';
}

function usageOf({ inputTokens, outputTokens }: Usage): object {
  return { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens };
}
