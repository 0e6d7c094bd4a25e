import { resolve, join } from 'node:path';
import { systemClock } from '../engine/core/clock.ts';
import { EngineError, type ErrorCode, type ErrorDetail } from '../engine/core/errors.ts';
import { once } from '../engine/core/once.ts';
import type { ProgressEvent } from '../engine/core/progress.ts';
import { Registry } from '../models/registry.ts';
import { codeVersion } from './queue-code.ts';
import type { RetrainJob, RetrainResult } from './queue.ts';
import { retrain } from './retrain.ts';

/** From the worker to the process that trains. */
export interface TrainingOrder {
  readonly dataDir: string;
  readonly id: string;
  readonly job: RetrainJob;
}

/** And back. */
export type TrainingWord =
  | { readonly kind: 'progress'; readonly event: ProgressEvent }
  | { readonly kind: 'done'; readonly result: RetrainResult }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly detail: ErrorDetail; readonly message: string };

/** Trains once in this process; the worker ends it afterwards. */
async function train({ dataDir, id, job }: TrainingOrder): Promise<void> {
  const send = (word: TrainingWord): void => void process.send?.(word);
  try {
    const registry = await Registry.open(join(dataDir, 'models'));
    const result = await retrain({
      ...job.config,
      role: job.role,
      snapshot: { id: job.snapshot.id, path: resolve(dataDir, job.snapshot.path) },
      registry,
      // of the code that runs here, whatever the server that asked runs
      codeVersion: codeVersion(),
      progress: (event) => send({ kind: 'progress', event }),
      clock: systemClock,
      owner: `job ${id}`,
      notice: once((line) => process.stderr.write(`${line}\n`)),
    });
    send({ kind: 'done', result });
  } catch (error) {
    const { code, detail, message } = EngineError.from(error);
    send({ kind: 'failed', code, detail, message });
  }
}

// A worker that died lost its job to another one: training on would only waste the machine.
process.once('disconnect', () => process.exit(1));
process.once('message', (order: TrainingOrder) => void train(order));
