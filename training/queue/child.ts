import { fork } from 'node:child_process';
import { EngineError } from '../../engine/core/errors.ts';
import type { JobResult, MineJob, MineResult, QueuedJob, RetrainJob, RetrainResult } from './queue.ts';
import type { RunContext } from './worker.ts';
import type { TrainingOrder, TrainingWord } from '../retrain-child.ts';

/** A training process that was asked to end and has not is killed after this time. */
const patienceMs = 2000;

/**
 * Runs one job in a process of its own, which inherits this one's low priority: a crash or a leak of native code ends
 * the job, not the worker, and a cancelled job can be stopped in the middle of a computation.
 * @throws what the training process reports; TRAINING_FAILED where it dies
 */
export function runInChild(s: string, dataDir: string, job: RetrainJob, context: RunContext): Promise<RetrainResult>;
export function runInChild(s: string, dataDir: string, job: MineJob, context: RunContext): Promise<MineResult>;
export function runInChild(s: string, dataDir: string, job: QueuedJob, context: RunContext): Promise<JobResult>;
export function runInChild(script: string, dataDir: string, job: QueuedJob, context: RunContext): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    const child = fork(script, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    let killing: NodeJS.Timeout | undefined;
    const stop = (): void => {
      child.kill('SIGTERM');
      killing = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    };
    const finish = (settle: () => void): void => {
      context.signal.removeEventListener('abort', stop);
      settle();
      stop();
    };
    child.on('message', (word: TrainingWord) => {
      if (word.kind === 'progress') context.progress(word.event);
      else if (word.kind === 'done') finish(() => resolve(word.result));
      else finish(() => reject(errorOf(word)));
    });
    child.once('error', (error) => finish(() => reject(failed(job, error.message))));
    child.once('exit', (code, signal) => {
      clearTimeout(killing);
      context.signal.removeEventListener('abort', stop);
      // after an answer this changes nothing: a promise settles once
      reject(failed(job, `its process ended with ${signal ?? `code ${code}`}`));
    });
    context.signal.addEventListener('abort', stop, { once: true });
    if (context.signal.aborted) stop();
    const order: TrainingOrder = { dataDir, id: context.id, job };
    child.send(order);
  });
}

function failed(job: QueuedJob, detail: string): EngineError {
  return new EngineError('TRAINING_FAILED', { what: `role ${job.role}`, detail });
}

function errorOf(word: Extract<TrainingWord, { kind: 'failed' }>): EngineError {
  return new EngineError(word.code, word.detail);
}
