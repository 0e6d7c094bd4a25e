import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock, systemClock } from '../../../../engine/core/clock.ts';
import { Registry } from '../../../../models/registry/registry.ts';
import { findAncestor } from '../../../../models/registry/lineage.ts';
import { pruneRegistry } from '../../../../models/registry/pruning.ts';

const day = 86_400_000;
const nothing = { standard: null, byLabel: {} };

describe('pruneRegistry', () => {
  let root: string;
  let clock: ManualClock;
  let registry: Registry;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'pruning-'));
    // files are as old as they are; the clock begins today
    clock = new ManualClock(systemClock.now());
    registry = await Registry.open(root, { clock });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function add(seed: number, promotes: boolean): Promise<string> {
    await registry.claim('pm', 'test');
    const folder = await registry.workspace();
    await writeFile(join(folder, 'weights.bin'), Buffer.alloc(100, seed));
    const golden = Array.from({ length: 64 }, (_, index) => ({ input: index, output: index }));
    const artefact = await registry.publish(
      folder,
      {
        role: 'pm',
        kind: 'dtr',
        parent: null,
        dataSnapshot: `snapshot ${seed}`,
        codeVersion: '1',
        seed,
        schemas: {},
        metrics: {},
      },
      golden,
    );
    const expected = (await registry.current('pm'))?.id ?? null;
    const content = {
      role: 'pm',
      artefacts: { dtr: artefact.id },
      thresholds: { dtr: nothing, lppm: nothing },
      certificate: null,
      metrics: {},
      parent: expected,
    };
    const { id } = await registry.addBundle(content);
    if (promotes) await registry.promote('pm', id, { expected, reason: 'test' });
    else await registry.recordTest({ role: 'pm', bundle: id, champion: expected ?? '', level: 0, isPromoted: false });
    return id;
  }

  it('keeps what serves, the newest few and what served lately, with their models and snapshots', async () => {
    const champions: string[] = [];
    const others: string[] = [];
    for (let night = 0; night < 12; night += 1) {
      champions.push(await add(night, true));
      others.push(await add(100 + night, false));
      clock.advance(10 * day);
    }
    const now = clock.now();
    const pruned = await pruneRegistry(root, registry, { keep: 2, now });
    // the last three served within 30 days of the end, the fourth until exactly then
    expect((await registry.bundles('pm')).map(({ id }) => id).toSorted()).toEqual(
      [...champions.slice(-3), ...others.slice(-2)].toSorted(),
    );
    expect(pruned).toMatchObject({ busy: [], quarantined: [] });
    expect(pruned.snapshots).toEqual(['snapshot 10', 'snapshot 11', 'snapshot 110', 'snapshot 111', 'snapshot 9']);
    expect(await readdir(join(root, 'artefacts'))).toHaveLength(5);
    expect((await registry.openCurrent('pm'))?.bundle.id).toBe(champions.at(-1));
    expect((await registry.rollback('pm')).id).toBe(champions.at(-2));
    expect(await pruneRegistry(root, registry, { keep: 2, now })).toMatchObject({ bundles: [], artefacts: [] });
    // a champion's decisions still lead to its data, code and parent; what never served has none
    const [first = '', second = ''] = champions;
    expect(await findAncestor(root, second.slice(0, 12))).toMatchObject({
      bundle: { id: second, parent: first },
      manifests: { dtr: { dataSnapshot: 'snapshot 1', codeVersion: '1', seed: 1 } },
    });
    expect(await findAncestor(root, others[0] ?? '')).toBeNull();
    expect(await findAncestor(root, champions.at(-1) ?? '')).toBeNull();
  });

  it('keeps what is tried out, however long that takes', async () => {
    const champion = await add(0, true);
    const challenger = await add(1, false);
    await registry.offer('pm', challenger, { expected: champion, share: 0, reason: 'gate' });
    clock.advance(50 * day);
    const later = await add(2, false);
    clock.advance(2 * day);
    const pruned = await pruneRegistry(root, registry, { keep: 1, now: clock.now() });
    expect(pruned.bundles).toEqual([]);
    expect((await registry.bundles('pm')).map(({ id }) => id).toSorted()).toEqual(
      [champion, challenger, later].toSorted(),
    );
  });

  it('removes nothing while a bundle cannot be read, which may be the one that serves', async () => {
    for (let night = 0; night < 6; night += 1) {
      await add(night, true);
      clock.advance(40 * day);
    }
    await mkdir(join(root, 'bundles', `${'a'.repeat(64)}.json`));
    await expect(pruneRegistry(root, registry, { keep: 1, now: clock.now() })).rejects.toThrow(/EISDIR/);
    await rm(join(root, 'bundles', `${'a'.repeat(64)}.json`), { recursive: true });
    expect(await registry.bundles('pm')).toHaveLength(6);
  });

  it('removes nothing where it is only asked, and nothing of a role that is in training', async () => {
    for (let night = 0; night < 6; night += 1) {
      await add(night, true);
      clock.advance(40 * day);
    }
    const asked = await pruneRegistry(root, registry, { keep: 1, now: clock.now(), isDryRun: true });
    expect(asked.bundles).toHaveLength(5);
    expect(await registry.bundles('pm')).toHaveLength(6);
    await registry.claim('pm', 'a trainer');
    const busy = await pruneRegistry(root, registry, { keep: 1, now: clock.now() });
    expect(busy).toMatchObject({ busy: ['pm'], bundles: [], artefacts: [] });
  });
});
