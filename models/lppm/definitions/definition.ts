import { seededRandom, shuffle } from '../../../engine/core/random.ts';
import { hashText, tokenize } from '../../text/ngrams.ts';
import type { DefinedProcess } from './defined-process.ts';
import { escalateStep, type LppmInput } from '../example.ts';
import { markersOf } from '../encoding/markers.ts';
import { Ranker } from '../values/ranker.ts';

/** A dialogue in a defined process, and the step that was taken. */
export interface DefinedExample {
  readonly input: LppmInput;
  readonly process: DefinedProcess;
  readonly step: string;
}

/** Step that calls the process's tool, under whatever name a definition has for it. */
export const callStepName = 'query';
const answers = new Set(['yes', 'no', 'available', 'unavailable', 'success', 'failure']);
const epochs = 3;

/**
 * Follows a process from its definition alone: learned on other processes, it knows how scripts are followed (what
 * comes after "yes", after a failed call, when the user takes leave), never what this one says.
 */
export class DefinitionFollower {
  readonly ranker: Ranker;

  constructor(ranker: Ranker = new Ranker()) {
    this.ranker = ranker;
  }

  static learn(examples: readonly DefinedExample[], seed: number): DefinitionFollower {
    const ranker = new Ranker();
    const random = seededRandom(seed);
    const order = [...examples];
    for (let epoch = 0; epoch < epochs; epoch += 1) {
      for (const example of shuffle(order, random)) {
        const steps = stepsOf(example.process);
        const right = steps.indexOf(example.step);
        if (right >= 0) ranker.learn(featuresOf(example.input, example.process, steps), right);
      }
    }
    ranker.settle();
    return new DefinitionFollower(ranker);
  }

  /** Steps of the process by probability, most likely first. */
  follow(input: LppmInput, process: DefinedProcess): { readonly step: string; readonly confidence: number }[] {
    const steps = stepsOf(process);
    const shares = this.ranker.shares(featuresOf(input, process, steps));
    return steps
      .map((step, item) => ({ step, confidence: shares[item] as number }))
      .sort((a, b) => b.confidence - a.confidence);
  }
}

/** What may be done in the process: its replies, its call, and leaving the script. */
function stepsOf(process: DefinedProcess): string[] {
  const steps = new Set<string>();
  for (const step of Object.keys(process.replies)) if (!answers.has(step)) steps.add(canonical(step));
  return [...steps, ...(steps.has(callStepName) ? [] : [callStepName]), escalateStep];
}

function canonical(step: string): string {
  return step.startsWith(callStepName) ? callStepName : step;
}

interface State {
  readonly last: string;
  readonly before: string;
  readonly done: ReadonlyMap<string, number>;
  readonly speaker: string;
  readonly markers: readonly string[];
  readonly words: ReadonlySet<string>;
  readonly resultWords: readonly string[];
  readonly calls: number;
}

function stateOf({ turns }: LppmInput): State {
  const moves: string[] = [];
  const done = new Map<string, number>();
  let calls = 0;
  for (const { speaker, step } of turns) {
    if (speaker === 'action') calls += 1;
    const move = speaker === 'action' ? callStepName : speaker === 'agent' && step !== null ? canonical(step) : null;
    if (move === null) continue;
    moves.push(move);
    done.set(move, (done.get(move) ?? 0) + 1);
  }
  const scripted = moves.filter((move) => move !== escalateStep);
  const turn = turns.at(-1);
  const text = turn?.speaker === 'user' ? turn.text : '';
  const result = turn?.speaker === 'result' ? Object.entries(turn.values ?? {}) : [];
  const messages = result.flatMap(([field, value]) => [
    field,
    ...(typeof value === 'string' ? tokenize(value, 16) : []),
  ]);
  return {
    last: scripted.at(-1) ?? 'none',
    before: moves.at(-1) ?? 'none',
    done,
    speaker: turn?.speaker ?? 'none',
    markers: text === '' ? [] : markersOf(text),
    words: new Set(tokenize(text, 64)),
    resultWords: turn?.speaker === 'result' && result.length === 0 ? ['empty'] : messages.slice(0, 24),
    calls: Math.min(calls, 2),
  };
}

