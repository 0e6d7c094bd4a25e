import { destinationKey } from '../../engine/core/destination.ts';
import { textOf } from '../../engine/core/message.ts';
import type { AnsweredTurn } from '../examples/answered-turn.ts';
import { fold } from '../examples/comparable.ts';
import { destinationOf, type PayloadTool } from '../examples/payload-tools.ts';

/** A logged answer as a label, seen from outside. */
export interface TaughtRow {
  readonly message: string;
  readonly text: string;
  /** Who wrote the message; null where the log does not tell people apart. */
  readonly identity: string | null;
  /** What was done, without its values. */
  readonly deed: string;
  /** The message was handed to a tool as it stood. */
  readonly isContent: boolean;
  /** The same for messages that say the same after the same words of the assistant. */
  readonly place: string;
}

export const inWords = 'words';

export function taughtRow(turn: AnsweredTurn, payloadTools: ReadonlyMap<string, PayloadTool>): TaughtRow {
  const { message, history, call } = turn;
  const text = textOf(message);
  const before = history.findLast(({ author }) => author === 'assistant');
  return {
    message: message.id,
    text,
    identity: message.sender === message.author ? null : message.sender,
    deed: call === null ? inWords : deedOf(call, payloadTools),
    isContent: call !== null && payloadTools.has(call.name),
    place: `${fold(text)}\n${before === undefined ? '' : fold(textOf(before))}`,
  };
}

function deedOf(call: NonNullable<AnsweredTurn['call']>, payloadTools: ReadonlyMap<string, PayloadTool>): string {
  const tool = payloadTools.get(call.name);
  const destination = tool === undefined ? null : destinationOf(call, tool);
  return destination === null ? call.name : destinationKey(destination);
}
