import type { Turn } from './turn.ts';

/** A piece of text that may go into the LLM's context. */
export interface Candidate {
  readonly id: string;
  readonly text: string;
  readonly kind: 'turn' | 'summary' | 'observation' | 'document' | 'tool-result' | 'data';
  readonly speaker: string;
  /** Milliseconds since 1970-01-01 UTC; null where unknown. */
  readonly time: number | null;
  readonly tokens: number;
  /** Where it stands, in words, for a piece from outside the conversation: `handbook.md, Returns`. */
  readonly place?: string;
}

/** Yields what could be shown to the LLM for a turn: the conversation so far, other conversations, documents. */
export interface CandidateSource {
  readonly name: string;
  /** @param signal aborted when nobody waits for the answer any more */
  candidates(turn: Turn, signal: AbortSignal): Promise<readonly Candidate[]>;
  /** Why what it gives may be less than there is, in one line; null where nothing is missing. */
  trouble?(): string | null;
}
