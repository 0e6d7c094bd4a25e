import { userCode, type Trace } from './mining-log.ts';

/** A stretch of a conversation that works on one topic, or on none (-1). */
export interface Task {
  readonly topic: number;
  /** Positions of the assistant's moves in the trace. */
  readonly moves: number[];
}

/** What a topic is known by: how often each step was taken in it. */
interface Topic {
  readonly steps: Map<number, number>;
  total: number;
}

/** Costs in nats. A change of topic is paid at a user's move; in the midst of the assistant's moves it is dearer. */
const changeCost = 4;
const hastyCost = 3;
/** A tool that is foreign to a topic: a slip of the teacher costs less than two changes, more than one. */
const foreignCost = 6;
/** The user just gave a value for the tool of another topic. */
const hintCost = 2.5;
/** Weight of the whole log's habits in those of a topic, in moves. */
const prior = 5;
const rounds = 4;
/** Topics tried for one conversation: those of its tools, and those that its steps speak for. */
const mostTopics = 12;
/** Share of a step's occurrences in one topic that makes it a sign of the topic. */
const signShare = 0.5;

const none = -1;

/**
 * Splits conversations into tasks: a hidden Markov model over topics, found by Viterbi training (Juang and Rabiner, "The
 * segmental k-means algorithm", 1990). A topic begins as one tool, or one set of tools that are used together; topics
 * without a tool are found among what is left.
 */
export class TaskModel {
  readonly #topics: Topic[] = [];
  /** Topic of each call step. */
  readonly #topicOf: ReadonlyMap<number, number>;
  readonly #background = new Map<number, number>();
  #moves = 0;
  readonly #signs = new Map<number, number[]>();

  /**
   * `traces` hold steps (at least 0), free text (-2 and below), and users (`userCode`); `hints` beside them the call step
   * that the user just gave a value for, -1 where none.
   */
  constructor(
    traces: readonly Trace[],
    hints: readonly Trace[],
    topicOf: ReadonlyMap<number, number>,
    extra: readonly (readonly number[])[] = [],
  ) {
    this.#topicOf = topicOf;
    const count = Math.max(-1, ...topicOf.values()) + 1;
    for (let topic = 0; topic < count + extra.length; topic += 1) this.#topics.push({ steps: new Map(), total: 0 });
    for (const trace of traces) {
      for (const step of trace) if (step >= 0) this.#background.set(step, (this.#background.get(step) ?? 0) + 1);
    }
    for (const total of this.#background.values()) this.#moves += total;
    for (const trace of traces) {
      const topics = new Set<number>();
      for (const step of trace) topics.add(topicOf.get(step) ?? none);
      topics.delete(none);
      if (topics.size !== 1) continue;
      const [topic] = topics;
      for (const step of trace) if (step >= 0) this.#count(topic as number, step);
    }
    for (const [index, steps] of extra.entries()) {
      for (const step of steps) for (let times = 0; times < prior; times += 1) this.#count(count + index, step);
    }
    for (let round = 0; round < rounds; round += 1) {
      this.#findSigns();
      const tasks = traces.map((trace, index) => this.split(trace, hints[index] as Trace));
      for (const topic of this.#topics) {
        topic.steps.clear();
        topic.total = 0;
      }
      for (const [index, trace] of traces.entries()) {
        for (const { topic, moves } of tasks[index] as Task[]) {
          if (topic === none) continue;
          for (const at of moves) if ((trace[at] as number) >= 0) this.#count(topic, trace[at] as number);
        }
      }
    }
    this.#findSigns();
  }

  get topics(): number {
    return this.#topics.length;
  }

  /** Tasks of a conversation in the order of their first moves; one that was interrupted and taken up again is one task. */
  split(trace: Trace, hints: Trace): Task[] {
    const path = this.#path(trace, hints, this.#candidates(trace));
    const tasks: Task[] = [];
    const open = new Map<number, { task: Task; hasCalled: boolean }>();
    let last: number | null = null;
    for (const [at, topic] of path.entries()) {
      const step = trace[at] as number;
      if (topic === null || step === userCode) continue;
      let held = open.get(topic);
      const isCall = this.#topicOf.has(step);
      // A topic that comes back after its call is a new task, before it the old one goes on.
      if (held === undefined || (last !== topic && held.hasCalled)) {
        held = { task: { topic, moves: [] }, hasCalled: false };
        open.set(topic, held);
        tasks.push(held.task);
      }
      held.task.moves.push(at);
      held.hasCalled ||= isCall;
      last = topic;
    }
    return tasks;
  }

  #count(topic: number, step: number): void {
    const held = this.#topics[topic] as Topic;
    held.steps.set(step, (held.steps.get(step) ?? 0) + 1);
    held.total += 1;
  }

  #findSigns(): void {
    this.#signs.clear();
    for (const [topic, { steps }] of this.#topics.entries()) {
      for (const [step, times] of steps) {
        if (times < signShare * (this.#background.get(step) ?? 0)) continue;
        const topics = this.#signs.get(step) ?? [];
        topics.push(topic);
        this.#signs.set(step, topics);
      }
    }
  }

  #candidates(trace: Trace): number[] {
    const votes = new Map<number, number>();
    for (const step of trace) {
      const own = this.#topicOf.get(step);
      if (own !== undefined) votes.set(own, (votes.get(own) ?? 0) + 1);
      for (const topic of this.#signs.get(step) ?? []) votes.set(topic, (votes.get(topic) ?? 0) + 1);
    }
    const sorted = [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    return sorted.slice(0, mostTopics).map(([topic]) => topic);
  }

  #cost(topic: number, step: number): number {
    const background = ((this.#background.get(step) ?? 0) + 0.5) / (this.#moves + 1);
    const own = this.#topicOf.get(step);
    if (topic === none) return own === undefined ? -Math.log(background) : foreignCost + 2;
    const { steps, total } = this.#topics[topic] as Topic;
    if (own !== undefined && own !== topic) return foreignCost;
    return -Math.log(((steps.get(step) ?? 0) + prior * background) / (total + prior));
  }

  /** Topic of each move; null for users and where nothing speaks for any. */
  #path(trace: Trace, hints: Trace, candidates: readonly number[]): (number | null)[] {
    const states = [...candidates, none];
    let costs: number[] = states.map((state) => (state === none ? 1 : 0));
    const back: Int8Array[] = [];
    let afterUser = true;
    for (const [at, step] of trace.entries()) {
      if (step === userCode) {
        afterUser = true;
        back.push(new Int8Array(0));
        continue;
      }
      let best = 0;
      for (let index = 1; index < states.length; index += 1) {
        if ((costs[index] as number) < (costs[best] as number)) best = index;
      }
      const change = (costs[best] as number) + changeCost + (afterUser ? 0 : hastyCost);
      const from = new Int8Array(states.length);
      const hinted = this.#topicOf.get(hints[at] ?? -1);
      costs = states.map((state, index) => {
        const stays = (costs[index] as number) <= change;
        from[index] = stays ? index : best;
        const foreign = hinted !== undefined && hinted !== state ? hintCost : 0;
        return (stays ? (costs[index] as number) : change) + foreign + (step >= 0 ? this.#cost(state, step) : 0);
      });
      back.push(from);
      afterUser = false;
    }
    let state = costs.indexOf(Math.min(...costs));
    const path: (number | null)[] = Array.from(trace, () => null);
    for (let at = trace.length - 1; at >= 0; at -= 1) {
      const from = back[at] as Int8Array;
      if (from.length === 0) continue;
      path[at] = states[state] as number;
      state = from[state] as number;
    }
    return path;
  }
}
