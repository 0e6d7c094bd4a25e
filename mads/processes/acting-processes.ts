import type { ProcessDefinition } from '../../engine/action/process-definition.ts';
import type { Outcome } from '../../engine/core/decision.ts';
import type { Process, Step } from '../../engine/core/process.ts';

/** A process that a role follows. */
export interface ActingProcess {
  readonly definition: ProcessDefinition;
  /** sha256 of the approved definition; null for one that came with the program. */
  readonly version: string | null;
  /** All its tools have handlers here, so that it can be carried on without the caller. */
  readonly isExecutable: boolean;
}

/** Where a proposal stands in a process. */
export interface ProcessPlace {
  readonly acting: ActingProcess;
  readonly step: Step;
}

/** What a role follows now; approved processes come and go while it serves. */
export class ActingProcesses {
  #byName: ReadonlyMap<string, ActingProcess> = new Map();
  #retired: readonly Process[] = [];

  constructor(processes: readonly ActingProcess[] = [], retired: readonly Process[] = []) {
    this.load(processes, retired);
  }

  /** Takes the place of all that was followed before; of two with one name the later counts. */
  load(processes: readonly ActingProcess[], retired: readonly Process[] = []): void {
    this.#byName = new Map(processes.map((one) => [one.definition.process.name, one]));
    this.#retired = retired;
  }

  /**
   * Name of the retired process that a proposal would go on with, though models still know it; null where there is none.
   * Words alone belong to no process: only a call, or what names the process itself.
   */
  retiredOf(outcome: Outcome): string | null {
    if (outcome.kind === 'refuse' || this.placeOf(outcome) !== null) return null;
    const isOf = ({ name, steps }: Process): boolean =>
      outcome.process === name || (outcome.kind === 'tool-call' && steps.some((step) => does(step, outcome)));
    return this.#retired.find(isOf)?.name ?? null;
  }

  get(name: string): ActingProcess | undefined {
    return this.#byName.get(name);
  }

  /**
   * The step that a proposal is: the one that it names, or, for a mapper that learned other names, the only step of an
   * approved process that does the same. Null where there is none, or more than one.
   */
  placeOf(outcome: Outcome): ProcessPlace | null {
    if (outcome.kind === 'refuse') return null;
    const named = outcome.process === undefined ? undefined : this.#byName.get(outcome.process);
    const step = outcome.step === undefined ? undefined : named?.definition.step(outcome.step);
    if (named !== undefined && step !== undefined && isOfKind(step, outcome)) return { acting: named, step };
    const places = [...this.#byName.values()]
      .filter(({ version }) => version !== null)
      .flatMap((acting) =>
        acting.definition.process.steps.flatMap((one) => (does(one, outcome) ? [{ acting, step: one }] : [])),
      );
    return places.length === 1 ? (places[0] ?? null) : null;
  }
}

function isOfKind(step: Step, outcome: Outcome): boolean {
  return (step.kind === 'call') === (outcome.kind === 'tool-call');
}

/** Whether the step says these words, whatever fills its blanks, or makes this call. */
function does(step: Step, outcome: Outcome): boolean {
  if (outcome.kind === 'refuse' || !isOfKind(step, outcome)) return false;
  if (step.kind === 'call') {
    if (outcome.kind !== 'tool-call' || outcome.name !== step.tool) return false;
    return Object.keys(outcome.arguments).every((name) => Object.hasOwn(step.arguments, name));
  }
  return outcome.kind === 'reply' && saysLike(step.text, outcome.text);
}

function saysLike(template: string, text: string): boolean {
  const pieces = folded(template).split(/\{[^}]*\}/);
  const words = folded(text);
  if (pieces.length === 1) return words === pieces[0];
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (words.length < first.length + last.length || !words.startsWith(first) || !words.endsWith(last)) return false;
  let from = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = words.indexOf(piece, from);
    if (found < 0) return false;
    from = found + piece.length;
  }
  return from <= words.length - last.length;
}

function folded(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/g, ' ').trim();
}
