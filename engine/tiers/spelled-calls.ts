import { innerCallsOf, type InnerCall } from '../core/inner-calls.ts';
import { aliasOf } from '../core/tool-alias.ts';
import type { ToolDefinition } from '../core/tool-definition.ts';
import type { Turn } from '../core/turn.ts';
import type { LlmAnswer, LlmCall } from '../providers/provider.ts';

const tagged = /<tool_call>([\s\S]*?)<\/tool_call>/g;
const fenced = /^```(?:json|tool_call|tool)?[ \t]*\n([\s\S]*?)\n?```$/;

/**
 * The answer with calls that it only spells out made into calls: models without calls of their own write them as JSON.
 * In tags that say so they count wherever they stand. Bare JSON counts where it is the whole answer and the tool can be
 * undone or changes nothing: somebody may have asked how a call would look.
 */
export function withSpelledCalls(answer: LlmAnswer, { tools, message }: Turn): LlmAnswer {
  if (answer.calls.length > 0 || answer.finish === 'length') return answer;
  const blocks = [...answer.text.matchAll(tagged)].map((match) => match[1] ?? '');
  const trimmed = answer.text.trim();
  const whole = blocks.length > 0 ? blocks : [fenced.exec(trimmed)?.[1] ?? trimmed];
  const spelled = whole.map((text) => innerCallsOf(text));
  if (spelled.some((calls) => calls.length === 0)) return answer;
  const calls: LlmCall[] = [];
  for (const call of spelled.flat()) {
    const tool = toolOf(call, tools);
    if (tool === undefined || !isObject(call.arguments)) return answer;
    if (blocks.length === 0 && (tool.blastRadius ?? 'irreversible') === 'irreversible') return answer;
    calls.push({ id: `call_${message.id}_${calls.length}`.slice(0, 64), name: tool.name, arguments: call.arguments });
  }
  const text = blocks.length > 0 ? answer.text.replaceAll(tagged, '').trim() : '';
  return { ...answer, text, calls, finish: 'tool-calls' };
}

function toolOf({ name }: InnerCall, tools: readonly ToolDefinition[]): ToolDefinition | undefined {
  return tools.find((tool) => tool.name === name || aliasOf(tool.name) === name);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
