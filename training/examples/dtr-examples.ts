import { destinationKey } from '../../engine/core/destination.ts';
import { textOf } from '../../engine/core/message.ts';
import type { DtrExample } from '../../models/dtr/example.ts';
import type { AnsweredTurn } from './answered-turn.ts';
import { destinationOf, type PayloadTool } from './payload-tools.ts';

/** A destination seen less often than this is more likely a slip than a kind of content. */
const minimumSupport = 3;

/**
 * What the assistant did with a message labels it: handed over as it stood to a tool, it was content and the call names
 * its destination; answered in any other way, it was prose. A message of another agent counts like a user's.
 */
export function dtrExamples(
  turns: readonly AnsweredTurn[],
  payloadTools: ReadonlyMap<string, PayloadTool>,
): DtrExample[] {
  const examples: DtrExample[] = [];
  for (const turn of turns) {
    if (turn.message.author !== 'user') continue;
    examples.push(exampleOf(turn, payloadTools));
  }
  const support = new Map<string, number>();
  for (const { destination } of examples) {
    if (destination === null) continue;
    const key = destinationKey(destination);
    support.set(key, (support.get(key) ?? 0) + 1);
  }
  return examples.filter(
    ({ destination }) => destination === null || (support.get(destinationKey(destination)) ?? 0) >= minimumSupport,
  );
}

function exampleOf(turn: AnsweredTurn, payloadTools: ReadonlyMap<string, PayloadTool>): DtrExample {
  const text = textOf(turn.message);
  const prose: DtrExample = {
    text,
    class: 'prose',
    subtype: null,
    destination: null,
    payload: null,
    source: turn.role,
  };
  const tool = turn.call === null ? undefined : payloadTools.get(turn.call.name);
  if (turn.call === null || tool === undefined) return prose;
  const destination = destinationOf(turn.call, tool);
  const payload = turn.call.arguments[tool.argument];
  if (destination === null || typeof payload !== 'string') return prose;
  return { ...prose, class: tool.content, destination, payload };
}
