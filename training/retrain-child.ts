import { resolve, join } from 'node:path';
import { ProcessStore } from '../datasets/processes/process-store.ts';
import { systemClock } from '../engine/core/clock.ts';
import { EngineError, type ErrorCode, type ErrorDetail } from '../engine/core/errors.ts';
import { once } from '../engine/core/once.ts';
import type { Progress, ProgressEvent } from '../engine/core/progress.ts';
import { Registry } from '../models/registry/registry.ts';
import { auditApart } from './audit/audit-process.ts';
import { mineRole } from './mine-role.ts';
import { codeVersion } from './queue/code.ts';
import type { JobResult, MineJob, MineResult, QueuedJob, RetrainJob, RetrainResult } from './queue/queue.ts';
import { retrain } from './retrain.ts';

/** From the worker to the process that trains. */
export interface TrainingOrder {
  readonly dataDir: string;
  readonly id: string;
  readonly job: QueuedJob;
}

/** And back. */
export type TrainingWord =
  | { readonly kind: 'progress'; readonly event: ProgressEvent }
  | { readonly kind: 'done'; readonly result: JobResult }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly detail: ErrorDetail; readonly message: string };

/** Works once in this process; the worker ends it afterwards. */
async function work(order: TrainingOrder): Promise<void> {
  const send = (word: TrainingWord): void => void process.send?.(word);
  const progress: Progress = (event) => send({ kind: 'progress', event });
  const { job } = order;
  try {
    const result = job.kind === 'mine' ? await mine(order, job, progress) : await train(order, job, progress);
    send({ kind: 'done', result });
  } catch (error) {
    const { code, detail, message } = EngineError.from(error);
    send({ kind: 'failed', code, detail, message });
  }
}

async function train(order: TrainingOrder, job: RetrainJob, progress: Progress): Promise<RetrainResult> {
  const { dataDir, id } = order;
  const { processes: versions, ...config } = job.config;
  const store = new ProcessStore(join(dataDir, 'processes'));
  const processes = await Promise.all((versions ?? []).map((version) => store.version(job.role, version)));
  return retrain({
    ...config,
    processes,
    role: job.role,
    snapshot: { id: job.snapshot.id, path: resolve(dataDir, job.snapshot.path) },
    registry: await Registry.open(join(dataDir, 'models')),
    // of the code that runs here, whatever the server that asked runs
    codeVersion: codeVersion(),
    progress,
    clock: systemClock,
    audit: (found) => auditApart({ models: join(dataDir, 'models'), order: found }),
    owner: `job ${id}`,
    notice: once((line) => process.stderr.write(`${line}\n`)),
  });
}

async function mine({ dataDir }: TrainingOrder, job: MineJob, progress: Progress): Promise<MineResult> {
  const { seed, minimumSupport } = job.config;
  return mineRole({
    role: job.role,
    snapshot: { id: job.snapshot.id, path: resolve(dataDir, job.snapshot.path) },
    store: new ProcessStore(join(dataDir, 'processes')),
    seed,
    ...(minimumSupport === undefined ? {} : { minimumSupport }),
    progress,
  });
}

// A worker that died lost its job to another one: training on would only waste the machine.
process.once('disconnect', () => process.exit(1));
process.once('message', (order: TrainingOrder) => void work(order));
