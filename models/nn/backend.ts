import type { Batch, Network, ParameterSpec, Parameters, Tensor } from './operations.ts';
import type { DropoutSpec, InputSpec } from './trace.ts';

/** Gradient of the loss by some rows of a table; a row may be listed more than once: its parts add up. */
export interface RowGradient {
  readonly rows: Int32Array;
  /** [rows.length, width] */
  readonly values: Float32Array;
}

/** Gradient by one parameter: whole, by rows, or (a table that is also used whole) both, to be added up. */
export interface Gradient {
  readonly dense: Float32Array | null;
  readonly sparse: readonly RowGradient[];
}
export type Gradients = ReadonlyMap<string, Gradient>;

export interface StepResult {
  readonly loss: number;
  /** Of every parameter that the loss depends on. */
  readonly gradients: Gradients;
}

/** A network made ready to learn. Parameters are the caller's and are handed in at each step. */
export interface CompiledNetwork {
  /** Where it really runs. */
  readonly device: string;
  readonly inputs: readonly InputSpec[];
  /** Masks that a step's batch must bring beside the inputs. */
  readonly dropouts: readonly DropoutSpec[];
  readonly parameters: readonly ParameterSpec[];
  /** Loss and its gradients for one batch. @throws SHAPE_MISMATCH */
  step(parameters: Parameters, batch: Batch): Promise<StepResult>;
  /** The network's outputs as in serving: no dropout, and only the inputs that serving needs. @throws SHAPE_MISMATCH */
  forward(parameters: Parameters, batch: Batch): Promise<Readonly<Record<string, Tensor>>>;
  dispose(): Promise<void>;
}

/** What computes steps. Same network, parameters and batch: the same gradients on each, up to rounding. */
export interface Backend {
  readonly name: 'onnx' | 'tensorflow';
  /** @throws SHAPE_MISMATCH, NOT_FOUND (no loss), RUNTIME_UNAVAILABLE */
  compile(network: Network): Promise<CompiledNetwork>;
}
