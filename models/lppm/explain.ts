import type { DialogueTurn, LppmInput } from './example.ts';
import { moveOf } from './encoding/encode.ts';

/** What a decision rests on: how much less likely the chosen step is without it. Negative: it spoke against. */
export interface Influence {
  readonly what: string;
  /** Change of the step's probability, in [-1, 1]. */
  readonly weight: number;
}

/** A dialogue with one thing left out. */
export interface Variant {
  readonly what: string;
  readonly input: LppmInput;
}

/** Words and earlier turns that are tried one by one. */
const mostWords = 24;
const mostTurns = 12;

/** The dialogue without each word of its last turn, without each earlier turn, and without any history. */
export function variantsOf(input: LppmInput): Variant[] {
  const last = input.turns.at(-1);
  if (last === undefined) return [];
  const before = input.turns.slice(0, -1);
  const variants: Variant[] = [];
  if (last.speaker === 'user') {
    const words = last.text.slice(0, 2000).split(/\s+/).filter(Boolean);
    words.slice(0, mostWords).forEach((word, place) => {
      const text = words.toSpliced(place, 1).join(' ');
      variants.push({ what: `word "${word}"`, input: { turns: [...before, { ...last, text }] } });
    });
  }
  for (let place = before.length - 1; place >= Math.max(0, before.length - mostTurns); place -= 1) {
    const turn = before[place] as DialogueTurn;
    variants.push({ what: nameOf(turn), input: { turns: [...before.toSpliced(place, 1), last] } });
  }
  if (before.length > 0) variants.push({ what: 'all that was said before', input: { turns: [last] } });
  return variants;
}

function nameOf(turn: DialogueTurn): string {
  if (turn.speaker === 'user') return `earlier "${turn.text.slice(0, 60)}"`;
  if (turn.speaker === 'result') return `result ${JSON.stringify(turn.values ?? turn.text).slice(0, 80)}`;
  return turn.speaker === 'action' ? moveOf(turn) : `step ${turn.step ?? `"${turn.text.slice(0, 60)}"`}`;
}
