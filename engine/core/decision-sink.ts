import type { Decision } from './decision.ts';

/** Where decisions go. The pipeline knows this shape; the conversation log has it. */
export interface DecisionSink {
  /** Never throws and never blocks the answer: a sink that cannot write says so in the log. */
  record(decisions: readonly Decision[]): void;
}
