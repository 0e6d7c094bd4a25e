import type { Device } from '../engine/core/config.ts';
import type { Progress } from '../engine/core/progress.ts';

export interface FitOptions {
  /** Same rows and seed give the same model, bit for bit on one machine. */
  readonly seed: number;
  readonly device?: Device;
  /** Told in one line when the device is missing and what runs instead. */
  readonly notice?: (line: string) => void;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/** What fitting cost. */
export interface FitReport {
  readonly rows: number;
  readonly seconds: number;
  /** Plain figures worth keeping in the manifest: losses, sizes, chosen settings. */
  readonly notes: Readonly<Record<string, number | string>>;
}

/**
 * One contract for DTR, LPPM and CET. Constructors take hyper-parameters and do no work; learned state comes from
 * `fit` or `load` only; a second `fit` forgets the first; batch in, batch out, same order.
 */
export interface Estimator<Example, Input, Prediction> {
  readonly name: string;
  /** Replaces earlier state. @throws TOO_FEW_ROWS, TRAINING_DIVERGED */
  fit(examples: readonly Example[], options: FitOptions): Promise<FitReport>;
  /** n inputs -> n predictions, same order. @throws MODEL_NOT_FITTED */
  predict(inputs: readonly Input[]): Promise<Prediction[]>;
  /** Writes every file under `folder`; returns their names, relative. @throws MODEL_NOT_FITTED */
  save(folder: string): Promise<string[]>;
  /** Replaces earlier state. @throws ARTEFACT_CORRUPT, ARTEFACT_MISMATCH */
  load(folder: string): Promise<void>;
  /** Frees native memory; safe to call twice. */
  dispose(): Promise<void>;
}
