import { argumentsGiven } from './given.ts';
import { callAt, type Run } from './run.ts';
import { wordsOf } from './scalars.ts';

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
const namedShare = 0.3;
/** Part of the share of the best question for the same argument that another must reach. */
const rivalShare = 0.42;

interface Counts {
  asked: number;
  waits: number;
  marks: number;
  /** One of its texts. */
  readonly text: string;
  readonly arguments: Map<string, number>;
}

/** For each reply step what it asks for: the argument, of a call of the run, that users most often first gave in answer. */
export function questionsOf(runs: readonly Run[]): Map<string, Question> {
  const counts = new Map<string, Counts>();
  const given = new Map<Run['moves'], ReturnType<typeof argumentsGiven>['asked']>();
  for (const run of runs) {
    const asked = given.get(run.moves) ?? argumentsGiven(run.moves).asked;
    given.set(run.moves, asked);
    const tools = new Set(run.taken.flatMap(({ at }) => callAt(run, at)?.tool ?? []));
    for (const { key, at } of run.taken) {
      const move = run.moves[at];
      if (move?.kind !== 'reply') continue;
      const one = counts.get(key) ?? {
        asked: 0,
        waits: 0,
        marks: 0,
        text: move.text,
        arguments: new Map<string, number>(),
      };
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
  nameByWords(runs, counts);
  const best = new Map<string, number>();
  for (const one of counts.values()) {
    const [top] = [...one.arguments].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    if (top !== undefined) best.set(top[0], Math.max(best.get(top[0]) ?? 0, top[1] / one.asked));
  }
  const questions = new Map<string, Question>();
  for (const [key, one] of counts) {
    // Whoever greets is now and then given a value; the question for it is another step.
    const own = [...one.arguments].filter(([name, times]) => times >= rivalShare * (best.get(name) ?? 0) * one.asked);
    const [most] = own.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const answered = most?.[1] ?? 0;
    const isMarked = one.marks * 2 >= one.asked;
    const isFilled = answered >= Math.max(minimumAnswers, (isMarked ? markedShare : plainShare) * one.asked);
    const waits = one.waits / one.asked;
    if (waits < 0.5 || (!isFilled && !isMarked)) continue;
    questions.set(key, { argument: isFilled ? (most?.[0] as string) : null, answered, asked: one.asked, waits });
  }
  return questions;
}

/**
 * A question that names an argument asks for it, also where the answers word the value in a way of their own (half past
 * ten): the name counts as much as answers to a part of the times it was asked.
 */
function nameByWords(runs: readonly Run[], counts: ReadonlyMap<string, Counts>): void {
  const names = new Set<string>();
  for (const run of runs) {
    for (const { at } of run.taken) for (const name of Object.keys(callAt(run, at)?.arguments ?? {})) names.add(name);
  }
  for (const [key, one] of counts) {
    if (one.marks * 2 < one.asked) continue;
    const words = new Set(wordsOf(one.text));
    for (const name of [...names].sort()) {
      const parts = wordsOf(name.replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2').replaceAll('_', ' '));
      if (parts.length === 0 || !parts.every((part) => words.has(part)) || !isBefore(runs, key, name)) continue;
      one.arguments.set(name, (one.arguments.get(name) ?? 0) + namedShare * one.asked);
    }
  }
}

/** Whether the calls that take an argument mostly come after a step: what was done already is no question. */
function isBefore(runs: readonly Run[], key: string, name: string): boolean {
  let before = 0;
  let after = 0;
  for (const run of runs) {
    const step = run.taken.findIndex((one) => one.key === key);
    const call = run.taken.findIndex(({ at }) => callAt(run, at)?.arguments[name] !== undefined);
    if (step < 0 || call < 0) continue;
    if (step < call) before += 1;
    else after += 1;
  }
  return before > 2 * after;
}
