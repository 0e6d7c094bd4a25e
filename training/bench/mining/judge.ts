import type { Conversation } from '../../../engine/core/conversation.ts';
import { escalateStep } from '../../../models/lppm/example.ts';
import { conformanceOf } from '../../mining/conformance.ts';
import { walkOf } from '../../mining/evidence.ts';
import type { MinedLog } from '../../mining/mine.ts';
import { callAt, resultOf, saidBefore, type Run } from '../../mining/run.ts';
import { scalarsOf, valueKey, wordsOf } from '../../mining/scalars.ts';
import { variantOf } from '../../mining/variants.ts';
import { groupingScore, setScore } from './scores.ts';
import { querySteps, type TrueProcess, type Truth } from './truth.ts';

/** Words of a defined step and of a mined one that must be the same (Jaccard) where no label names the mined one. */
const sameWords = 0.6;

/** Conversations that were not mined, with the steps and tasks that the mined log knows them by. */
export class JudgedLog {
  readonly #mined: MinedLog;
  readonly #truth: Truth;
  readonly #read: {
    conversation: Conversation;
    steps: number[];
    topics: (number | null)[];
    runs: Map<number, Run[]>;
  }[];

  constructor(mined: MinedLog, conversations: readonly Conversation[], truth: Truth) {
    this.#mined = mined;
    this.#truth = truth;
    this.#read = conversations.map((conversation) => {
      const { moves, steps, tasks } = mined.discovery.tasksOf(conversation);
      const topics = moves.map((): number | null => null);
      const runs = new Map<number, Run[]>();
      for (const { topic, moves: positions } of tasks) {
        for (const at of positions) topics[at] = topic;
        const taken = positions
          .filter((at) => (steps[at] as number) >= 0)
          .map((at) => ({ key: String(steps[at]), at }));
        const own = runs.get(topic) ?? [];
        runs.set(topic, own);
        own.push({ conversation: conversation.id, moves, taken });
      }
      return { conversation, steps, topics, runs };
    });
  }

  /** Agreement of steps over replies and calls that follow a script, and what was made of words that do not. */
  steps(): Record<string, unknown> {
    const truth: string[] = [];
    const found: (string | null)[] = [];
    let free = 0;
    let taken = 0;
    for (const { conversation, steps } of this.#read) {
      for (const [at, label] of this.#labels(conversation).entries()) {
        if (label?.step === undefined || label.step === null) continue;
        const step = steps[at] as number;
        if (label.step === escalateStep) {
          free += 1;
          if (step >= 0) taken += 1;
          continue;
        }
        truth.push(label.step === querySteps ? `${querySteps} ${label.process}` : label.step);
        found.push(step < 0 ? null : String(step));
      }
    }
    return { ...groupingScore(truth, found), ...(free === 0 ? {} : { freeTakenAsStep: taken / free }) };
  }

  tasks(): Record<string, unknown> {
    const truth: string[] = [];
    const found: (string | null)[] = [];
    for (const { conversation, topics } of this.#read) {
      for (const [at, label] of this.#labels(conversation).entries()) {
        if (typeof label?.process !== 'string') continue;
        truth.push(label.process);
        const topic = topics[at] ?? null;
        found.push(topic === null ? null : String(topic));
      }
    }
    return { ...groupingScore(truth, found) };
  }

  /** Fitness and precision of each process on runs it was not mined from, weighted by their number. */
  conformance(): Record<string, number> {
    let all = 0;
    let fitness = 0;
    let precision = 0;
    for (const [index, { topic, findings }] of this.#mined.found.entries()) {
      const place = new Map(findings.graph.steps.map(({ key }, at) => [key, at]));
      const walk = walkOf(findings, this.#mined.mining.processes[index]?.steps ?? []);
      const runs = this.#runsOf(topic).map((run) => this.keysOf(index, run).flatMap((key) => place.get(key) ?? []));
      const kept = runs.filter((run) => run.length > 0);
      const score = conformanceOf(kept, walk);
      all += kept.length;
      fitness += kept.length * score.fitness;
      precision += kept.length * score.precision;
    }
    return { runs: all, fitness: fitness / Math.max(1, all), precision: precision / Math.max(1, all) };
  }

  /** Share of the arguments of the calls whose value can be had from where the mined process takes it. */
  reproduced(): Record<string, number> {
    let n = 0;
    let right = 0;
    for (const [index, { topic, findings }] of this.#mined.found.entries()) {
      for (const run of this.#runsOf(topic)) {
        const keys = this.keysOf(index, run);
        for (const [position, { at }] of run.taken.entries()) {
          const call = callAt(run, at);
          if (call === undefined) continue;
          const said = valueKey(saidBefore(run, at).join(' '));
          for (const [argument, value] of Object.entries(call.arguments)) {
            const own = findings.origins.find((one) => one.step === keys[position] && one.argument === argument);
            n += 1;
            if (own === undefined) continue;
            const { origin } = own;
            if (origin.from === 'constant') right += JSON.stringify(origin.value) === JSON.stringify(value) ? 1 : 0;
            else if (origin.from === 'prose')
              right += scalarsOf(value).some((one) => said.includes(valueKey(one.value))) ? 1 : 0;
            else {
              const earlier = run.taken.findLast((one, before) => one.at < at && keys[before] === origin.step);
              const result = earlier === undefined ? [] : scalarsOf(resultOf(run, earlier.at));
              const held = result.find(({ path }) => path === origin.path)?.value;
              right += held !== undefined && valueKey(held) === valueKey(value) ? 1 : 0;
            }
          }
        }
      }
    }
    return { n, share: right / Math.max(1, n) };
  }

  /** For each mined process (by its place) the labels of its keys: majority of true steps, else the words of the definition. */
  labelsOf(index: number, definition: TrueProcess | undefined): Map<string, string> {
    const { topic, findings } = this.#mined.found[index] as MinedLog['found'][number];
    const votes = new Map<string, Map<string, number>>();
    for (const { conversation, steps, topics } of this.#read) {
      for (const [at, label] of this.#labels(conversation).entries()) {
        if (topics[at] !== topic || typeof label?.step !== 'string' || label.step === escalateStep) continue;
        const row = votes.get(String(steps[at])) ?? new Map<string, number>();
        votes.set(String(steps[at]), row.set(label.step, (row.get(label.step) ?? 0) + 1));
      }
    }
    const labels = new Map<string, string>();
    for (const { key, isCall } of findings.graph.steps) {
      const [best] = [...(votes.get(key) ?? [])].sort((a, b) => b[1] - a[1]);
      const text = findings.texts.get(key)?.text ?? '';
      labels.set(key, isCall ? querySteps : (best?.[0] ?? namedBy(text, definition) ?? `unlabelled ${key}`));
    }
    return labels;
  }

  /** True process that most moves of a topic belong to. */
  processOf(topic: number): string | null {
    const votes = new Map<string, number>();
    for (const { conversation, topics } of this.#read) {
      for (const [at, label] of this.#labels(conversation).entries()) {
        if (topics[at] === topic && typeof label?.process === 'string')
          votes.set(label.process, (votes.get(label.process) ?? 0) + 1);
      }
    }
    return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
  }

  /** Keys of a run's steps, with the argument that makes a call another deed. */
  keysOf(index: number, run: Run): string[] {
    const { findings } = this.#mined.found[index] as MinedLog['found'][number];
    return run.taken.map(({ key, at }) => {
      const call = callAt(run, at);
      if (call === undefined) return key;
      const variants = findings.graph.steps.filter((step) => step.key.startsWith(`${key} `));
      const fits = variants.find((step) => {
        const variant = variantOf(step.key);
        return variant !== null && JSON.stringify(call.arguments[variant.name]) === JSON.stringify(variant.value);
      });
      return fits?.key ?? key;
    });
  }

  #runsOf(topic: number): Run[] {
    return this.#read.flatMap(({ runs }) => runs.get(topic) ?? []);
  }

  #labels(conversation: Conversation): readonly ({ process: string | null; step: string | null } | undefined)[] {
    return this.#truth.get(conversation.id) ?? [];
  }
}

