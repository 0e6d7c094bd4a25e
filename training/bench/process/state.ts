import type { LppmPrediction } from '../../../models/lppm/prediction.ts';
import { tokenize } from '../../../models/text/ngrams.ts';
import type { ProcessExample } from './data.ts';

/** Words of an answer that says nothing without what was asked before it. */
const shortAnswer = 4;

interface JudgedState {
  readonly example: ProcessExample;
  readonly prediction: LppmPrediction;
  readonly correct: boolean;
}

/**
 * State, measured where the user spoke last, in conversations that run through several processes: how often the mapper
 * stays in the process that runs, and how often it follows the user into another one. Short answers: of all
 * conversations, how often the next step is right after a few words. Null where no conversation has two processes.
 */
export function stateFigures(rows: readonly JudgedState[]) {
  const processes = new Map<string, Set<string>>();
  for (const { example } of rows) {
    const own = processes.get(example.conversation) ?? new Set<string>();
    if (example.process !== null) own.add(example.process);
    processes.set(example.conversation, own);
  }
  const running: boolean[] = [];
  const changed: boolean[] = [];
  const short: boolean[] = [];
  const before = new Map<string, string>();
  for (const { example, prediction, correct } of rows) {
    const { process, conversation, input } = example;
    const last = input.turns.at(-1);
    const previous = before.get(conversation);
    if (process !== null) before.set(conversation, process);
    if (last?.speaker !== 'user') continue;
    if (input.turns.length > 1 && tokenize(last.text, shortAnswer + 1).length <= shortAnswer) short.push(correct);
    if (process === null || previous === undefined || (processes.get(conversation)?.size ?? 0) < 2) continue;
    (process === previous ? running : changed).push(prediction.process === process);
  }
  if (changed.length === 0) return null;
  return { running: shareOf(running), changed: shareOf(changed), shortAnswers: shareOf(short) };
}

function shareOf(rows: readonly boolean[]): { n: number; right: number } {
  return { n: rows.length, right: rows.filter(Boolean).length / Math.max(1, rows.length) };
}
