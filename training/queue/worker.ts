import { DelayedError, Queue, UnrecoverableError, Worker } from 'bullmq';
import { systemClock } from '../../engine/core/clock.ts';
import { EngineError } from '../../engine/core/errors.ts';
import { quietLogger } from '../../engine/core/logger.ts';
import type { Progress, ProgressEvent } from '../../engine/core/progress.ts';
import { connectBackend, queueName } from './backend.ts';
import { textOfError, type BullJob, type StoredJob } from './bull.ts';
import type { JobResult, QueuedJob, QueueOptions } from './queue.ts';

export interface RunContext {
  readonly id: string;
  readonly progress: Progress;
  /** Aborted when the job is cancelled, or another worker has taken it over. */
  readonly signal: AbortSignal;
}

export interface WorkerOptions extends QueueOptions {
  readonly run: (job: QueuedJob, context: RunContext) => Promise<JobResult>;
  /** A worker that is silent for so long has lost its job; another takes it over within 1.5 times of it. */
  readonly lockMs?: number;
}

export interface RunningWorker {
  /** Lets the job under way end, then closes. `isNow`: stops it; it goes back to the queue. */
  close(isNow?: boolean): Promise<void>;
}

const lockByDefaultMs = 10_000;
/** A job whose workers died this often is not tried again: it may be what kills them. */
const mostDeaths = 2;
const cancelPollMs = 500;
/** A job whose role is in training elsewhere asks again after this time. */
const turnMs = 1000;
/** Workers whose jobs are looked at. */
const mostActive = 999;
const progressEveryMs = 250;

/** Takes jobs from the queue, one at a time. @throws QUEUE_UNAVAILABLE, QUEUE_MISCONFIGURED */
export async function startWorker(url: string, options: WorkerOptions): Promise<RunningWorker> {
  const logger = options.logger ?? quietLogger;
  const backend = await connectBackend(url, options);
  const queue = new Queue<StoredJob, JobResult>(queueName, backend.options(), backend.factory);
  const underWay = new Map<string, AbortController>();
  const lockMs = options.lockMs ?? lockByDefaultMs;

  const process = async (job: BullJob, lock?: string): Promise<JobResult> => {
    const id = job.id ?? '';
    if (job.data.isCancelled === true) throw unrecoverable(new EngineError('JOB_CANCELLED', { id }));
    if (await isBehind(job, queue)) {
      await job.moveToDelayed(systemClock.now() + turnMs, lock);
      throw new DelayedError();
    }
    const controller = new AbortController();
    underWay.set(id, controller);
    const watching = setInterval(() => {
      const look = async (): Promise<void> => {
        if ((await queue.getJob(id))?.data.isCancelled === true) controller.abort('cancelled');
      };
      look().catch((error: unknown) => logger.warn({ id, error: String(error) }, 'job cannot be looked at'));
    }, cancelPollMs);
    const reporter = throttled((event) => {
      job.updateProgress(event).catch((error: unknown) => logger.warn({ id, error: String(error) }, 'progress'));
    });
    try {
      const { isCancelled: _, ...data } = job.data;
      return await options.run(data, { id, progress: reporter, signal: controller.signal });
    } catch (error) {
      if (controller.signal.reason === 'cancelled') throw unrecoverable(new EngineError('JOB_CANCELLED', { id }));
      const known = EngineError.from(error);
      logger.warn({ id, code: known.code, error: known.message }, 'job failed');
      throw known.retryable ? new Error(textOfError(known), { cause: error }) : unrecoverable(known);
    } finally {
      clearInterval(watching);
      underWay.delete(id);
    }
  };

  const worker = new Worker<StoredJob, JobResult>(
    queueName,
    process,
    {
      ...backend.options(),
      concurrency: 1,
      lockDuration: lockMs,
      stalledInterval: lockMs / 2,
      maxStalledCount: mostDeaths,
      drainDelay: 1,
    },
    backend.factory,
  );
  worker.on('error', (error) => logger.warn({ error: error.message }, 'worker connection'));
  worker.on('lockRenewalFailed', (ids: readonly string[]) => {
    for (const id of ids) underWay.get(id)?.abort('taken over');
  });
  await worker.waitUntilReady();
  return {
    close: async (isNow = false) => {
      if (isNow) for (const controller of underWay.values()) controller.abort('stopping');
      await worker.close();
      await queue.close();
      await backend.close();
    },
  };
}

/**
 * Whether another worker is at the same kind of work for the same role, and began it earlier: two trainers of a role
 * would only undo each other's work. Where the clocks of machines differ, two may run after all; then the fencing token
 * lets one promote.
 */
async function isBehind(job: BullJob, queue: Queue<StoredJob, JobResult>): Promise<boolean> {
  const active = await queue.getJobs(['active'], 0, mostActive);
  // what was asked for a moment ago knows its own beginning better than the copy that came with the job
  const own = active.find((one) => one?.id === job.id) ?? job;
  const isEarlier = (one: BullJob): boolean => {
    const [theirs, mine] = [one.processedOn ?? 0, own.processedOn ?? 0];
    return theirs < mine || (theirs === mine && (one.id ?? '') < (job.id ?? ''));
  };
  return active.some(
    (one) =>
      one !== undefined &&
      one.id !== job.id &&
      one.data.role === job.data.role &&
      one.data.kind === job.data.kind &&
      isEarlier(one),
  );
}

/** BullMQ tries again after any error but this one. */
function unrecoverable(error: EngineError): UnrecoverableError {
  return new UnrecoverableError(textOfError(error));
}

/** Hands on the first event, each new stage, and at most four events a second; the store need not see every step. */
function throttled(send: (event: ProgressEvent) => void): Progress {
  let stage = '';
  let last = Number.NEGATIVE_INFINITY;
  return (event) => {
    const isEnd = event.total !== null && event.done >= event.total;
    if (event.stage === stage && !isEnd && performance.now() - last < progressEveryMs) return;
    stage = event.stage;
    last = performance.now();
    send(event);
  };
}
