import { messageOf } from '../core/errors.ts';
import type { Edge, Origin, Slot, Step } from '../core/process.ts';
import type { ActionEngine, CallContext } from './action-engine.ts';
import { ArgumentCheck } from './argument-check.ts';
import { waits, type ProcessDefinition } from './process-definition.ts';
import { valueAt } from './value-path.ts';

/** How far a process has come in one conversation; plain JSON. */
export interface ProcessState {
  readonly process: string;
  /** The step to be done next. */
  readonly step: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** What the calls returned, by step. */
  readonly results: Readonly<Record<string, unknown>>;
  readonly done: readonly string[];
  /** Slot that was asked for last, and how often in a row. */
  readonly asked: { readonly slot: string; readonly times: number } | null;
}

export interface DoneCall {
  readonly step: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly text: string;
}

interface Ran {
  readonly state: ProcessState;
  /** Tools called on the way. */
  readonly calls: readonly DoneCall[];
  /** Everything told on the way. */
  readonly text: string;
}

/** A run stops where a person must answer, at the end, or where the Imperator must take over. */
export type ProcessRun =
  /** `slot` is null where the question fills none, such as "Shall I do it?". */
  | (Ran & { readonly kind: 'asked'; readonly slot: string | null })
  | (Ran & { readonly kind: 'ended' })
  | (Ran & {
      readonly kind: 'handed-over';
      readonly reason: string;
      /** For the Imperator: what was done, with which values, and what stood in the way. */
      readonly plan: string;
    });

/** The second wrong value for the same slot goes to the Imperator; asking a third time helps nobody. */
const mostQuestions = 2;

/** Follows a process: asks for what is missing, calls tools, branches, ends. */
export class ProcessRunner {
  readonly #actions: ActionEngine;
  readonly #check = new ArgumentCheck();

  constructor(actions: ActionEngine) {
    this.#actions = actions;
  }

  start(definition: ProcessDefinition, values: Readonly<Record<string, unknown>> = {}): ProcessState {
    const { name, start } = definition.process;
    return { process: name, step: start, values, results: {}, done: [], asked: null };
  }

  /** Goes on from `state` with the values that came in meanwhile. Never throws for what a process can meet. */
  async run(
    definition: ProcessDefinition,
    state: ProcessState,
    given: Readonly<Record<string, unknown>>,
    context: CallContext,
  ): Promise<ProcessRun> {
    let current: ProcessState = { ...state, values: { ...state.values, ...given } };
    const calls: DoneCall[] = [];
    const told: string[] = [];
    const ran = (): Ran => ({ state: current, calls, text: told.join('\n') });
    const handOver = (reason: string): ProcessRun => ({
      kind: 'handed-over',
      reason,
      plan: planOf(current, reason),
      ...ran(),
    });

    // The definition has no circle without an ask, so this ends.
    for (;;) {
      const step = definition.step(current.step);
      if (step === undefined) return handOver(`there is no step ${current.step}`);
      const missing = this.#missing(definition, step, current);
      if (missing !== undefined) {
        const times = current.asked?.slot === missing.name ? current.asked.times + 1 : 1;
        const question = step.kind === 'ask' ? step.text : missing.question;
        if (question === undefined) return handOver(`${missing.name} is missing and nothing says how to ask for it`);
        if (times > mostQuestions)
          return handOver(`${missing.name} was asked for ${mostQuestions} times without a usable answer`);
        const blank = blankOf(question, current);
        if (blank !== null) return handOver(`nothing is known that could stand for {${blank}} in the question`);
        current = { ...current, asked: { slot: missing.name, times } };
        told.push(fill(question, current));
        return { kind: 'asked', slot: missing.name, ...ran() };
      }
      if (step.kind === 'tell' || step.kind === 'end') {
        const blank = blankOf(step.text, current);
        if (blank !== null) return handOver(`nothing is known that could stand for {${blank}} in ${step.id}`);
        told.push(fill(step.text, current));
      }
      if (step.kind === 'call') {
        try {
          const given = argumentsOf(step.arguments, current);
          const result = await this.#actions.execute({ name: step.tool, arguments: given }, context);
          calls.push({ step: step.id, name: step.tool, arguments: given, text: result.text });
          current = { ...current, results: { ...current.results, [step.id]: structured(result.value) } };
        } catch (error) {
          return handOver(messageOf(error));
        }
      }
      current = { ...current, done: [...current.done, step.id], asked: null };
      const edges = definition.edges(step.id);
      if (step.kind === 'end' || edges.length === 0) return { kind: 'ended', ...ran() };
      const edge = edges.find((one) => isTaken(one, current)) ?? edges.find((one) => one.when === undefined);
      if (edge === undefined) return handOver(`no way on from ${step.id} fits`);
      current = { ...current, step: edge.to };
      // What was asked is for the person to answer: nothing is done on a "shall I?" that nobody has said yes to.
      if (step.kind === 'tell' && waits(step)) return { kind: 'asked', slot: null, ...ran() };
    }
  }

  /** The slot that must be asked for before this step can be done. */
  #missing(definition: ProcessDefinition, step: Step, state: ProcessState): Slot | undefined {
    const wanted = step.kind === 'ask' ? [step.slot] : step.kind === 'call' ? slotsOf(step.arguments) : [];
    return definition.process.slots.find((slot) => {
      if (!wanted.includes(slot.name)) return false;
      const value = valueAt(state.values, slot.name);
      if (value === undefined) return slot.required || step.kind === 'ask';
      return this.#check.fault(slot.schema, value) !== null;
    });
  }
}

function slotsOf(template: Readonly<Record<string, Origin>>): string[] {
  return Object.values(template).flatMap((origin) => (origin.from === 'slot' ? [origin.slot] : []));
}

/** Arguments without a value are left out; the tool's schema says whether it can do without. */
function argumentsOf(template: Readonly<Record<string, Origin>>, state: ProcessState): Record<string, unknown> {
  const found = Object.entries(template).map(([name, origin]): [string, unknown] => {
    if (origin.from === 'constant') return [name, origin.value];
    if (origin.from === 'slot') return [name, valueAt(state.values, origin.slot)];
    return [name, valueAt(state.results, origin.path === '' ? origin.step : `${origin.step}.${origin.path}`)];
  });
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

function isTaken(edge: Edge, state: ProcessState): boolean {
  if (edge.when === undefined) return false;
  const { path, equals } = edge.when;
  const value = valueAt(state.values, path) ?? valueAt(state.results, path);
  return JSON.stringify(value) === JSON.stringify(equals);
}

/** The first blank in a text for which there is no value; null where all can be filled. */
function blankOf(text: string, state: ProcessState): string | null {
  for (const [, path = ''] of text.matchAll(/\{([\w.-]+)\}/g)) {
    if (valueAt(state.values, path) === undefined && valueAt(state.results, path) === undefined) return path;
  }
  return null;
}

function fill(text: string, state: ProcessState): string {
  return text.replaceAll(/\{([\w.-]+)\}/g, (whole, path: string) => {
    const value = valueAt(state.values, path) ?? valueAt(state.results, path);
    if (value === undefined) return whole;
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

/** Text that is JSON is looked into, since tools that speak over a wire return text. */
function structured(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function planOf(state: ProcessState, reason: string): string {
  const done = state.done.length === 0 ? 'nothing yet' : state.done.join(', ');
  return [
    `Process ${state.process}: done ${done}; next would be ${state.step}.`,
    `Values: ${JSON.stringify(state.values)}. Results: ${JSON.stringify(state.results)}.`,
    `It cannot go on by itself: ${reason}.`,
  ].join('\n');
}
