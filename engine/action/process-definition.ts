import { EngineError } from '../core/errors.ts';
import type { Edge, Process, Step } from '../core/process.ts';
import { ArgumentCheck } from './argument-check.ts';

/** Whether the process stops after the step until a person has answered: it asks for a slot, or what it says is a question. */
export function waits(step: Step): boolean {
  return step.kind === 'ask' || (step.kind === 'tell' && step.text.trimEnd().endsWith('?'));
}

/** A process that was checked once, with its steps and edges at hand. */
export class ProcessDefinition {
  readonly process: Process;
  readonly #steps: ReadonlyMap<string, Step>;
  readonly #edges: ReadonlyMap<string, readonly Edge[]>;

  /**
   * @param hasTool says whether a tool can be called here
   * @throws PROCESS_INVALID naming the process and the step at fault
   */
  constructor(process: Process, hasTool: (name: string) => boolean) {
    this.process = process;
    this.#steps = new Map(process.steps.map((step) => [step.id, step]));
    this.#edges = Map.groupBy(process.edges, (edge) => edge.from);
    this.#checkSteps(hasTool);
    this.#checkEdges();
    this.#checkLoops();
    this.#checkExits();
    this.#checkSlots();
  }

  step(id: string): Step | undefined {
    return this.#steps.get(id);
  }

  edges(from: string): readonly Edge[] {
    return this.#edges.get(from) ?? [];
  }

  #fail(step: string, detail: string): never {
    throw new EngineError('PROCESS_INVALID', { process: this.process.name, step, detail });
  }

  #checkSteps(hasTool: (name: string) => boolean): void {
    const { steps, slots, start } = this.process;
    const known = new Set(slots.map((slot) => slot.name));
    if (this.#steps.size !== steps.length) {
      const twice = steps.find((step, index) => steps.findIndex((other) => other.id === step.id) !== index);
      this.#fail(twice?.id ?? '', 'two steps have this id');
    }
    if (!this.#steps.has(start)) this.#fail(start, 'the start step does not exist');
    for (const step of steps) {
      if (step.kind === 'ask' && !known.has(step.slot))
        this.#fail(step.id, `it asks for the unknown slot ${step.slot}`);
      if (step.kind !== 'call') continue;
      if (!hasTool(step.tool)) this.#fail(step.id, `it calls the unknown tool ${step.tool}`);
      for (const [argument, origin] of Object.entries(step.arguments)) {
        if (origin.from === 'slot' && !known.has(origin.slot)) {
          this.#fail(step.id, `argument ${argument} takes the unknown slot ${origin.slot}`);
        }
        if (origin.from === 'result' && this.#steps.get(origin.step)?.kind !== 'call') {
          this.#fail(step.id, `argument ${argument} takes the result of ${origin.step}, which is no call`);
        }
      }
    }
  }

  #checkEdges(): void {
    for (const { from, to } of this.process.edges) {
      if (!this.#steps.has(from)) this.#fail(from, 'an edge leaves from it, but there is no such step');
      if (!this.#steps.has(to)) this.#fail(from, `an edge leads to ${to}, but there is no such step`);
    }
  }

  /** A value can be checked only against a schema that can be read; the step that needs the slot is named. */
  #checkSlots(): void {
    const check = new ArgumentCheck();
    for (const { name, schema } of this.process.slots) {
      const fault = check.schemaFault(schema);
      if (fault === null) continue;
      const step = this.process.steps.find((one) => usesSlot(one, name));
      this.#fail(step?.id ?? '(none)', `the schema of slot ${name} cannot be read: ${fault}`);
    }
  }

  /** Without a question on the way nothing new can come in, so a circle would turn for ever. */
  #checkLoops(): void {
    const done = new Set<string>();
    const onPath = new Set<string>();
    const visit = (id: string): void => {
      const step = this.#steps.get(id);
      if (done.has(id) || step === undefined || waits(step)) return;
      if (onPath.has(id)) this.#fail(id, 'it comes back to itself without asking anything on the way');
      onPath.add(id);
      for (const edge of this.edges(id)) visit(edge.to);
      onPath.delete(id);
      done.add(id);
    };
    for (const id of this.#steps.keys()) visit(id);
  }

  /** A circle of questions would ask for ever. */
  #checkExits(): void {
    const isEnd = (id: string): boolean => this.#steps.get(id)?.kind === 'end' || this.edges(id).length === 0;
    const ending = new Set([...this.#steps.keys()].filter(isEnd));
    for (let before = -1; before !== ending.size;) {
      before = ending.size;
      for (const { from, to } of this.process.edges) if (ending.has(to)) ending.add(from);
    }
    for (const id of this.#steps.keys()) if (!ending.has(id)) this.#fail(id, 'no end can be reached from it');
  }
}

function usesSlot(step: Step, slot: string): boolean {
  if (step.kind === 'ask') return step.slot === slot;
  if (step.kind !== 'call') return false;
  return Object.values(step.arguments).some((origin) => origin.from === 'slot' && origin.slot === slot);
}
