import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConversationLog } from '../../datasets/log/conversation-log.ts';
import type { SnapshotInfo } from '../../datasets/log/snapshot.ts';
import { sampleConversations } from '../../datasets/sample/desk.ts';
import { systemClock } from '../../engine/core/clock.ts';
import { silent } from '../../engine/core/progress.ts';
import { Registry } from '../../models/registry/registry.ts';
import { loadModels } from '../../training/artefacts.ts';
import { openQueue, type JobEvent, type RetrainQueue } from '../../training/queue/queue.ts';
import { retrain } from '../../training/retrain.ts';
import { promoteSmallBundle } from '../support/small-bundle.ts';

const workerScript = join(import.meta.dirname, '../../training/worker.ts');
const role = 'ops-desk';
const config = { seed: 1, alpha: 0.05, delta: 0.1, device: 'cpu', tiers: ['dtr'] } as const;
const patience = { timeout: 180_000, interval: 200 };

describe('learning again through the queue', () => {
  let dataDir: string;
  let snapshot: SnapshotInfo;
  let queue: RetrainQueue;
  let worker: ChildProcess;
  const events: JobEvent[] = [];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'retrain-'));
    await chmod(dataDir, 0o755);
    const log = await ConversationLog.open({ dataDir });
    await log.importConversations(sampleConversations(1, { conversations: 200 }));
    snapshot = await log.snapshot({ role, forTraining: true });
    await log.close();
    queue = await openQueue('embedded', { dataDir });
    queue.watch((event) => events.push(event));
    worker = spawn(process.execPath, [workerScript, '--data-dir', dataDir, '--log-level', 'warn'], {
      env: { ...process.env, THOUGHT_ENGINE_QUEUE_URL: queue.url },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    await once(worker, 'message');
  });
  afterAll(async () => {
    worker?.kill('SIGKILL');
    await queue?.close();
  });

  const train = async (seed: number) => {
    const { id, path } = snapshot;
    const request = { role, snapshot: { id, path }, config: { ...config, seed }, reason: 'test' };
    const job = await queue.enqueue(request);
    await expect.poll(async () => (await queue.show(job.id)).state, patience).toMatch(/completed|failed/);
    return queue.show(job.id);
  };

  it('trains at low priority, tells its progress, and promotes the first bundle', async () => {
    expect(getPriority(worker.pid ?? 0)).toBe(10);
    const job = await train(1);
    expect(job).toMatchObject({ state: 'completed', error: null, result: { role, promoted: true } });
    expect(job.result?.reasons.join('\n')).toMatch(/of \d+ sealed messages it settles/);
    const stages = events.flatMap((event) => (event.id === job.id ? (event.progress?.stage ?? []) : []));
    expect(stages).toContain('train dtr (all)');
    const registry = await Registry.open(join(dataDir, 'models'));
    const opened = await registry.openCurrent(role);
    expect(opened?.bundle.id).toBe(job.result?.bundle);
    expect(opened?.artefacts.dtr?.manifest).toMatchObject({ role, kind: 'dtr', seed: 1, dataSnapshot: snapshot.id });
    const models = opened === null ? null : await loadModels(opened, registry, 'cpu');
    expect(models?.dtr?.route('{"a": [1, 2, 3]}').confidence).toBeGreaterThan(0);
  });

  it('gives the same artefact for the same snapshot, code and seed, and replaces what other code made', async () => {
    const first = await (await Registry.open(join(dataDir, 'models'))).openCurrent(role);
    const registry = await Registry.open(await mkdtemp(join(tmpdir(), 'models-')));
    await promoteSmallBundle(registry, { role, isOutdated: true });
    const result = await retrain({
      ...config,
      role,
      snapshot,
      registry,
      codeVersion: first?.artefacts.dtr?.manifest.codeVersion ?? '',
      progress: silent,
      clock: systemClock,
    });
    expect((await registry.show(result.bundle)).artefacts).toEqual(first?.bundle.artefacts);
    expect(result).toMatchObject({ promoted: true });
    expect(result.reasons.join('\n')).toContain('made for other code and does not load here');
    expect((await registry.current(role))?.id).toBe(result.bundle);
  });

  it('compares the next candidate with the champion, and says what came of it', async () => {
    const registry = await Registry.open(join(dataDir, 'models'));
    const before = await registry.current(role);
    const { result } = await train(2);
    expect(result?.reasons.join('\n')).toMatch(/candidate: settles[^]*champion: settles/);
    const tested = (await registry.history(role)).flatMap(({ event }) =>
      event.kind === 'candidate-tested' ? event : [],
    );
    expect(tested).toMatchObject([{ champion: before?.id, bundle: result?.bundle, level: expect.closeTo(0.005, 9) }]);
    expect((await registry.current(role))?.id).toBe(result?.promoted === true ? result.bundle : before?.id);
    expect((await registry.show(result?.bundle ?? '')).parent).toBe(before?.id);
  });

  it('fails at once, without trying again, where there is too little to learn from', async () => {
    const { id, path } = snapshot;
    const request = { role: 'nobody', snapshot: { id, path }, config, reason: 'test' };
    const job = await queue.enqueue(request);
    await expect.poll(async () => (await queue.show(job.id)).state, patience).toBe('failed');
    expect(await queue.show(job.id)).toMatchObject({ attempts: 1, error: { code: 'TOO_FEW_ROWS' } });
  });

  it('stops a training in the middle when it is cancelled, and ends cleanly when it is told to', async () => {
    const { id, path } = snapshot;
    const request = { role, snapshot: { id, path }, config: { ...config, seed: 3 }, reason: 'test' };
    const job = await queue.enqueue(request);
    await expect.poll(async () => (await queue.show(job.id)).progress?.stage ?? '', patience).toContain('train');
    await queue.cancel(job.id);
    await expect
      .poll(async () => (await queue.show(job.id)).error?.code, { ...patience, timeout: 10_000 })
      .toBe('JOB_CANCELLED');
    worker.kill('SIGTERM');
    const [code] = (await once(worker, 'exit')) as [number];
    expect(code).toBe(0);
  });
});
