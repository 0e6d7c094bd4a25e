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

/** A pattern that moved from one tier to another. */
export interface Movement {
  readonly id: string;
  readonly role: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly kind: 'proposed' | 'graduated' | 'demoted';
  /** The words, or the process. */
  readonly what: string;
  readonly from: 'imperator' | 'lppm' | 'dtr';
  readonly to: 'imperator' | 'lppm' | 'dtr';
  readonly why: string;
  /** Labelled messages behind it, those of them that were wrong, and the upper bound of the error. */
  readonly rows: number;
  readonly errors: number;
  readonly errorUpper: number;
}

/** The loop at one sight: what is due, what is tried out, what changed in the traffic, what moved. */
export interface LearningStatus {
  readonly isOn: boolean;
  readonly plans: readonly LearningPlan[];
  readonly rollouts: readonly RolloutStatus[];
  readonly drift: readonly DriftSign[];
  readonly moved: readonly Movement[];
}
