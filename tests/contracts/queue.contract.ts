import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError } from '../../engine/core/errors.ts';
import {
  openQueue,
  type JobEvent,
  type RetrainQueue,
  type RetrainRequest,
  type RetrainResult,
} from '../../training/queue/queue.ts';
import { startWorker, type RunningWorker, type WorkerOptions } from '../../training/queue/worker.ts';

export interface QueueUnderTest {
  readonly url: string;
  readonly dataDir: string;
  stop(): Promise<void>;
}

const stuckWorker = join(import.meta.dirname, '../fixtures/queue/stuck-worker.ts');
const soon = { timeout: 20_000, interval: 50 };

export const requestFor = (snapshot: string): RetrainRequest => ({
  role: 'pm',
  snapshot: { id: snapshot, path: `snapshots/${snapshot}` },
  config: { seed: 1, alpha: 0.05, delta: 0.1, device: 'cpu' },
  reason: 'test',
});

const resultOf = (role: string): RetrainResult => ({
  role,
  bundle: 'b1',
  promoted: true,
  reasons: ['it is better'],
  metrics: { coverage: 0.5 },
});

/** What every back end of the retrain queue promises. */
export function describeQueue(start: () => Promise<QueueUnderTest>): void {
  describe('keeps the queue contract', () => {
    let place: QueueUnderTest;
    let queue: RetrainQueue;
    const namespace = 'contract';
    const work = (run: WorkerOptions['run']): Promise<RunningWorker> =>
      startWorker(queue.url, { dataDir: place.dataDir, namespace, codeVersion: 'test', lockMs: 1000, run });
    const open = (): Promise<RetrainQueue> =>
      openQueue(place.url, { dataDir: place.dataDir, namespace, codeVersion: 'test' });

    beforeAll(async () => {
      place = await start();
      queue = await open();
    });
    afterAll(async () => {
      await queue?.close();
      await place?.stop();
    });

    it('takes the same work once, and other work beside it', async () => {
      const first = await queue.enqueue(requestFor('once'));
      const again = await queue.enqueue({ ...requestFor('once'), reason: 'another reason' });
      const other = await queue.enqueue({ ...requestFor('once'), config: { ...requestFor('').config, seed: 2 } });
      expect(first).toMatchObject({ state: 'waiting', attempts: 0, result: null, error: null });
      expect(again.id).toBe(first.id);
      expect(again.job.reason).toBe('test');
      expect(other.id).not.toBe(first.id);
      expect((await queue.list()).map((view) => view.id).toSorted()).toEqual([first.id, other.id].toSorted());
      await expect(queue.show('nothing')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
    });

    it('keeps waiting jobs while nobody looks, then runs them, tells progress, and keeps the result', async () => {
      const { id } = await queue.enqueue(requestFor('run'));
      const events: JobEvent[] = [];
      const stop = queue.watch((event) => events.push(event));
      const worker = await work(async (job, { progress }) => {
        progress({ stage: 'train dtr', done: 1, total: 2 });
        return resultOf(job.role);
      });
      await expect.poll(async () => (await queue.show(id)).state, soon).toBe('completed');
      expect(await queue.show(id)).toMatchObject({
        attempts: 1,
        progress: { stage: 'train dtr', done: 1, total: 2 },
        result: resultOf('pm'),
        error: null,
      });
      await expect
        .poll(() => events.filter((event) => event.id === id).map((event) => event.kind), soon)
        .toEqual(expect.arrayContaining(['job-started', 'job-progressed', 'job-completed']));
      expect(events.find((event) => event.id === id && event.progress !== undefined)?.progress?.stage).toBe(
        'train dtr',
      );
      stop();
      await worker.close();
    });

    it('holds searches for processes beside trainings, and keeps their results apart', async () => {
      const { role, snapshot, reason } = requestFor('both');
      const asked = { kind: 'mine', role, snapshot, reason, config: { seed: 1, known: [] } } as const;
      const training = await queue.enqueue(requestFor('both'));
      const mining = await queue.enqueue(asked);
      expect(mining.id).not.toBe(training.id);
      const none = { changed: [], same: [], missed: [], dropped: [], conversations: 9, unexplained: 1, notices: [] };
      const found = { kind: 'mine', role, fresh: ['refund'], ...none } as const;
      const worker = await work(async (job) => (job.kind === 'mine' ? found : resultOf(job.role)));
      await expect.poll(async () => (await queue.show(mining.id)).state, soon).toBe('completed');
      await expect.poll(async () => (await queue.show(training.id)).state, soon).toBe('completed');
      expect(await queue.show(mining.id)).toMatchObject({ job: asked, result: null, mined: found });
      expect(await queue.show(training.id)).toMatchObject({ result: resultOf('pm'), mined: null });
      await worker.close();
    });

    it('never tries again what cannot pass, and says its code', async () => {
      let runs = 0;
      const worker = await work(async () => {
        runs += 1;
        throw new EngineError('TOO_FEW_ROWS', { what: 'learning', needed: 40, actual: 3 });
      });
      const { id } = await queue.enqueue(requestFor('too few'));
      await expect.poll(async () => (await queue.show(id)).state, soon).toBe('failed');
      expect(runs).toBe(1);
      expect((await queue.show(id)).error).toEqual({
        code: 'TOO_FEW_ROWS',
        message: 'learning needs at least 40 rows, got 3; import more conversations',
      });
      await worker.close();
    });

    it('tries again, after a pause, what can pass', async () => {
      const times: number[] = [];
      const worker = await work(async (job) => {
        times.push(performance.now());
        if (times.length === 1) throw new EngineError('TRAINING_FAILED', { what: 'dtr', detail: 'out of memory' });
        return resultOf(job.role);
      });
      const { id } = await queue.enqueue(requestFor('second try'));
      await expect.poll(async () => (await queue.show(id)).state, soon).toBe('completed');
      expect((await queue.show(id)).attempts).toBe(2);
      expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(1500);
      await worker.close();
    });

    it('never begins a cancelled job, and runs it after all when asked to', async () => {
      const { id } = await queue.enqueue(requestFor('cancelled early'));
      expect((await queue.cancel(id)).state).toBe('cancelled');
      const begun: string[] = [];
      const worker = await work(async (job, context) => {
        begun.push(context.id);
        return resultOf(job.role);
      });
      const other = await queue.enqueue(requestFor('behind it'));
      await expect.poll(async () => (await queue.show(other.id)).state, soon).toBe('completed');
      expect(begun).not.toContain(id);
      expect((await queue.show(id)).state).toBe('cancelled');
      await queue.retry(id);
      await expect.poll(async () => (await queue.show(id)).state, soon).toBe('completed');
      await worker.close();
    });

    it('lets one worker at a time train a role, and others train other roles meanwhile', async () => {
      const running = new Map<string, number>();
      let most = 0;
      let mostInAll = 0;
      const run: WorkerOptions['run'] = async (job) => {
        running.set(job.role, (running.get(job.role) ?? 0) + 1);
        most = Math.max(most, running.get(job.role) ?? 0);
        mostInAll = Math.max(
          mostInAll,
          [...running.values()].reduce((sum, one) => sum + one, 0),
        );
        await pause(700);
        running.set(job.role, (running.get(job.role) ?? 0) - 1);
        return resultOf(job.role);
      };
      const workers = await Promise.all([work(run), work(run)]);
      const asked = [requestFor('one'), requestFor('two'), requestFor('three'), { ...requestFor('four'), role: 'dev' }];
      const jobs = await Promise.all(asked.map((request) => queue.enqueue(request)));
      for (const { id } of jobs) {
        await expect.poll(async () => (await queue.show(id)).state, soon).toBe('completed');
        expect((await queue.show(id)).attempts).toBe(1);
      }
      expect(most).toBe(1);
      expect(mostInAll).toBe(2);
      await Promise.all(workers.map((worker) => worker.close()));
    });

    it('stops an active job that is cancelled', async () => {
      let wasAborted = false;
      const worker = await work(
        (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              wasAborted = true;
              reject(new Error('stopped'));
            });
          }),
      );
      const { id } = await queue.enqueue(requestFor('cancelled late'));
      await expect.poll(async () => (await queue.show(id)).state, soon).toBe('active');
      await expect(queue.retry(id)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
      await queue.cancel(id);
      await expect.poll(async () => (await queue.show(id)).error?.code, soon).toBe('JOB_CANCELLED');
      expect(wasAborted).toBe(true);
      expect((await queue.show(id)).state).toBe('cancelled');
      await worker.close();
    });

    it('gives the job of a killed worker to another one', async () => {
      const { id } = await queue.enqueue(requestFor('taken over'));
      const stuck = spawn(process.execPath, [stuckWorker, queue.url, place.dataDir, namespace], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(stuck.stdout, 'data');
      stuck.kill('SIGKILL');
      await once(stuck, 'exit');
      const killedAt = performance.now();
      const worker = await work(async (job) => resultOf(job.role));
      await expect.poll(async () => (await queue.show(id)).state, soon).toBe('completed');
      expect(performance.now() - killedAt).toBeLessThan(6000);
      await worker.close();
    });

    it('still has every job after it was closed and opened again', async () => {
      const before = (await queue.list()).map((view) => [view.id, view.state]);
      expect(before.length).toBeGreaterThan(5);
      await queue.close();
      queue = await open();
      expect((await queue.list()).map((view) => [view.id, view.state])).toEqual(before);
    });
  });
}
