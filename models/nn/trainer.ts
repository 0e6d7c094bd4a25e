import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Random } from '../../engine/core/clock.ts';
import { EngineError } from '../../engine/core/errors.ts';
import { type Progress, silent } from '../../engine/core/progress.ts';
import { seededRandom, shuffle } from '../../engine/core/random.ts';
import type { Backend, CompiledNetwork } from './backend.ts';
import { withMasks } from './dropout.ts';
import type { Batch, Network, Parameters } from './operations.ts';
import { AdamW, type OptimizerOptions } from './optimizer.ts';
import { copyParameters, initialParameters } from './parameters.ts';

/** What a validation sees after an epoch. */
export interface Checkpoint {
  /** Counted from 1. */
  readonly epoch: number;
  /** Valid during the call only; they go on changing afterwards. */
  readonly parameters: Parameters;
  /** Runs the outputs of the network with these parameters. */
  readonly network: CompiledNetwork;
}

export interface TrainOptions {
  readonly network: Network;
  readonly backend: Backend;
  /** Number of examples. */
  readonly rows: number;
  /** The batch made of these examples. `random` is the fit's own, for augmentation. */
  readonly batch: (rows: readonly number[], random: Random) => Batch;
  readonly batchSize: number;
  readonly epochs: number;
  /** Same examples, options and seed: the same parameters, bit for bit on one machine. */
  readonly seed: number;
  readonly optimizer: OptimizerOptions;
  /** How an epoch is cut into batches, for example by length; default: shuffled rows, `batchSize` at a time. */
  readonly plan?: (random: Random) => readonly (readonly number[])[];
  /** Start from these instead of fresh ones (names that are missing start fresh). */
  readonly initial?: Parameters;
  /** Score of the parameters after an epoch, higher is better: the best epoch's parameters are returned. */
  readonly validate?: (checkpoint: Checkpoint) => Promise<number>;
  /** Stop after so many epochs without a better score; default: never. */
  readonly patience?: number;
  /** Words for progress and errors: `train cet`. */
  readonly stage: string;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

export interface TrainResult {
  /** Of the best epoch by `validate`; of the last one without it. */
  readonly parameters: Map<string, Float32Array>;
  readonly steps: number;
  /** Counted from 1; the last one without `validate`. */
  readonly bestEpoch: number;
  /** Mean training loss of each epoch. */
  readonly losses: readonly number[];
  /** Score after each epoch; empty without `validate`. */
  readonly scores: readonly number[];
  /** Back end and device that did the work: `onnx/cpu`. */
  readonly ranOn: string;
}

/**
 * Fits a network. Lets the event loop turn between steps.
 * @throws TRAINING_DIVERGED where a loss or gradient is no finite number; JOB_CANCELLED where the signal fires;
 *   TOO_FEW_ROWS; what the back end throws
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  if (options.rows < 1) throw new EngineError('TOO_FEW_ROWS', { what: options.stage, needed: 1, actual: options.rows });
  const compiled = await options.backend.compile(options.network);
  try {
    return await run(options, compiled);
  } finally {
    await compiled.dispose();
  }
}

async function run(options: TrainOptions, compiled: CompiledNetwork): Promise<TrainResult> {
  const { stage, epochs, signal, progress = silent } = options;
  const parameters = initialParameters(options.network, options.seed);
  for (const [name, data] of options.initial ?? []) parameters.get(name)?.set(data);
  const random = seededRandom(options.seed);
  const plan = options.plan ?? ((random) => chunks(options.rows, options.batchSize, random));
  let batches = plan(random);
  const total = batches.length * epochs;
  const optimizer = new AdamW(compiled.parameters, total, options.optimizer);
  const best = { score: -Infinity, epoch: 0, parameters };
  const losses: number[] = [];
  const scores: number[] = [];
  let steps = 0;

  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    let sum = 0;
    for (const rows of batches) {
      if (signal?.aborted === true) throw new EngineError('JOB_CANCELLED', { id: stage });
      const batch = withMasks(options.batch(rows, random), compiled.dropouts, compiled.inputs, random);
      const { loss, gradients } = await compiled.step(parameters, batch);
      const length = Number.isFinite(loss) ? optimizer.update(parameters, gradients) : Number.NaN;
      if (!Number.isFinite(length)) {
        throw new EngineError('TRAINING_DIVERGED', { what: stage, step: steps, loss });
      }
      steps += 1;
      sum += loss;
      progress({ stage, done: Math.min(steps, total), total, note: `epoch ${epoch}, loss ${loss.toFixed(4)}` });
      await nextTurn();
    }
    losses.push(sum / Math.max(1, batches.length));
    if (options.validate === undefined) {
      best.epoch = epoch;
    } else {
      const score = await options.validate({ epoch, parameters, network: compiled });
      scores.push(score);
      if (score > best.score) Object.assign(best, { score, epoch, parameters: copyParameters(parameters) });
      if (epoch - best.epoch >= (options.patience ?? Infinity)) break;
    }
    if (epoch < epochs) batches = plan(random);
  }
  const ranOn = `${options.backend.name}/${compiled.device}`;
  return { parameters: best.parameters, steps, bestEpoch: best.epoch, losses, scores, ranOn };
}

function chunks(rows: number, size: number, random: Random): number[][] {
  const order = shuffle(
    Array.from({ length: rows }, (_, row) => row),
    random,
  );
  return Array.from({ length: Math.ceil(rows / size) }, (_, index) => order.slice(index * size, (index + 1) * size));
}