/** Step of a definition whose words are those of a text; undefined where none is near. */
function namedBy(text: string, definition: TrueProcess | undefined): string | undefined {
  const bare = (words: string): Set<string> => new Set(wordsOf(words.replace(/\{[^}]*\}/g, ' ')));
  const mine = bare(text);
  let best: string | undefined;
  let most = sameWords;
  for (const [step, words] of Object.entries(definition?.replies ?? {})) {
    const theirs = bare(words);
    const both = [...mine].filter((word) => theirs.has(word)).length;
    const alike = both / Math.max(1, mine.size + theirs.size - both);
    if (alike >= most) [best, most] = [step, alike];
  }
  return best;
}

/** Edges, arguments and slots of all mined processes against their definitions. */
export function definitionScores(
  mined: MinedLog,
  judged: JudgedLog,
  definitions: readonly TrueProcess[],
): Record<string, unknown> {
  const edges = { right: 0, found: 0, wanted: 0, seen: 0 };
  const next = { n: 0, right: 0 };
  const modal = { n: 0, right: 0 };
  const origins = { n: 0, right: 0, slots: 0 };
  const slots = { right: 0, found: 0, wanted: 0, asked: 0, closed: 0 };
  const met = new Set<string>();
  for (const [index, { topic, findings }] of mined.found.entries()) {
    const definition = definitions.find(({ name }) => name === judged.processOf(topic));
    if (definition === undefined || met.has(definition.name)) continue;
    met.add(definition.name);
    const labels = judged.labelsOf(index, definition);
    const of = (key: string): string => labels.get(key) ?? key;
    const sources = new Set([...definition.edges].map((edge) => edge.split('\0')[0] as string));
    const own = new Set(findings.graph.edges.map(({ from, to }) => `${of(from)}\0${of(to)}`));
    const counted = [...own].filter((edge) => {
      const [from, to] = edge.split('\0') as [string, string];
      return from !== to && sources.has(from);
    });
    const present = new Set(labels.values());
    edges.right += counted.filter((edge) => definition.edges.has(edge)).length;
    edges.found += counted.length;
    edges.wanted += definition.edges.size;
    edges.seen += [...definition.edges].filter((edge) => edge.split('\0').every((node) => present.has(node))).length;
    const order = findings.graph.steps.map(({ key }) => key);
    for (const edge of definition.edges) {
      const [from, to] = edge.split('\0') as [string, string];
      const key = order.find((one) => of(one) === from);
      if (from === querySteps || key === undefined) continue;
      const way = findings.graph.edges.find((one) => one.from === key && order.indexOf(one.to) > order.indexOf(key));
      next.n += 1;
      if (way !== undefined && of(way.to) === to) next.right += 1;
      modal.n += 1;
      if (of(modalNext(findings.runs, key)) === to) modal.right += 1;
    }
    const process = mined.mining.processes[index]?.process;
    const names = new Set(
      findings.origins
        .filter(({ calls, count }) => count >= 2 && count >= 0.02 * calls)
        .map(({ argument }) => argument),
    );
    for (const { argument, origin, count } of findings.origins) {
      const wanted = definition.arguments.get(argument);
      if (wanted === undefined || count < 2) continue;
      origins.n += 1;
      origins.right += (origin.from === 'prose' ? 'slot' : origin.from) === wanted ? 1 : 0;
      origins.slots += wanted === 'slot' ? 1 : 0;
    }
    const wanted = [...definition.arguments].flatMap(([name, kind]) => (kind === 'slot' ? [name] : []));
    const held = (process?.slots ?? []).filter(({ name }) => names.has(name));
    const right = held.filter(({ name }) => wanted.includes(name));
    slots.right += right.length;
    slots.found += held.length;
    slots.wanted += wanted.length;
    slots.asked += right.filter(({ question }) => question !== undefined).length;
    slots.closed += right.filter(
      ({ name, schema }) => Array.isArray(schema['enum']) === definition.closed.has(name),
    ).length;
  }
  return {
    processes: { found: met.size, wanted: definitions.length },
    ...(edges.wanted === 0
      ? {}
      : {
          edges: setScore(edges.right, edges.found, edges.wanted),
          edgesBetweenSeenSteps: setScore(edges.right, edges.found, edges.seen),
          successor: {
            n: next.n,
            accuracy: next.right / Math.max(1, next.n),
            modalNext: modal.right / Math.max(1, modal.n),
          },
        }),
    origins: {
      n: origins.n,
      accuracy: origins.right / Math.max(1, origins.n),
      allSlots: origins.slots / Math.max(1, origins.n),
    },
    slots: {
      ...setScore(slots.right, slots.found, slots.wanted),
      withQuestion: slots.asked / Math.max(1, slots.right),
      openOrClosedRight: slots.closed / Math.max(1, slots.right),
    },
  };
}

/** What most often comes right after a step: the floor of every estimate of order. */
function modalNext(runs: readonly Run[], key: string): string {
  const counts = new Map<string, number>();
  for (const { taken } of runs) {
    for (const [at, one] of taken.entries()) {
      const next = taken[at + 1]?.key;
      if (one.key === key && next !== undefined && next !== key) counts.set(next, (counts.get(next) ?? 0) + 1);
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}
