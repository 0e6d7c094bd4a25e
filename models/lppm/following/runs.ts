import { escalateStep, type LppmExample } from '../example.ts';

/** A step that was taken in a run. */
export interface Move {
  readonly step: string;
  readonly kind: 'reply' | 'call';
  /** It tells what a tool said: nobody spoke since. */
  readonly isAfterResult: boolean;
}

/** A stretch of one conversation in which one process was worked on. */
export type Run = readonly Move[];

/** Runs of each process. Rows of a conversation must stand in their order; free words are no moves. */
export function runsOf(examples: readonly LppmExample[]): Map<string, Run[]> {
  const runs = new Map<string, Move[][]>();
  let run: Move[] = [];
  let place: string | null = null;
  for (const { input, process, step, action, conversation } of examples) {
    if (process === null || step === escalateStep || action.kind === 'escalate') continue;
    const here = JSON.stringify([conversation, process]);
    if (here !== place) {
      place = here;
      run = [];
      const own = runs.get(process) ?? [];
      own.push(run);
      runs.set(process, own);
    }
    run.push({ step, kind: action.kind, isAfterResult: input.turns.at(-1)?.speaker === 'result' });
  }
  return runs;
}

/** A step that few runs hold is a slip, or the choice of one agent. */
const least = { runs: 3, share: 0.1 } as const;
/** Shares of a step's occurrences: on its side of the calls at least, and straight after a result at most. */
const usual = { side: 0.6, afterResult: 0.3 } as const;

/** Steps of a process by their place beside its calls, each list sorted by name. */
export interface Phases {
  /** Replies that gather what the process needs: they come before its first call. */
  readonly gathering: readonly string[];
  /** Replies that take leave: they come after its last call, and do not tell its result. */
  readonly closing: readonly string[];
}

interface Held {
  all: number;
  before: number;
  after: number;
  afterResult: number;
  runs: number;
  last: number;
}

/** Which replies gather and which take leave. Shares from .06 to .13 of the runs differ little on a week of logs. */
export function phasesOf(runs: readonly Run[]): Phases {
  const counts = new Map<string, Held>();
  for (const [number, run] of runs.entries()) {
    const first = run.findIndex(({ kind }) => kind === 'call');
    const last = run.findLastIndex(({ kind }) => kind === 'call');
    for (const [place, { step, kind, isAfterResult }] of run.entries()) {
      if (kind === 'call') continue;
      const held = counts.get(step) ?? { all: 0, before: 0, after: 0, afterResult: 0, runs: 0, last: -1 };
      held.all += 1;
      if (first < 0 || place < first) held.before += 1;
      if (first >= 0 && place > last) held.after += 1;
      if (isAfterResult) held.afterResult += 1;
      if (held.last !== number) held.runs += 1;
      held.last = number;
      counts.set(step, held);
    }
  }
  const enough = Math.max(least.runs, least.share * runs.length);
  const stepsWith = (side: 'before' | 'after'): string[] =>
    [...counts]
      .filter(([, held]) => held.runs >= enough && held[side] >= usual.side * held.all)
      .filter(([, held]) => held.afterResult <= usual.afterResult * held.all)
      .map(([step]) => step)
      .sort();
  return { gathering: stepsWith('before'), closing: stepsWith('after') };
}
