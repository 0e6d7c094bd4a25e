import type { MinedProcess } from '../../engine/core/mined-process.ts';
import type { Process } from '../../engine/core/process.ts';
import type { Progress } from '../../engine/core/progress.ts';

export interface MiningOptions {
  readonly seed: number;
  readonly progress: Progress;
  /** Stops the work; the promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Processes that are defined already: one found again keeps its name and the names of its steps and slots. */
  readonly known?: readonly Process[];
  /** Runs that a process needs; 5 where not given. */
  readonly minimumSupport?: number;
}

/** What the processes do not explain. */
export interface Leftover {
  /** Conversations in which nothing belongs to a process. */
  readonly conversations: number;
  /** Of all that the assistant said and did: replies and calls outside of every process. */
  readonly replies: number;
  readonly calls: number;
  /** Tools that only take content as it stands (files, commands): routes, no processes. */
  readonly payloadTools: readonly string[];
}

export interface Mining {
  /** Most runs first. */
  readonly processes: readonly MinedProcess[];
  readonly left: Leftover;
  /** Lines for a person: what is missing for more, what was left out and why. */
  readonly notices: readonly string[];
}
