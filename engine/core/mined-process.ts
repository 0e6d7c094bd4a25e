import type { Process } from './process.ts';

/** Where something was seen: a message of a conversation. */
export interface Witness {
  readonly conversation: string;
  readonly message: string;
}

export interface StepEvidence {
  readonly step: string;
  /** Times that the step was taken, over all runs. */
  readonly count: number;
  /** Runs that hold it at least once. */
  readonly runs: number;
  /** Wordings, or calls with their arguments, the most frequent first. */
  readonly wordings: readonly { readonly text: string; readonly count: number }[];
  /** A few of its witnesses. */
  readonly witnesses: readonly Witness[];
  /** Left out by runs that reach both its neighbours. */
  readonly isOptional: boolean;
  /** Taken more than once in some runs. */
  readonly isRepeated: boolean;
}

export interface EdgeEvidence {
  readonly from: string;
  readonly to: string;
  /** Runs that go this way. */
  readonly runs: number;
}

/** Something that a person should look at before approving. */
export interface Doubt {
  /** Step, edge (`a → b`), slot or argument (`step.argument`) that it is about; the process itself where empty. */
  readonly where: string;
  readonly reason: string;
}

/** A process found in a log, with everything that speaks for and against it. It does nothing before it is approved. */
export interface MinedProcess {
  readonly process: Process;
  /** Runs (stretches of conversations) behind it. */
  readonly support: number;
  /** Share, 0 to 1, of all runs of the log that it explains. */
  readonly coverage: number;
  /** Share, 0 to 1, of the runs' moves that the graph allows (token-based or alignment fitness; see the miner). */
  readonly fitness: number;
  /** Share, 0 to 1, of what the graph allows that the runs do. */
  readonly precision: number;
  readonly steps: readonly StepEvidence[];
  readonly edges: readonly EdgeEvidence[];
  readonly doubts: readonly Doubt[];
  /** Conversations behind it, oldest first; at most some hundreds. */
  readonly conversations: readonly string[];
}
