/**
 * Jobs a second through the real queue on its three back ends: the embedded PostgreSQL, a PostgreSQL by address (the same
 * server, reached over TCP as a guest) and Redis with an append-only file. Jobs do nothing, so that the queue alone is
 * measured: asking (64 at a time, each is looked up first), and working off with one worker and with four, each job of a
 * role of its own. Prints one JSON document on stdout.
 *
 * node tests/bench/jobs.bench.ts [--jobs 1000] [--rounds 3]
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startWorker } from '../../training/queue/worker.ts';
import { openQueue, type RetrainQueue } from '../../training/queue/queue.ts';
import { hasRedis, startRedis } from '../support/redis-server.ts';
import { rounded } from './load/quantiles.ts';

const { values } = parseArgs({
  options: { jobs: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '3' } },
});
const [jobs, rounds] = [Number(values.jobs), Number(values.rounds)];
const atOnce = 64;
const made = mkdtempSync(join(tmpdir(), 'jobs-bench-'));
// where root runs the bench, the database server runs as another user, who must reach its folder
chmodSync(made, 0o755);

interface Figures {
  readonly askedPerSecond: number;
  readonly oneWorkerPerSecond: number;
  readonly fourWorkersPerSecond: number;
}

try {
  const results: Record<string, Figures[]> = {};
  const keep = (name: string, figures: Figures): void => {
    (results[name] ??= []).push(figures);
    process.stderr.write(`${name}: ${JSON.stringify(figures)}\n`);
  };
  const embedded = await openQueue('embedded', { dataDir: join(made, 'served') });
  const redis = hasRedis ? await startRedis() : null;
  try {
    for (let round = 0; round < rounds; round += 1) {
      keep('embedded', await measure('embedded', `e${round}`, join(made, 'own')));
      keep('postgres', await measure(embedded.url, `p${round}`, made));
      if (redis !== null) keep('redis', await measure(redis.url, `r${round}`, made));
    }
  } finally {
    await redis?.stop();
    await embedded.close();
  }
  const document = { subject: 'jobs', jobs, rounds, loadAverage: loadavg()[0], results };
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
} finally {
  rmSync(made, { recursive: true, force: true });
}

async function measure(url: string, namespace: string, dataDir: string): Promise<Figures> {
  const options = { dataDir, namespace, codeVersion: 'bench' };
  const queue = await openQueue(url, options);
  try {
    const askedPerSecond = await ask(queue, 'first');
    const oneWorkerPerSecond = await workOff(queue, options, 1);
    await ask(queue, 'second');
    const fourWorkersPerSecond = await workOff(queue, options, 4);
    return { askedPerSecond, oneWorkerPerSecond, fourWorkersPerSecond };
  } finally {
    await queue.close();
  }
}

async function ask(queue: RetrainQueue, name: string): Promise<number> {
  const started = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < jobs) {
      const snapshot = `${name} ${(next += 1)}`;
      await queue.enqueue({
        role: `role ${snapshot}`,
        snapshot: { id: snapshot, path: `snapshots/${snapshot}` },
        config: { seed: 1, alpha: 0.05, delta: 0.1, device: 'cpu' },
        reason: 'bench',
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return rounded((jobs * 1000) / (performance.now() - started), 0);
}

async function workOff(
  queue: RetrainQueue,
  options: { readonly dataDir: string; readonly namespace: string; readonly codeVersion: string },
  count: number,
): Promise<number> {
  let done = 0;
  let first = 0;
  const run = (job: { readonly role: string }) => {
    if (done === 0) first = performance.now();
    done += 1;
    return Promise.resolve({ role: job.role, bundle: 'b', promoted: false, reasons: [], metrics: {} });
  };
  const workers = await Promise.all(Array.from({ length: count }, () => startWorker(queue.url, { ...options, run })));
  while (done < jobs) await wait(5);
  const perSecond = rounded((jobs * 1000) / (performance.now() - first), 0);
  await Promise.all(workers.map((worker) => worker.close()));
  return perSecond;
}
