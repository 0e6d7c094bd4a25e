import type { Progress } from '../../engine/core/progress.ts';

/** What `thought-engine bench` was asked to do; every flag may be absent. */
export interface BenchOptions {
  readonly train: readonly string[];
  readonly val: readonly string[];
  readonly test: readonly string[];
  readonly verifier?: string;
  readonly decisions?: string;
  readonly processes: readonly string[];
  /** Percent of train carved out by hash as test. */
  readonly holdout?: number;
  readonly folds?: number;
  /** Days of service between two learnings (pipeline); 0: never again. */
  readonly learnEvery?: number;
  /** Share of messages that the LLM answers whatever the tiers would do, where there is a learning during service. */
  readonly explore?: number;
  /** Traffic: measure learning while a new source appears. */
  readonly stream?: boolean;
  /** intent: measure public packages beside. */
  readonly peers?: boolean;
  /** intent: numbers of logged answers whose worth is measured; mining: conversations; `Infinity` for all. */
  readonly growth?: readonly number[];
  /** intent: numbers of examples of each intent. */
  readonly shots?: readonly number[];
  readonly seeds: readonly number[];
  readonly device?: 'cpu' | 'cuda' | 'webgpu' | 'auto';
  readonly alpha: number;
  readonly delta: number;
  readonly progress: Progress;
}

export interface TrainCost {
  /** Rows learned from. */
  readonly n: number;
  readonly seconds: number;
  readonly peakRssMb: number;
  readonly modelBytes: number;
}

/** Figures of one test file; more fields by subject, see `bench --help`. */
export interface BenchResult {
  readonly file: string;
  readonly n: number;
  readonly [field: string]: unknown;
}

export interface BenchReport {
  readonly subject: string;
  readonly seeds: readonly number[];
  readonly train: TrainCost;
  readonly results: readonly BenchResult[];
  /** A line for each peer that could not run here. */
  readonly missing?: readonly string[];
}
