import { toolCallsOf, type Message } from '../../engine/core/message.ts';

/**
 * Which messages belong together, by message id: a message that calls tools and those that bring the results. An LLM
 * server refuses a call without its result, and a result without its call. Where a result does not name its call, as in
 * some logs, it belongs to the call before it.
 */
export function groupsOf(messages: readonly Message[]): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  const callers = new Map<string, string>();
  let latest: string | null = null;
  for (const message of messages) {
    const calls = toolCallsOf(message);
    if (calls.length > 0) {
      for (const call of calls) callers.set(call.id, message.id);
      groups.set(message.id, message.id);
      latest = message.id;
      continue;
    }
    const result = message.parts.find((part) => part.kind === 'tool-result');
    const caller = result === undefined ? null : (callers.get(result.callId) ?? latest);
    if (caller !== null) groups.set(message.id, caller);
    else latest = null;
  }
  return groups;
}
