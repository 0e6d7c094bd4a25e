import type { DecisionDetail, LoggedDecision } from '../../../datasets/log/reader.ts';
import type { Conversation } from '../../../engine/core/conversation.ts';
import { textOf, toolCallsOf } from '../../../engine/core/message.ts';
import type { ToolDefinition } from '../../../engine/core/tool-definition.ts';

/** A decision with all that a person needs to judge it, and to say what would have been right. */
export interface Explanation extends DecisionDetail {
  /** Tools that could have been called: those offered in the conversation, then those that the role called lately. */
  readonly tools: readonly Pick<ToolDefinition, 'name' | 'description' | 'parameters'>[];
  /** Beginnings of the messages around it, by id, so that a choice of context can be read. */
  readonly texts: Readonly<Record<string, { readonly author: string; readonly text: string }>>;
}

export interface ExplanationSources {
  conversation(id: string): Promise<Conversation | null>;
  decisions(filter: {
    readonly role: string;
    readonly settled: true;
    readonly limit: number;
  }): Promise<readonly LoggedDecision[]>;
}

/** Decisions that are looked through for tools, and characters kept of a message around. */
const lately = 300;
const longestText = 240;

export async function explanationOf(detail: DecisionDetail, sources: ExplanationSources): Promise<Explanation> {
  const { conversation: id, role } = detail.decision;
  const [conversation, recent] = await Promise.all([
    sources.conversation(id),
    sources.decisions({ role, settled: true, limit: lately }),
  ]);
  const tools = new Map<string, Explanation['tools'][number]>();
  for (const tool of conversation?.tools ?? []) tools.set(tool.name, tool);
  for (const { outcome } of [...detail.visits, ...recent]) {
    if (outcome?.kind !== 'tool-call' || tools.has(outcome.name)) continue;
    const properties = Object.fromEntries(Object.keys(outcome.arguments).map((key) => [key, {}]));
    tools.set(outcome.name, { name: outcome.name, parameters: { type: 'object', properties } });
  }
  const texts: Record<string, { author: string; text: string }> = {};
  for (const message of conversation?.messages ?? []) {
    const calls = toolCallsOf(message).map((call) => `${call.name}(${JSON.stringify(call.arguments)})`);
    const text = [textOf(message), ...calls].filter((part) => part !== '').join('\n');
    texts[message.id] = { author: message.author, text: text.slice(0, longestText) };
  }
  return { ...detail, tools: [...tools.values()], texts };
}
