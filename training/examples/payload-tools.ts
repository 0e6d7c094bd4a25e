import type { Destination } from '../../engine/core/destination.ts';
import { textOf, type Message, type ToolCallPart } from '../../engine/core/message.ts';
import type { ToolDefinition } from '../../engine/core/tool-definition.ts';
import type { ContentClass } from '../../models/dtr/example.ts';
import type { AnsweredTurn } from './answered-turn.ts';

/** A tool that takes what it is given as it stands: the messages that go to it are content, not requests. */
export interface PayloadTool {
  readonly name: string;
  /** Argument that takes the payload. */
  readonly argument: string;
  /** What its content is: to execute, or to carry and store. */
  readonly content: Exclude<ContentClass, 'prose'>;
}

/** A tool is one that takes payloads when most of its calls copy most of a message and only choose among few constants. */
const minimumCalls = 3;
const minimumCopies = 0.6;
const minimumShare = 0.5;
/** Where more of the copies than this answer what the assistant had asked, they are values of a process, not content. */
const maximumAnswers = 0.8;
/** More constants than this, or than a tenth of the calls, are values somebody gave, not kinds of content. */
const maximumConstants = 40;

const storing = /(^|[^a-z])(store|save|keep|file|files|archive|upload|attach|ingest|put|record)([^a-z]|$)/i;

interface PayloadCall {
  readonly call: ToolCallPart;
  readonly text: string;
  /** The message answers a question of the assistant. */
  readonly isAnswer: boolean;
  readonly definition: ToolDefinition | undefined;
}

/** Finds the payload tools of a log by how their calls relate to the messages that led to them. */
export function findPayloadTools(turns: readonly AnsweredTurn[]): Map<string, PayloadTool> {
  const byTool = new Map<string, PayloadCall[]>();
  for (const { call, message, tools, history } of turns) {
    if (call === null || message.author !== 'user') continue;
    const rows = byTool.get(call.name) ?? [];
    const definition = tools.find((tool) => tool.name === call.name);
    rows.push({ call, text: textOf(message), isAnswer: endsAsking(history), definition });
    byTool.set(call.name, rows);
  }
  const found = new Map<string, PayloadTool>();
  for (const [name, rows] of byTool) {
    const argument = payloadArgument(rows);
    if (argument === null) continue;
    const description = rows.find((row) => row.definition?.description !== undefined)?.definition?.description ?? '';
    const content = storing.test(`${name.replace(/([a-z])([A-Z])/g, '$1 $2')} ${description}`)
      ? 'fixed'
      : 'deterministic';
    found.set(name, { name, argument, content });
  }
  return found;
}

function payloadArgument(rows: readonly PayloadCall[]): string | null {
  if (rows.length < minimumCalls) return null;
  const names = new Set(rows.flatMap((row) => Object.keys(row.call.arguments)));
  for (const name of names) {
    const copies = rows.filter((row) => copiedPayload(row.text, row.call.arguments[name]) !== null);
    if (copies.length < minimumCopies * rows.length) continue;
    if (copies.filter(({ isAnswer }) => isAnswer).length > maximumAnswers * copies.length) continue;
    const others = [...names].filter((other) => other !== name);
    const few = others.every((other) => {
      const values = new Set(rows.map((row) => JSON.stringify(row.call.arguments[other] ?? null)));
      return values.size <= Math.min(maximumConstants, Math.max(2, rows.length / 3));
    });
    if (few) return name;
  }
  return null;
}

/** The assistant asked back what a user had said; "Anything else?" after a deed opens the door to everything. */
function endsAsking(history: readonly Message[]): boolean {
  const [before, last] = history.slice(-2);
  return before?.author === 'user' && last?.author === 'assistant' && textOf(last).trimEnd().endsWith('?');
}

/** The argument's text where it is a copy of most of the message, null else. */
function copiedPayload(text: string, value: unknown): string | null {
  if (typeof value !== 'string' || value.trim() === '') return null;
  const payload = value.trim();
  return text.includes(payload) && payload.length >= minimumShare * text.trim().length ? payload : null;
}

/** Where a call sent the content of a message; null where the call is no payload call, or its payload is not in the text. */
export function destinationOf(call: ToolCallPart, tool: PayloadTool): Destination | null {
  const constants: Record<string, string> = {};
  for (const [key, value] of Object.entries(call.arguments)) {
    if (key === tool.argument) continue;
    if (typeof value !== 'string') return null;
    constants[key] = value;
  }
  return { tool: tool.name, argument: tool.argument, constants };
}
