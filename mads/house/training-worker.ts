import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../../engine/core/logger.ts';

/** Rogers' worker: a process of low priority that trains what the queue holds. */
export interface TrainingWorker {
  stop(): Promise<void>;
}

/** A worker that died is started again after this time, doubled each time it dies at once; milliseconds. */
const restartMs = 1000;
const longestRestartMs = 60_000;
/** Patience with a worker that is asked to stop; milliseconds. */
const patienceMs = 5000;

export function startTrainingWorker(options: {
  readonly dataDir: string;
  readonly queueUrl: string;
  readonly logger: Logger;
}): TrainingWorker {
  const { dataDir, queueUrl, logger } = options;
  const source = fileURLToPath(new URL('../../training/worker.ts', import.meta.url));
  const script = existsSync(source) ? source : source.replace(/\.ts$/, '.js');
  let isStopping = false;
  let waitMs = restartMs;
  let timer: NodeJS.Timeout | undefined;
  let child = start();

  function start(): ReturnType<typeof fork> {
    const started = performance.now();
    const running = fork(script, ['--data-dir', dataDir, '--log-level', 'warn'], {
      env: { ...process.env, THOUGHT_ENGINE_QUEUE_URL: queueUrl },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ended = (code: number | null, signal: string | null): void => {
      if (isStopping) return;
      logger.warn({ code, signal, againInMs: waitMs }, 'training worker ended; it is started again');
      timer = setTimeout(() => {
        child = start();
      }, waitMs);
      waitMs = performance.now() - started > longestRestartMs ? restartMs : Math.min(waitMs * 2, longestRestartMs);
    };
    running.once('exit', ended);
    running.on('error', (error) => {
      logger.warn({ error: error.message }, 'training worker');
      // One that could not be started at all has no exit.
      if (running.pid === undefined) ended(null, null);
    });
    return running;
  }

  return {
    stop: async () => {
      isStopping = true;
      clearTimeout(timer);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const killing = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      await ended;
      clearTimeout(killing);
    },
  };
}
