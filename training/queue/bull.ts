import { Queue, QueueEvents, type Job } from 'bullmq';
import { EngineError, errorCatalogue, messageOf, type ErrorCode } from '../../engine/core/errors.ts';
import { quietLogger, type Logger } from '../../engine/core/logger.ts';
import type { ProgressEvent } from '../../engine/core/progress.ts';
import { connectBackend, queueName, type QueueBackend } from './backend.ts';
import { codeVersion } from './code.ts';
import {
  jobId,
  type JobEvent,
  type JobState,
  type JobView,
  type QueueOptions,
  type JobRequest,
  type JobResult,
  type QueuedJob,
  type RetrainQueue,
} from './queue.ts';

/** What stands in the store. The mark outlives the worker that should have seen it. */
export type StoredJob = QueuedJob & { readonly isCancelled?: boolean };
export type BullJob = Job<StoredJob, JobResult>;

const attempts = 3;
const firstBackoffMs = 2000;
/** Finished jobs that are remembered. */
const kept = 500;
/** An answer that takes longer counts as none; a store that is away must not hang its callers. */
const answerLimitMs = 15_000;

export async function openBullQueue(url: string, options: QueueOptions): Promise<RetrainQueue> {
  const backend = await connectBackend(url, options);
  const queue = new BullRetrainQueue(backend, options);
  try {
    await queue.ready();
  } catch (error) {
    await queue.close();
    throw error;
  }
  return queue;
}

const states = {
  waiting: 'waiting',
  delayed: 'waiting',
  prioritized: 'waiting',
  active: 'active',
  completed: 'completed',
  failed: 'failed',
} as const satisfies Record<string, JobState>;
type BullState = keyof typeof states;

class BullRetrainQueue implements RetrainQueue {
  readonly url: string;
  readonly #backend: QueueBackend;
  readonly #queue: Queue<StoredJob, JobResult>;
  readonly #logger: Logger;
  readonly #codeVersion: string;
  readonly #listeners = new Set<(event: JobEvent) => void>();
  #events: QueueEvents | null = null;

  constructor(backend: QueueBackend, options: QueueOptions) {
    this.url = backend.url;
    this.#backend = backend;
    this.#logger = options.logger ?? quietLogger;
    this.#codeVersion = options.codeVersion ?? codeVersion();
    this.#queue = new Queue(queueName, backend.options(), backend.factory);
    this.#queue.on('error', (error) => this.#logger.warn({ error: error.message }, 'job queue connection'));
  }

  async ready(): Promise<void> {
    await this.#ask(() => this.#queue.waitUntilReady());
  }

