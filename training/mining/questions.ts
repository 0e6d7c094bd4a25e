import { argumentsGiven } from './given.ts';
import { callAt, type Run } from './run.ts';

export interface Question {
  /** Argument whose value the user gave in answer; null where the answer goes into no call. */
  readonly argument: string | null;
  /** Times that the answer held it, of all times it was asked. */
  readonly answered: number;
  readonly asked: number;
  /** Share of its occurrences that the user answered next. */
  readonly waits: number;
}

const minimumAnswers = 2;
/** Share of the times it is asked that the answer must hold the argument, without and with a question mark. */
const plainShare = 0.4;
const markedShare = 0.2;

/** For each reply step what it asks for: the argument, of a call of the run, that users most often first gave in answer. */
export function questionsOf(runs: readonly Run[]): Map<string, Question> {
  const counts = new Map<string, { asked: number; waits: number; marks: number; arguments: Map<string, number> }>();
  const given = new Map<Run['moves'], ReturnType<typeof argumentsGiven>['asked']>();
  for (const run of runs) {
    const asked = given.get(run.moves) ?? argumentsGiven(run.moves).asked;
    given.set(run.moves, asked);
    const tools = new Set(run.taken.flatMap(({ at }) => callAt(run, at)?.tool ?? []));
    for (const { key, at } of run.taken) {
      const move = run.moves[at];
      if (move?.kind !== 'reply') continue;
      const one = counts.get(key) ?? { asked: 0, waits: 0, marks: 0, arguments: new Map<string, number>() };
      counts.set(key, one);
      one.asked += 1;
      if (run.moves[at + 1]?.kind === 'said') one.waits += 1;
      if (/[?？؟]/.test(move.text)) one.marks += 1;
      const name = asked[at];
      const tool = [...tools].find((tool) => name?.startsWith(`${tool}.`));
      if (name === undefined || tool === undefined) continue;
      // An argument that is a list or an object is filled as a whole.
      const argument = name.slice(tool.length + 1).split('.')[0] as string;
      one.arguments.set(argument, (one.arguments.get(argument) ?? 0) + 1);
    }
  }
  const questions = new Map<string, Question>();
  for (const [key, one] of counts) {
    const [best] = [...one.arguments].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const answered = best?.[1] ?? 0;
    const isMarked = one.marks * 2 >= one.asked;
    const isFilled = answered >= Math.max(minimumAnswers, (isMarked ? markedShare : plainShare) * one.asked);
    const waits = one.waits / one.asked;
    if (waits < 0.5 || (!isFilled && !isMarked)) continue;
    questions.set(key, { argument: isFilled ? (best?.[0] as string) : null, answered, asked: one.asked, waits });
  }
  return questions;
}
