import type { StepAction } from './example.ts';
import type { FilledValue } from './values/filler.ts';

export interface StepAlternative {
  readonly step: string;
  readonly confidence: number;
}

export interface LppmPrediction {
  /** Process in force; null where none is known. */
  readonly process: string | null;
  readonly processConfidence: number;
  /** Most likely next step. */
  readonly step: string;
  readonly action: StepAction;
  /** Calibrated probability that the whole action is right (of a call: name and all arguments), in [0, 1]. */
  readonly confidence: number;
  /**
   * How likely the message follows no known process, in [0, 1]: a probability where the log had such messages, else
   * good for comparing messages only.
   */
  readonly escalate: number;
  /** Argument that the reply asks for, null where it asks for none. */
  readonly asks: string | null;
  /** Most likely steps, the chosen one first; calibrated probabilities of the step alone. */
  readonly alternatives: readonly StepAlternative[];
  /** Values of the call's arguments. */
  readonly values: Readonly<Record<string, FilledValue>>;
  /** Arguments that the call needs and that were not found. */
  readonly missing: readonly string[];
  /** Its definition alone says so: no conversation showed the process, so no certificate speaks of it. */
  readonly isDefinedAlone?: true;
}