/** Per step: how it stands to the last one in the graph, its name's words, and both crossed with the state. */
function featuresOf(input: LppmInput, process: DefinedProcess, steps: readonly string[]): number[][] {
  const state = stateOf(input);
  const next = (step: string | undefined): string => (step === undefined ? '' : canonical(process.graph[step] ?? ''));
  const successor = next(state.last) || next(`${callStepName}_book`) || next(`${callStepName}_check`);
  const reached = new Set(Object.values(process.graph).map(canonical));
  const starts = new Set(
    Object.keys(process.graph).filter((step) => !reached.has(canonical(step)) && !answers.has(step)),
  );
  const path = happyPath(process, [...starts][0]);
  const at = path.indexOf(state.last);
  const asksLeft = Math.min(3, path.filter((step) => /_ask_|^ask_/.test(step) && !state.done.has(step)).length);
  const lastWords = state.last.split('_').slice(-4);
  return steps.map((step) => {
    const relations: string[] = [];
    if (step === successor) relations.push('next');
    if (step === next(successor)) relations.push('after-next');
    if (step === state.last) relations.push('same');
    for (const answer of answers) if (next(answer) === step) relations.push(`on ${answer}`);
    if (starts.has(step)) relations.push('start');
    const own = path.indexOf(step);
    if (own >= 0) relations.push(`path ${Math.max(-3, Math.min(4, own - at))}`);
    const isFirstOpen =
      own >= 0 && path.slice(0, own).every((earlier) => state.done.has(earlier)) && !state.done.has(step);
    if (isFirstOpen) relations.push('first open');
    relations.push(`done ${Math.min(2, state.done.get(step) ?? 0)}`);
    const names = step.split('_');
    const features: string[] = [`step ${general(step)}`];
    const reply = tokenize(process.replies[step] ?? '', 40);
    const overlap = reply.filter((word) => word.length > 3 && state.words.has(word)).length;
    if (overlap > 0) relations.push(`overlap ${Math.min(2, overlap)}`);
    for (const relation of relations) {
      features.push(`r ${relation}`, `r ${relation} ${state.speaker}`, `r ${relation} ${general(state.last)}`);
      features.push(`r ${relation} c${state.calls}`, `r ${relation} ${state.before === escalateStep}`);
      for (const marker of state.markers) features.push(`r ${relation} m ${marker}`);
      for (const word of state.resultWords) features.push(`r ${relation} w ${word}`);
      for (const name of names) features.push(`r ${relation} n ${name}`);
    }
    for (const name of [...names, `= ${general(step)}`]) {
      features.push(`n ${name} ${state.speaker} ${state.calls}`, `n ${name} l ${asksLeft} ${state.speaker}`);
      for (const marker of state.markers) features.push(`n ${name} m ${marker}`);
      for (const word of state.resultWords) features.push(`n ${name} w ${word}`);
      for (const word of lastWords) features.push(`n ${name} p ${word} ${state.speaker}`);
      if (name.startsWith('= ')) for (const word of state.words) features.push(`n ${name} u ${word}`);
    }
    return features.map(hashText);
  });
}

/** Steps that every script has keep their name; others are known by their words alone. */
function general(step: string): string {
  return /^(hello|ask_name|anything_else|goodbye_\d|out_of_scope|query|escalate|none)$/.test(step)
    ? step
    : (/(ask|inform|bye|confirm|unavailable|available|failed|succeeded|successful|found|result)/.exec(step)?.[1] ??
        'other');
}

function happyPath(process: DefinedProcess, start: string | undefined): string[] {
  const path: string[] = [];
  for (let step = start; step !== undefined && step !== '' && path.length < 64; step = process.graph[step]) {
    const name = canonical(step);
    if (path.includes(name) && name !== callStepName) break;
    if (!path.includes(name)) path.push(name);
    else break;
  }
  return path;
}
