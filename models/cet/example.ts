import type { Candidate } from '../../engine/core/candidate-source.ts';

/** What is to be answered, and everything that might help, in time order. */
export interface CetInput {
  readonly query: string;
  readonly candidates: readonly Candidate[];
}

export interface CetExample {
  readonly input: CetInput;
  /** Ids of the candidates that the answer rests on. */
  readonly evidence: readonly string[];
  readonly conversation: string;
}
