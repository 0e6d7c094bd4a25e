import type { MinedProcess } from '../../engine/core/mined-process.ts';
import type { Process } from '../../engine/core/process.ts';

export const processStates = ['proposed', 'approved', 'retired'] as const;
/** Proposed: waits for a person or a policy. Approved: it acts. Retired: it does not, and is not proposed again. */
export type ProcessState = (typeof processStates)[number];

/** What speaks for a process and against it; see `MinedProcess`. */
export type ProcessEvidence = Omit<MinedProcess, 'process'>;

export interface ProcessEvent {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly what: string;
  /** A person's name, `policy ...` or `mining`. */
  readonly by: string;
  readonly version: string;
}

/** A process of a role as it is kept. */
export interface StoredProcess {
  readonly role: string;
  readonly state: ProcessState;
  /** sha256 of `definition`. */
  readonly version: string;
  /** Version that acts; null where none does. Another than `version` where a change waits for approval. */
  readonly approved: string | null;
  /** Fingerprint of what mining found last, before people changed it; null where it was written by hand. */
  readonly mined: string | null;
  readonly definition: Process;
  /** Null where it was written by hand. */
  readonly evidence: ProcessEvidence | null;
  /** Oldest first; at most the last 100. */
  readonly history: readonly ProcessEvent[];
}

/** A file that cannot be read says so in its place, and keeps the others from nothing. */
export interface BrokenProcess {
  readonly role: string;
  readonly name: string;
  /** One line that names the file, the line in it and the fault. */
  readonly fault: string;
}
