import { beforeEach, describe, expect, it } from 'vitest';
import { quietLogger } from '../../../../engine/core/logger.ts';
import { LiveModels, type LoadedBundle } from '../../../../engine/pipeline/live-models.ts';

let current: string | null;
let disposed: string[];
let live: LiveModels;

beforeEach(() => {
  current = 'b1';
  disposed = [];
  const bundle = (role: string, id: string): LoadedBundle => ({
    id,
    role,
    dtr: null,
    lppm: null,
    cet: null,
    dispose: async () => void disposed.push(id),
  });
  live = new LiveModels(
    {
      current: async () => current,
      load: async (role, id) => {
        if (id === 'corrupt') throw new Error('a byte differs');
        return bundle(role, id);
      },
    },
    quietLogger,
  );
});

describe('acquire', () => {
  it('gives the current bundle, and null where there is none', async () => {
    expect((await live.acquire('desk')).bundle?.id).toBe('b1');
    current = null;
    expect((await live.acquire('other')).bundle).toBeNull();
  });

  it('keeps a pinned bundle alive over a swap and frees it with its last lease', async () => {
    const [one, two] = [await live.acquire('desk'), await live.acquire('desk')];
    current = 'b2';
    await live.refresh('desk');
    expect((await live.acquire('desk')).bundle?.id).toBe('b2');
    one.release();
    one.release();
    expect(disposed).toEqual([]);
    two.release();
    expect(disposed).toEqual(['b1']);
  });
});

describe('refresh', () => {
  it('goes on serving when a bundle does not load', async () => {
    await live.acquire('desk');
    current = 'corrupt';
    await live.refresh('desk');
    expect(live.inUse()).toEqual({ desk: 'b1' });
    expect(disposed).toEqual([]);
    // and whoever asks is told, until another one loads
    expect(live.refused()).toEqual({ desk: expect.any(String) as string });
    current = 'b2';
    await live.refresh('desk');
    expect(live.refused()).toEqual({});
  });

  it('loads once for many calls at a time', async () => {
    const [, , lease] = await Promise.all([live.refresh('desk'), live.refresh('desk'), live.acquire('desk')]);
    lease.release();
    current = 'b2';
    await Promise.all([live.refresh('desk'), live.refresh('desk')]);
    expect(disposed).toEqual(['b1']);
  });
});

describe('dispose', () => {
  it('frees what is in use', async () => {
    await live.acquire('desk');
    await live.dispose();
    expect(disposed).toEqual(['b1']);
  });
});
