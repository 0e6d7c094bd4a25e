import type { Conversation } from '../../engine/core/conversation.ts';
import { argumentsGiven } from './given.ts';
import { userCode, resultCode, type MiningLog, type Trace } from './mining-log.ts';
import { movesOf, type Move } from './moves.ts';
import type { Run } from './run.ts';
import { rulesFor, StepBook } from './step-book.ts';
import { TaskModel, type Task } from './tasks.ts';
import { topicsOfTalk, topicsOfTools } from './topics.ts';

/** Conversations looked at, and share of the runs that begin with words, before a payload tool is a process after all. */
const mostLookedAt = 5000;
const askingShare = 0.5;
/** Free text in a trace of steps. */
const freeCode = -3;

export interface Topic {
  readonly topic: number;
  /** Names of the tools that it is known by; none for mere talk. */
  readonly tools: readonly string[];
  /** Runs in the whole log. */
  readonly support: number;
  /** Full runs of the sample. */
  readonly runs: readonly Run[];
}

/** Steps and tasks of a log: what single processes are made from. */
export class Discovery {
  readonly book: StepBook;
  readonly #log: MiningLog;
  readonly #model: TaskModel;
  readonly #topicOf: ReadonlyMap<number, number>;
  readonly #home = new Map<number, Map<number, number>>();
  readonly #traces: Trace[];
  readonly #hints: Trace[];

  constructor(log: MiningLog, minimumSupport: number) {
    this.#log = log;
    this.book = new StepBook(log, rulesFor(log, Math.min(3, minimumSupport)));
    const isCall = (step: number): boolean => this.book.steps[step]?.kind === 'call';
    this.#traces = log.traces.map((trace) => trace.map((code) => this.#stepCode(code)));
    this.#hints = log.hints.map((hints) => hints.map((atom) => (atom < 0 ? -1 : this.book.stepOf(atom))));
    this.#topicOf = topicsOfTools(this.#traces, isCall, (one, other) => this.#flow(one, other));
    const talk = topicsOfTalk(this.#traces, isCall, minimumSupport);
    this.#model = new TaskModel(this.#traces, this.#hints, this.#topicOf, talk);
  }

  /** Tasks of a conversation, also of one that was not mined, with the step of each move (-1 for free text). */
  tasksOf(conversation: Conversation): { moves: Move[]; steps: number[]; tasks: Task[] } {
    const moves = movesOf(conversation);
    const steps = this.book.recognise(moves);
    const trace = Int32Array.from(moves, (move, at) => {
      if (move.kind === 'said') return userCode;
      if (move.kind === 'result') return resultCode;
      return (steps[at] as number) >= 0 ? (steps[at] as number) : freeCode;
    });
    const { given } = argumentsGiven(moves);
    const hints = Int32Array.from(moves, (_, at) => {
      const atom = given[at] === undefined ? undefined : this.#log.findTool(given[at]);
      return atom === undefined ? -1 : this.book.stepOf(atom);
    });
    return { moves, steps, tasks: this.#model.split(trace, hints) };
  }

  /** Topics with at least so many runs, and what is in none. */
  topics(isExcluded: (tool: string) => boolean): {
    topics: Topic[];
    left: { conversations: number; replies: number; calls: number };
    excluded: string[];
  } {
    const support = new Map<number, number>();
    const left = { conversations: 0, replies: 0, calls: 0 };
    const excluded = new Set<number>();
    const tools = new Map<number, string[]>();
    for (const [step, topic] of this.#topicOf) {
      const name = this.#toolOf(step);
      tools.set(topic, [...(tools.get(topic) ?? []), name]);
    }
    for (const [topic, names] of tools) if (names.every(isExcluded)) excluded.add(topic);
    for (const topic of this.#askingTopics(excluded)) excluded.delete(topic);
    const kept = new Map<number, Run[]>();
    for (const [index, trace] of this.#traces.entries()) {
      const tasks = this.#model.split(trace, this.#hints[index] as Trace);
      const sample = this.#log.sample.get(index);
      const moves = sample === undefined ? [] : movesOf(sample);
      let explained = 0;
      for (const { topic, moves: positions } of tasks) {
        const steps = positions.filter((at) => (trace[at] as number) >= 0);
        for (const at of positions) {
          const step = trace[at] as number;
          if (topic < 0 || step === freeCode)
            left[this.#topicOf.has(step) ? 'calls' : 'replies'] += step === resultCode ? 0 : 1;
          const homes = this.#home.get(step) ?? new Map<number, number>();
          if (step >= 0) this.#home.set(step, homes.set(topic, (homes.get(topic) ?? 0) + 1));
        }
        if (topic < 0 || excluded.has(topic) || steps.length === 0) continue;
        explained += 1;
        support.set(topic, (support.get(topic) ?? 0) + 1);
        if (sample === undefined) continue;
        const taken = steps.map((at) => ({ key: String(trace[at]), at }));
        const runs = kept.get(topic) ?? [];
        kept.set(topic, runs);
        runs.push({ conversation: sample.id, moves, taken });
      }
      if (explained === 0) left.conversations += 1;
    }
    const topics = [...support].map(([topic, count]) => ({
      topic,
      tools: (tools.get(topic) ?? []).sort(),
      support: count,
      runs: kept.get(topic) ?? [],
    }));
    const named = [...excluded].flatMap((topic) => tools.get(topic) ?? []).sort();
    return { topics: topics.sort((a, b) => b.support - a.support || a.topic - b.topic), left, excluded: named };
  }

  /** Of some topics those whose runs begin with words: a tool that takes content as it stands is called at once. */
  #askingTopics(topics: ReadonlySet<number>): number[] {
    const runs = new Map<number, { all: number; asked: number }>();
    for (const [index, trace] of this.#traces.slice(0, mostLookedAt).entries()) {
      for (const { topic, moves } of this.#model.split(trace, this.#hints[index] as Trace)) {
        if (!topics.has(topic)) continue;
        const held = runs.get(topic) ?? { all: 0, asked: 0 };
        runs.set(topic, held);
        held.all += 1;
        const first = moves.find((at) => (trace[at] as number) >= 0);
        if (first !== undefined && !this.#topicOf.has(trace[first] as number)) held.asked += 1;
      }
    }
    return [...runs].filter(([, { all, asked }]) => asked >= askingShare * all).map(([topic]) => topic);
  }

  /** Share of a step's occurrences that belong to a topic; known once the topics are. */
  homeOf(key: string, topic: number): number {
    const homes = this.#home.get(Number.parseInt(key, 10));
    if (homes === undefined) return 0;
    let all = 0;
    for (const count of homes.values()) all += count;
    return (homes.get(topic) ?? 0) / all;
  }

  isCall(key: string): boolean {
    return this.book.steps[Number.parseInt(key, 10)]?.kind === 'call';
  }

  #flow(one: number, other: number): number {
    const [a, b] = [this.book.steps[one]?.atoms[0], this.book.steps[other]?.atoms[0]];
    return Math.max(this.#log.flows.get(`${a} ${b}`) ?? 0, this.#log.flows.get(`${b} ${a}`) ?? 0);
  }

  #toolOf(step: number): string {
    const atom = this.book.steps[step]?.atoms[0];
    return atom === undefined ? '' : (this.#log.atoms[atom]?.key ?? '');
  }

  #stepCode(code: number): number {
    if (code < 0) return code;
    const step = this.book.stepOf(code);
    return step >= 0 ? step : freeCode;
  }
}
