import { textOf } from '../../engine/core/message.ts';
import type { AnsweredTurn } from '../examples/answered-turn.ts';

/** Characters from which a message counts as long. */
const long = 200;

/** Kinds that a message belongs to, by which a candidate is judged one by one: what was done, where, by whom, how written. */
export function slicesOf(turn: AnsweredTurn): string[] {
  const text = textOf(turn.message);
  const { sender, author } = turn.message;
  return [
    turn.call === null ? 'answered in words' : `call of ${turn.call.name}`,
    turn.history.some((message) => message.author === author) ? 'within a dialogue' : 'first message',
    text.length >= long ? 'long' : 'short',
    ...(/[^\p{ASCII}]/u.test(text) ? ['not plain ASCII'] : []),
    ...(sender === author ? [] : [`from ${sender}`]),
  ];
}

/** By message id, for `GateOptions.slices`. */
export function slicesByMessage(turns: readonly AnsweredTurn[]): (message: string) => readonly string[] {
  const known = new Map(turns.map((turn) => [turn.message.id, slicesOf(turn)]));
  return (message) => known.get(message) ?? [];
}
