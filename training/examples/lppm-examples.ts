import { hashFraction, sha256 } from '../../engine/core/hash.ts';
import { textOf, toolCallsOf, type Message } from '../../engine/core/message.ts';
import { escalateStep, type LppmExample, type StepAction } from '../../models/lppm/example.ts';
import { dialogueOf } from '../../models/lppm/encoding/dialogue.ts';
import type { AnsweredTurn } from './answered-turn.ts';
import type { PayloadTool } from './payload-tools.ts';

/** A reply said at least this often, word for word, is a step of some process; rarer ones are free text. */
const minimumRepeats = 2;

/** The step that a reply is when nobody named it: the same words (but for case and spaces) are the same step. */
export function replyStep(text: string): string {
  const folded = text.toLowerCase().split(/\s+/).filter(Boolean).join(' ');
  const slug = folded
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 32);
  return `say:${slug}:${sha256(folded).slice(0, 8)}`;
}

export function callStep(tool: string): string {
  return `call:${tool}`;
}

/**
 * What the assistant did next, in the dialogue so far, is the label: a tool call with its values, a reply that recurs,
 * or free words, which go up. Marks of a labelled source win over what can be guessed. Calls that hand content over as it
 * stands are the tree router's business: here they go up.
 */
export function lppmExamples(
  turns: readonly AnsweredTurn[],
  payloadTools: ReadonlyMap<string, PayloadTool>,
): LppmExample[] {
  const repeats = new Map<string, number>();
  for (const { answer, call } of turns) {
    if (call !== null || answer.annotation?.step) continue;
    const step = replyStep(textOf(answer));
    repeats.set(step, (repeats.get(step) ?? 0) + 1);
  }
  const processes = processesOf(turns, payloadTools);
  const stepOf = (message: Message): string | null => message.annotation?.step ?? knownStep(message, repeats);
  return lppmTurns(turns, payloadTools).map((turn) => {
    const labelled = labelOf(turn, payloadTools, repeats);
    const process = turn.answer.annotation?.process ?? processes.get(turn.answer.id) ?? null;
    const input = { turns: dialogueOf([...turn.history, turn.message], stepOf) };
    return { input, process, conversation: turn.conversation, ...labelled };
  });
}

/**
 * The turns that become examples, in their order. Content goes to the tree router before the mapper sees it, and what
 * follows it is all alike: a few such turns teach the mapper to let go of them. At most half as many as there are others,
 * chosen by the hash of their id.
 */
export function lppmTurns(
  turns: readonly AnsweredTurn[],
  payloadTools: ReadonlyMap<string, PayloadTool>,
): AnsweredTurn[] {
  const isPayload = ({ call, message, history }: AnsweredTurn): boolean => {
    const last = message.author === 'tool' ? history.findLast((one) => one.author === 'assistant') : undefined;
    const asked = call ?? (last === undefined ? undefined : toolCallsOf(last)[0]);
    return asked !== undefined && asked !== null && payloadTools.has(asked.name);
  };
  const payloads = turns.filter(isPayload).length;
  const share = (turns.length - payloads) / 2 / Math.max(1, payloads);
  return turns.filter((turn) => !isPayload(turn) || hashFraction(turn.message.id) < share);
}

/** Serving knows only the steps that it learned, so a reply that does not recur has no step here either. */
function knownStep(message: Message, repeats: ReadonlyMap<string, number>): string | null {
  if (message.author !== 'assistant') return null;
  const call = toolCallsOf(message)[0];
  if (call !== undefined) return callStep(call.name);
  const step = replyStep(textOf(message));
  return (repeats.get(step) ?? 0) >= minimumRepeats ? step : null;
}

function labelOf(
  turn: AnsweredTurn,
  payloadTools: ReadonlyMap<string, PayloadTool>,
  repeats: ReadonlyMap<string, number>,
): { step: string; action: StepAction } {
  const { call, answer } = turn;
  const marked = answer.annotation?.step ?? null;
  if (marked === escalateStep) return { step: escalateStep, action: { kind: 'escalate' } };
  if (call !== null) {
    if (payloadTools.has(call.name)) return { step: escalateStep, action: { kind: 'escalate' } };
    const action: StepAction = { kind: 'call', tool: call.name, arguments: call.arguments };
    return { step: callStep(call.name), action };
  }
  const text = textOf(answer);
  if (marked !== null) return { step: marked, action: { kind: 'reply', text } };
  const step = replyStep(text);
  if (text === '' || (repeats.get(step) ?? 0) < minimumRepeats)
    return { step: escalateStep, action: { kind: 'escalate' } };
  return { step, action: { kind: 'reply', text } };
}

/**
 * Nobody named the process: it is called after the tool that the conversation works towards, the next one called at or
 * after the turn, else the last one before it.
 */
function processesOf(
  turns: readonly AnsweredTurn[],
  payloadTools: ReadonlyMap<string, PayloadTool>,
): Map<string, string> {
  const byConversation = new Map<string, AnsweredTurn[]>();
  for (const turn of turns) {
    const group = byConversation.get(turn.conversation) ?? [];
    group.push(turn);
    byConversation.set(turn.conversation, group);
  }
  const processes = new Map<string, string>();
  for (const group of byConversation.values()) {
    const tools = group.map(({ call }) => (call === null || payloadTools.has(call.name) ? null : call.name));
    let ahead: string | null = null;
    const next = tools.map(() => null as string | null);
    for (let index = tools.length - 1; index >= 0; index -= 1) next[index] = ahead = tools[index] ?? ahead;
    let behind: string | null = null;
    for (const [index, turn] of group.entries()) {
      const process = next[index] ?? behind;
      behind = tools[index] ?? behind;
      if (process !== null) processes.set(turn.answer.id, process);
    }
  }
  return processes;
}
