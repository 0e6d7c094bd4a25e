import type { CallContext } from '../../engine/action/action-engine.ts';
import type { ProcessRun, ProcessRunner, ProcessState } from '../../engine/action/process-runner.ts';
import type { Outcome } from '../../engine/core/decision.ts';
import type { Step } from '../../engine/core/process.ts';
import type { ActingProcesses, ProcessPlace } from './acting-processes.ts';

/** Conversations whose process is remembered; the longest untouched ones are forgotten first, and begin anew. */
const remembered = 10_000;

/** Which process stands where in which conversation. Memory only: after a restart the process mapper finds the step. */
export class ProcessDesk {
  readonly #processes: ActingProcesses;
  readonly #runner: ProcessRunner;
  readonly #states = new Map<string, ProcessState>();

  constructor(processes: ActingProcesses, runner: ProcessRunner) {
    this.#processes = processes;
    this.#runner = runner;
  }

  /** Whether it can follow what is proposed: a call that is a step of a process that can be carried on here. */
  knows(outcome: Outcome): boolean {
    const place = this.#processes.placeOf(outcome);
    return place?.step.kind === 'call' && place.acting.isExecutable;
  }

  /** Goes on from the proposed step with the values in its arguments. @param outcome one that it `knows` */
  async follow(outcome: Extract<Outcome, { kind: 'tool-call' }>, context: CallContext): Promise<ProcessRun> {
    const { acting, step } = this.#processes.placeOf(outcome) as ProcessPlace;
    const { definition } = acting;
    const before = this.#states.get(context.conversation);
    const isSame = before?.process === definition.process.name;
    const state = { ...(isSame ? before : this.#runner.start(definition)), step: step.id };
    const run = await this.#runner.run(definition, state, slotValues(step, outcome.arguments), context);
    this.#states.delete(context.conversation);
    if (run.kind === 'asked') this.#remember(context.conversation, run.state);
    return run;
  }

  #remember(conversation: string, state: ProcessState): void {
    this.#states.set(conversation, state);
    if (this.#states.size <= remembered) return;
    const oldest = this.#states.keys().next().value;
    if (oldest !== undefined) this.#states.delete(oldest);
  }
}

/** Arguments back to the slots that they are made from. */
function slotValues(step: Step, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (step.kind !== 'call') return {};
  const values: Record<string, unknown> = {};
  for (const [argument, origin] of Object.entries(step.arguments)) {
    if (origin.from === 'slot' && given[argument] !== undefined) values[origin.slot] = given[argument];
  }
  return values;
}
