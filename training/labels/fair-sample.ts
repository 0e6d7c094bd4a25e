import type { AnsweredTurn } from '../examples/answered-turn.ts';

export interface FairSample {
  /** Whether a turn may judge. */
  readonly isFair: (turn: AnsweredTurn) => boolean;
  /** Messages of users that may. */
  readonly asked: number;
}

/**
 * Turns that judge: those that have a label whatever a tier said of them. Where there are fewer than `enough` of these, they
 * prove less than all that have one: then the hard ones judge too, and the bound errs to the safe side.
 * @param selected ids of messages with a label because a tier passed them up
 * @param known ids of messages that somebody judged who was asked about a random draw
 */
export function fairSample(
  turns: readonly AnsweredTurn[],
  enough: number,
  selected: ReadonlySet<string> = new Set(),
  known: ReadonlySet<string> = new Set(),
): FairSample {
  const asked = turns.filter((turn) => turn.message.author === 'user');
  const isFair = ({ message: { id } }: AnsweredTurn): boolean => !selected.has(id) || known.has(id);
  const fair = asked.filter(isFair).length;
  return fair < enough ? { isFair: () => true, asked: asked.length } : { isFair, asked: fair };
}
