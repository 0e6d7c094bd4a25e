import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConsideredMessage } from '../../../../datasets/log/considered-messages.ts';
import { ManualClock } from '../../../../engine/core/clock.ts';
import { quietLogger } from '../../../../engine/core/logger.ts';
import type { Bundle } from '../../../../models/bundle.ts';
import { KeptState } from '../../../../training/loop/kept-state.ts';
import {
  emptyLoop,
  LearningLoop,
  type LearningLoopParts,
  type LoopState,
} from '../../../../training/loop/learning-loop.ts';
import { MemoryQueue } from '../../../support/memory-queue.ts';

const hour = 3_600_000;
const config = { seed: 1, alpha: 0.05, delta: 0.1, device: 'cpu', rollout: 'canary' } as const;
let folder: string;
let clock: ManualClock;
let queue: MemoryQueue;
let turns: number;
let corrections: number;
let messages: ConsideredMessage[];
let isTrying: boolean;
let snapshots: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loop-'));
  clock = new ManualClock(1000 * hour);
  queue = new MemoryQueue(() => clock.now());
  [turns, corrections, messages, isTrying, snapshots] = [1000, 0, [], false, 0];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function loopOf(over: Partial<LearningLoopParts> = {}): Promise<LearningLoop> {
  const queries = {
    learnable: async () => [{ role: 'desk', turns, corrections }],
    considered: async () => messages,
  };
  const registry = {
    list: async () => [{ role: 'desk', current: { id: 'b1' } as Bundle }],
    history: async () => [],
  };
  const rollouts = {
    memories: { desk: { bundle: 'b2' } },
    status: () => [],
    refresh: async () => (isTrying ? {} : null),
  } as unknown as LearningLoopParts['rollouts'];
  return new LearningLoop({
    queries,
    registry,
    queue,
    train: (role, reason) =>
      queue.enqueue({ role, snapshot: { id: `s${(snapshots += 1)}`, path: 'p' }, config, reason }),
    rollouts,
    kept: await KeptState.open<LoopState>(join(folder, 'learning.json'), emptyLoop, quietLogger),
    alpha: 0.05,
    settings: { turns: 200, days: 7, restMinutes: 60 },
    clock,
    logger: quietLogger,
    ...over,
  });
}
const asked = async () => (await queue.list()).map(({ job }) => job.reason);
const end = async (change: Parameters<MemoryQueue['move']>[1]): Promise<void> => {
  const [newest] = await queue.list();
  const id = newest?.id ?? '';
  clock.advance(1000);
  await queue.move(id, { finishedAt: clock.now(), ...change }, { id, kind: 'job-completed' });
};

describe('the learning loop', () => {
  it('trains what is new since it first looked, and once', async () => {
    const loop = await loopOf();
    await loop.look();
    turns += 250;
    await loop.look();
    expect(await asked()).toEqual([]); // it rests after what was trained by hand
    clock.advance(hour);
    await Promise.all([loop.look(), loop.look()]);
    await loop.look();
    expect(await asked()).toEqual(['by itself: 250 new turns']);
    expect(loop.status().plans).toMatchObject([{ role: 'desk', state: 'it is learning' }]);
  });

  it('trains a role at once whose models do not load', async () => {
    const loop = await loopOf({ refused: () => ({ desk: 'made by another version' }) });
    await loop.look();
    expect(await asked()).toEqual(['by itself: the models that should serve do not load']);
  });

  it('remembers over a restart, and begins anew from what it cannot read', async () => {
    const first = await loopOf();
    await first.look();
    await first.stop();
    turns += 250;
    clock.advance(hour);
    const second = await loopOf();
    await second.look();
    expect(await asked()).toHaveLength(1);
    await second.stop();
    expect(JSON.parse(await readFile(join(folder, 'learning.json'), 'utf8'))).toMatchObject({
      rollouts: { desk: { bundle: 'b2' } },
    });
    await writeFile(join(folder, 'learning.json'), '{"trained":');
    const third = await loopOf();
    await third.look();
    expect(third.status().plans).toMatchObject([{ turns: 0 }]);
  });

  it('looks after other roles where one cannot be trained, and keeps what is known', async () => {
    const found = ['bad', 'desk'].map((role) => ({ role, turns, corrections }));
    const loop = await loopOf({
      queries: { learnable: async () => found, considered: async () => messages },
      registry: { list: async () => [], history: async () => [] },
      train: async (role, reason) => {
        if (role === 'bad') throw new Error('its processes cannot be read');
        return queue.enqueue({ role, snapshot: { id: 's', path: 'p' }, config, reason });
      },
    });
    await loop.look();
    expect(await asked()).toEqual(['by itself: 1000 new turns']);
    expect(JSON.parse(await readFile(join(folder, 'learning.json'), 'utf8'))).toMatchObject({
      trained: { desk: { turns: 1000 } },
    });
  });

  it('tries again what can pass, later and later, and waits for news where it cannot', async () => {
    const loop = await loopOf();
    await loop.look();
    turns += 200;
    clock.advance(hour);
    await loop.look();
    await end({ state: 'failed', error: { code: 'TRAINING_FAILED', message: 'killed' } });
    await loop.look();
    clock.advance(hour);
    await loop.look();
    expect(await asked()).toHaveLength(1);
    clock.advance(hour);
    await loop.look();
    expect(await asked()).toHaveLength(2);
    await end({ state: 'failed', error: { code: 'TOO_FEW_ROWS', message: 'nothing to learn' } });
    for (let day = 0; day < 40; day += 1) {
      clock.advance(24 * hour);
      await loop.look();
    }
    expect(await asked()).toHaveLength(2);
    corrections += 10;
    await loop.look();
    expect(await asked()).toHaveLength(3);
  });

  it('counts a training by hand, and lets a trial come to its end', async () => {
    const loop = await loopOf();
    await loop.look();
    turns += 300;
    clock.advance(hour);
    await queue.enqueue({ role: 'desk', snapshot: { id: 'h', path: 'p' }, config, reason: 'by hand' });
    await end({ state: 'completed' });
    clock.advance(2 * hour);
    await loop.look();
    expect(await asked()).toEqual(['by hand']);
    turns += 300;
    isTrying = true;
    await loop.look();
    expect(await asked()).toHaveLength(1);
    isTrying = false;
    await loop.look();
    expect(await asked()).toHaveLength(2);
  });

  it('is asked to train by drift, and never promotes', async () => {
    messages = Array.from({ length: 1500 }, (_, index) => ({
      message: `m${index}`,
      conversation: `c${index}`,
      time: index * 60_000,
      tier: 'dtr',
      dtrLabel: index < 1000 ? 'shell' : 'logs',
      dtrConfidence: null,
      lppmLabel: null,
      lppmConfidence: null,
      length: 10,
      opening: 'ls',
      correct: null,
    }));
    const loop = await loopOf();
    await loop.look();
    turns += 50;
    clock.advance(hour);
    await loop.look();
    expect(await asked()).toEqual(['by itself: drift: kind of content']);
    expect(loop.status().drift.filter(({ isDrift }) => isDrift)).toMatchObject([{ kind: 'feature', role: 'desk' }]);
  });

  it('goes on when the queue was away', async () => {
    const down = await loopOf({ queue: { list: () => Promise.reject(new Error('away')) } });
    await down.look();
    expect(down.status().plans).toEqual([]);
  });
});
