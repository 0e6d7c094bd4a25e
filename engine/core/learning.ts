import type { RolloutStatus } from './rollout.ts';

/** One thing that is watched for change, of one role. */
export interface DriftSign {
  readonly role: string;
  readonly kind: 'feature' | 'score' | 'error' | 'volume' | 'unknown';
  /** What is watched, in plain words. */
  readonly what: string;
  readonly value: number;
  /** From here on it is drift. */
  readonly limit: number;
  readonly isDrift: boolean;
  /** Messages that it rests on, before and now. */
  readonly before: number;
  readonly now: number;
}

/** When a role learns next, and why. */
export interface LearningPlan {
  readonly role: string;
  /** New labelled turns since it learned last; a correction counts as many. */
  readonly turns: number;
  readonly turnsNeeded: number;
  /** Milliseconds since 1970-01-01 UTC; null where it never did. */
  readonly learnedAt: number | null;
  /** One sentence. */
  readonly state: string;
}

/**
 * A pattern that moved from one tier to another, or a step on its way: a process is proposed, approved, learned by a
 * mapper, and graduates when a bundle that settles it serves; words graduate when they become a route.
 */
export interface Movement {
  readonly id: string;
  readonly role: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly kind: 'proposed' | 'approved' | 'learned' | 'graduated' | 'demoted';
  /** The words, or the process. */
  readonly what: string;
  readonly from: 'imperator' | 'lppm' | 'dtr';
  readonly to: 'imperator' | 'lppm' | 'dtr';
  readonly why: string;
  /** Messages or runs behind it, those of them that speak against it, and the upper bound of the error where there is one. */
  readonly rows: number;
  readonly errors: number;
  readonly errorUpper: number | null;
  /** What to look up: versions, bundles, models. Absent in records of earlier versions. */
  readonly evidence?: readonly string[];
}

/** How far a process has come; `demoted`: a mapper settled it, and its bound broke. */
export type ProcessStage = 'proposed' | 'approved' | 'learned' | 'graduated' | 'demoted';

export interface ProcessStanding {
  readonly role: string;
  readonly process: string;
  readonly stage: ProcessStage;
  /** Artefact id of the mapper that served then; null where none did. */
  readonly mapper: string | null;
  /** Why it was demoted; empty otherwise. */
  readonly why: string;
}

/** The loop at one sight: what is due, what is tried out, what changed in the traffic, what moved. */
export interface LearningStatus {
  readonly isOn: boolean;
  readonly plans: readonly LearningPlan[];
  readonly rollouts: readonly RolloutStatus[];
  readonly drift: readonly DriftSign[];
  readonly moved: readonly Movement[];
}
