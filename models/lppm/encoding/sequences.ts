import type { DialogueTurn, LppmExample } from '../example.ts';
import { readTurns } from './turns.ts';

/** A stretch of one conversation, and the examples that its turns answer. */
export interface Sequence {
  readonly turns: readonly DialogueTurn[];
  /** Turns of the conversation in front of these. */
  readonly before: number;
  /** Example by number, and the turn of this stretch that it ends with. */
  readonly answers: readonly { readonly example: number; readonly place: number }[];
}

/**
 * Examples of one conversation hold one another's turns: each turn is then read once, not once for each example behind it.
 * Longer conversations become overlapping stretches of at most `readTurns`; in all but the first, only what stands in
 * the second half is answered, so that every answer has seen at least half a stretch.
 */
export function sequencesOf(examples: readonly Pick<LppmExample, 'input' | 'conversation'>[]): Sequence[] {
  const byConversation = Map.groupBy(examples.keys(), (row) => (examples[row] as LppmExample).conversation);
  const sequences: Sequence[] = [];
  for (const rows of byConversation.values()) {
    const turnsOf = (row: number): readonly DialogueTurn[] => (examples[row] as LppmExample).input.turns;
    let open = rows.filter((row) => turnsOf(row).length > 0).sort((a, b) => turnsOf(b).length - turnsOf(a).length);
    while (open.length > 0) {
      const turns = turnsOf(open[0] as number);
      const own = new Set(open.filter((row) => isStartOf(turnsOf(row), turns)));
      open = open.filter((row) => !own.has(row));
      const answers = [...own]
        .sort((a, b) => a - b)
        .map((example) => ({ example, place: turnsOf(example).length - 1 }));
      sequences.push(...stretches(turns, answers));
    }
  }
  return sequences;
}

function stretches(turns: readonly DialogueTurn[], answers: Sequence['answers']): Sequence[] {
  const found: Sequence[] = [];
  const hop = readTurns / 2;
  for (let start = 0; start === 0 || start + hop < turns.length; start += hop) {
    const from = start === 0 ? 0 : start + hop;
    const own = answers
      .filter(({ place }) => place >= from && place < start + readTurns)
      .map(({ example, place }) => ({ example, place: place - start }));
    if (own.length > 0) found.push({ turns: turns.slice(start, start + readTurns), before: start, answers: own });
  }
  return found;
}

function isStartOf(part: readonly DialogueTurn[], whole: readonly DialogueTurn[]): boolean {
  return part.every((turn, place) => {
    const other = whole[place];
    return (
      turn === other ||
      (other !== undefined && turn.text === other.text && turn.speaker === other.speaker && turn.step === other.step)
    );
  });
}
