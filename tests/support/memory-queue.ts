import { EngineError } from '../../engine/core/errors.ts';
import type { JobEvent, JobRequest, JobView, RetrainQueue } from '../../training/queue/queue.ts';
import { jobId } from '../../training/queue/queue.ts';

/** Jobs in memory that nobody works on: a test moves them by hand, the page sees what a real queue would tell. */
export class MemoryQueue implements RetrainQueue {
  readonly url = 'memory';
  readonly #jobs = new Map<string, JobView>();
  readonly #listeners = new Set<(event: JobEvent) => void>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async enqueue(request: JobRequest): Promise<JobView> {
    const job = { ...request, codeVersion: '1' };
    const view: JobView = {
      id: jobId(job),
      job,
      state: 'waiting',
      progress: null,
      attempts: 0,
      createdAt: this.#now(),
      startedAt: null,
      finishedAt: null,
      result: null,
      mined: null,
      error: null,
    };
    this.#jobs.set(view.id, view);
    this.tell({ id: view.id, kind: 'job-waiting' });
    return view;
  }

  /** Changes a job and tells the listeners. */
  async move(id: string, change: Partial<JobView>, event: JobEvent): Promise<void> {
    this.#jobs.set(id, { ...(await this.show(id)), ...change });
    this.tell(event);
  }

  tell(event: JobEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async list(): Promise<JobView[]> {
    return [...this.#jobs.values()].toReversed();
  }

  async show(id: string): Promise<JobView> {
    const view = this.#jobs.get(id);
    if (view === undefined) throw new EngineError('JOB_NOT_FOUND', { id });
    return view;
  }

  async retry(id: string): Promise<JobView> {
    await this.move(id, { state: 'waiting', error: null, finishedAt: null }, { id, kind: 'job-waiting' });
    return this.show(id);
  }

  async cancel(id: string): Promise<JobView> {
    await this.move(id, { state: 'cancelled', finishedAt: this.#now() }, { id, kind: 'job-failed' });
    return this.show(id);
  }

  watch(callback: (event: JobEvent) => void): ReturnType<RetrainQueue['watch']> {
    this.#listeners.add(callback);
    return this.#ended(callback);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }

  #ended(callback: (event: JobEvent) => void): ReturnType<RetrainQueue['watch']> {
    return () => this.#listeners.delete(callback);
  }
}