  async enqueue(request: JobRequest): Promise<JobView> {
    const data: StoredJob = { ...request, codeVersion: this.#codeVersion };
    const id = jobId(data);
    const known = await this.#find(id);
    if (known !== null) {
      const view = await this.#view(known);
      return view.state === 'failed' || view.state === 'cancelled' ? this.retry(id) : view;
    }
    const job = await this.#ask(() =>
      this.#queue.add(data.kind ?? 'retrain', data, {
        jobId: id,
        attempts,
        backoff: { type: 'exponential', delay: firstBackoffMs },
        removeOnComplete: { count: kept },
        removeOnFail: { count: kept },
      }),
    );
    return this.#view(job);
  }

  async list(): Promise<JobView[]> {
    const views = new Map<string, JobView>();
    for (const state of Object.keys(states) as BullState[]) {
      for (const job of await this.#ask(() => this.#queue.getJobs([state], 0, kept - 1))) {
        // a job that moves on between two questions is met twice: the later state counts
        if (job?.id !== undefined) views.set(job.id, viewOf(job, state));
      }
    }
    return [...views.values()].toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
  }

  async show(id: string): Promise<JobView> {
    return this.#view(await this.#need(id));
  }

  async retry(id: string): Promise<JobView> {
    const job = await this.#need(id);
    const state = await this.#ask(() => job.getState());
    const isMarked = job.data.isCancelled === true;
    if (state !== 'failed' && !(isMarked && state !== 'active')) {
      throw new EngineError('BAD_REQUEST', {
        detail: `job ${id} is ${state}; only a failed or cancelled job can be run again`,
      });
    }
    if (isMarked) await this.#ask(() => job.updateData({ ...job.data, isCancelled: false }));
    if (state === 'failed' || state === 'completed') {
      await this.#ask(() => job.retry(state, { resetAttemptsMade: true, resetAttemptsStarted: true }));
    }
    return this.show(id);
  }

  async cancel(id: string): Promise<JobView> {
    const job = await this.#need(id);
    const state = await this.#ask(() => job.getState());
    if (state === 'completed' || state === 'failed') return this.#view(job);
    await this.#ask(() => job.updateData({ ...job.data, isCancelled: true }));
    return this.show(id);
  }

  watch(callback: (event: JobEvent) => void): () => void {
    this.#listeners.add(callback);
    this.#events ??= this.#listen();
    return () => this.#listeners.delete(callback);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await this.#events?.close().catch(() => undefined);
    await this.#queue.close().catch(() => undefined);
    await this.#backend.close();
  }

  #listen(): QueueEvents {
    const events = new QueueEvents(queueName, this.#backend.options(), this.#backend.factory);
    const tell = (event: JobEvent): void => {
      for (const listener of this.#listeners) listener(event);
    };
    events.on('error', (error) => this.#logger.warn({ error: error.message }, 'job events connection'));
    events.on('waiting', ({ jobId: id }) => tell({ id, kind: 'job-waiting' }));
    events.on('active', ({ jobId: id }) => tell({ id, kind: 'job-started' }));
    events.on('completed', ({ jobId: id }) => tell({ id, kind: 'job-completed' }));
    events.on('failed', ({ jobId: id }) => tell({ id, kind: 'job-failed' }));
    events.on('stalled', ({ jobId: id }) => tell({ id, kind: 'job-stalled' }));
    events.on('progress', ({ jobId: id, data }) => {
      const progress = progressOf(data);
      if (progress !== null) tell({ id, kind: 'job-progressed', progress });
    });
    return events;
  }

  #find(id: string): Promise<BullJob | null> {
    return this.#ask(async () => (await this.#queue.getJob(id)) ?? null);
  }

  async #need(id: string): Promise<BullJob> {
    const job = await this.#find(id);
    if (job === null) throw new EngineError('JOB_NOT_FOUND', { id });
    return job;
  }

  async #view(job: BullJob): Promise<JobView> {
    const state = (await this.#ask(() => job.getState())) as BullState;
    // One that ended since it was read has its result now.
    const isEnded = state === 'completed' || state === 'failed';
    return viewOf(isEnded ? ((await this.#find(job.id ?? '')) ?? job) : job, state);
  }

  async #ask<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${answerLimitMs / 1000} s`)), answerLimitMs);
    });
    try {
      return await Promise.race([work(), late]);
    } catch (error) {
      if (EngineError.isInstance(error)) throw error;
      const detail = messageOf(error);
      throw new EngineError('QUEUE_UNAVAILABLE', { url: this.#backend.shown, detail }, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

function viewOf(job: BullJob, bullState: BullState): JobView {
  const { isCancelled, ...data } = job.data;
  const state = states[bullState] ?? 'waiting';
  const result = state === 'completed' ? (job.returnvalue ?? null) : null;
  return {
    id: job.id ?? '',
    job: data,
    state: isCancelled === true && state !== 'completed' ? 'cancelled' : state,
    progress: progressOf(job.progress),
    // not `attemptsStarted`: that counts each time a worker saw that the role was in training elsewhere
    attempts: job.attemptsMade + job.stalledCounter + (state === 'active' ? 1 : 0),
    createdAt: job.timestamp,
    startedAt: job.processedOn ?? null,
    finishedAt: job.finishedOn ?? null,
    result: result?.kind === 'mine' ? null : result,
    mined: result?.kind === 'mine' ? result : null,
    error: state === 'failed' ? errorOf(job.failedReason ?? '') : null,
  };
}

function progressOf(value: unknown): ProgressEvent | null {
  const event = value as Partial<ProgressEvent> | null;
  return typeof event === 'object' && typeof event?.stage === 'string' ? (event as ProgressEvent) : null;
}

/** The store keeps an error as text: its code, then its message. */
export function textOfError(error: EngineError): string {
  return `${error.code}: ${error.message}`;
}

function errorOf(text: string): { code: ErrorCode; message: string } {
  const [, code = '', message = ''] = /^([A-Z_]+): ([\s\S]*)$/.exec(text) ?? [];
  return code in errorCatalogue ? { code: code as ErrorCode, message } : { code: 'TRAINING_FAILED', message: text };
}
