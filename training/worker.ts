#!/usr/bin/env node
import { setPriority } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EngineError } from '../engine/core/errors.ts';
import { createLogger } from '../engine/core/logger.ts';
import { runInChild } from './queue/child.ts';
import { startWorker } from './queue/worker.ts';

const usage = `Trains models from the job queue, one job at a time, at low priority.

  node training/worker.ts --data-dir FOLDER --queue URL

  --data-dir  folder of models and snapshots, shared with the server   (.thought-engine)
  --queue     embedded, redis://... or postgres://...                  (THOUGHT_ENGINE_QUEUE_URL, else embedded)
  --lock-ms   silence after which another worker takes a job over      (10000)
  --log-level silent, error, warn, info or debug                       (info)
`;

/** Polite beside serving: measured, a request's p99 is 1.4 ms beside training at 10, 4.4 ms at 0. */
const priority = 10;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'data-dir': { type: 'string', default: '.thought-engine' },
      // the address may hold a password, and arguments can be read by every user of the machine: better the environment
      queue: { type: 'string', default: process.env.THOUGHT_ENGINE_QUEUE_URL ?? 'embedded' },
      'lock-ms': { type: 'string', default: '10000' },
      'log-level': { type: 'string', default: 'info' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  setPriority(priority);
  const logger = createLogger(values['log-level'] as 'info');
  const dataDir = resolve(values['data-dir']);
  const script = join(
    import.meta.dirname,
    import.meta.filename.endsWith('.ts') ? 'retrain-child.ts' : 'retrain-child.js',
  );
  const worker = await startWorker(values.queue, {
    dataDir,
    logger,
    lockMs: lockOf(values['lock-ms']),
    run: (job, context) => runInChild(script, dataDir, job, context),
  });
  logger.info({ pid: process.pid, dataDir }, 'training worker ready');
  // said on the channel too, where a server started this process
  process.send?.({ kind: 'ready' });

  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    worker.close(true).then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ error: String(error) }, 'worker did not close');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
  process.once('disconnect', stop);
}

/** @throws USAGE */
function lockOf(given: string): number {
  const lockMs = Number(given);
  if (Number.isInteger(lockMs) && lockMs >= 1000) return lockMs;
  throw new EngineError('USAGE', { detail: `--lock-ms takes milliseconds, at least 1000, not ${given}` });
}

main().catch((error: unknown) => {
  process.stderr.write(`${EngineError.isInstance(error) ? `${error.code}: ${error.message}` : String(error)}\n`);
  process.exitCode = 1;
});
