import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../engine/core/clock.ts';
import { checkGolden, openArtefact, readGolden, sealArtefact } from '../../../../models/artefact.ts';
import type { BundleContent } from '../../../../models/bundle.ts';
import type { ArtefactDescription } from '../../../../models/manifest.ts';
import { Registry, type RegistryOptions } from '../../../../models/registry/registry.ts';

const golden = Array.from({ length: 64 }, (_, index) => ({
  input: index,
  output: { label: 'twice', value: index * 2 },
}));
const description = (seed: number): ArtefactDescription => ({
  role: 'pm',
  kind: 'dtr',
  parent: null,
  dataSnapshot: 'snapshot-1',
  codeVersion: '1',
  seed,
  schemas: { features: 'f1' },
  metrics: { accuracy: 0.9 },
});

const makeRoot = (): Promise<string> => mkdtemp(join(tmpdir(), 'registry-'));
const open = (root: string, options: RegistryOptions = {}): Promise<Registry> =>
  Registry.open(root, { clock: new ManualClock(1000), pollMs: 20, ...options });

async function publish(registry: Registry, seed: number): Promise<string> {
  const folder = await registry.workspace();
  await mkdir(join(folder, 'inner'));
  await writeFile(join(folder, 'weights.bin'), Buffer.alloc(1000, seed));
  await writeFile(join(folder, 'inner', 'labels.json'), '["a","b"]');
  return (await registry.publish(folder, description(seed), golden)).id;
}

const bundleOf = (dtr: string, parent: string | null = null): BundleContent => ({
  role: 'pm',
  artefacts: { dtr },
  thresholds: { dtr: { standard: 0.8, byLabel: { shell: null } }, lppm: { standard: null, byLabel: {} } },
  certificate: null,
  metrics: { accuracy: 0.9 },
  parent,
});

/** Publishes and promotes; returns the ids of the bundles, oldest first. */
async function promoteAll(registry: Registry, seeds: readonly number[]): Promise<string[]> {
  const ids: string[] = [];
  for (const seed of seeds) {
    const expected = ids.at(-1) ?? null;
    const bundle = bundleOf(await publish(registry, seed), expected);
    ids.push((await registry.promote('pm', bundle, { expected, reason: 'test' })).id);
  }
  return ids;
}

describe('artefact', () => {
  const seal = async (store: string, seed: number) => {
    const folder = await mkdtemp(join(store, 'work-'));
    await writeFile(join(folder, 'weights.bin'), 'abc');
    return sealArtefact(folder, store, description(seed), golden);
  };

  it('is named by its content: same content and seed, same id', async () => {
    const [one, two] = [await makeRoot(), await makeRoot()];
    const first = await seal(one, 1);
    expect((await seal(two, 1)).id).toBe(first.id);
    expect((await seal(one, 1)).id).toBe(first.id);
    expect((await seal(one, 2)).id).not.toBe(first.id);
    expect((await openArtefact(one, first.id)).manifest).toEqual(first.manifest);
  });

  it('is refused when any byte of any file differs', async () => {
    const store = await makeRoot();
    const { id, folder } = await seal(store, 1);
    for (const name of ['weights.bin', 'golden.json', 'manifest.json']) {
      const whole = await readFile(join(folder, name));
      for (const at of [0, Math.floor(whole.length / 2), whole.length - 1]) {
        const broken = Buffer.from(whole);
        broken[at] = (broken[at] as number) ^ 1;
        await writeFile(join(folder, name), broken);
        await expect(openArtefact(store, id)).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
      }
      await writeFile(join(folder, name), whole.subarray(0, -1));
      await expect(openArtefact(store, id)).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
      await writeFile(join(folder, name), whole);
    }
    await writeFile(join(folder, 'extra'), '');
    await expect(openArtefact(store, id)).rejects.toThrow('extra does not belong to it');
    await expect(openArtefact(store, '../etc')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('answers its golden questions within 1e-5, or is refused', async () => {
    const artefact = await seal(await makeRoot(), 1);
    expect(await readGolden(artefact)).toHaveLength(64);
    const answer = (error: number) => async (inputs: readonly unknown[]) =>
      inputs.map((input) => ({ label: 'twice', value: Number(input) * 2 + error }));
    await checkGolden(artefact, answer(1e-6));
    await expect(checkGolden(artefact, answer(1e-3))).rejects.toThrow(/golden vector 0 .*answer.value: 0 became 0.001/);
    await expect(checkGolden(artefact, async (inputs) => inputs)).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
    await expect(checkGolden(artefact, async () => [])).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
    await expect(checkGolden(artefact, answer(Number.NaN))).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
  });

  it('is not sealed with fewer than 64 golden vectors', async () => {
    const store = await makeRoot();
    await expect(sealArtefact(store, store, description(1), golden.slice(1))).rejects.toMatchObject({
      code: 'TOO_FEW_ROWS',
    });
  });
});

describe('registry', () => {
  it('promotes, rolls back, and remembers both after a restart', async () => {
    const root = await makeRoot();
    const registry = await open(root);
    expect(await registry.current('pm')).toBeNull();
    const [first = '', second = '', third = ''] = await promoteAll(registry, [1, 2, 3]);
    expect((await registry.current('pm'))?.id).toBe(third);
    expect((await registry.rollback('pm')).id).toBe(second);
    expect((await registry.rollback('pm')).id).toBe(first);
    await expect(registry.rollback('pm')).rejects.toMatchObject({ code: 'NOTHING_TO_ROLL_BACK' });
    const again = await open(root);
    expect((await again.current('pm'))?.id).toBe(first);
    expect((await again.history('pm')).map((record) => record.event.kind)).toEqual([
      'model-promoted',
      'model-promoted',
      'model-promoted',
      'model-rolled-back',
      'model-rolled-back',
    ]);
    expect(JSON.parse(await readFile(join(root, 'roles', 'pm.json'), 'utf8'))).toEqual({ role: 'pm', bundle: first });
    expect((await again.bundles('pm')).map((bundle) => bundle.id).toSorted()).toEqual(
      [first, second, third].toSorted(),
    );
    expect((await again.show(first.slice(0, 8))).id).toBe(first);
    await expect(again.show('ffffff')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await again.list()).toMatchObject([{ role: 'pm', current: { id: first } }]);
    const changed = await again.diff(first, second);
    expect(changed.map((difference) => difference.what)).toEqual(['artefacts.dtr', 'parent']);
  });

  it('refuses a promotion that compared with another champion', async () => {
    const registry = await open(await makeRoot());
    const [first = ''] = await promoteAll(registry, [1]);
    const late = registry.promote('pm', bundleOf(await publish(registry, 2)), { expected: null, reason: 'late' });
    await expect(late).rejects.toMatchObject({ code: 'REGISTRY_CONFLICT', retryable: true });
    expect((await registry.current('pm'))?.id).toBe(first);
  });

  it('refuses a trainer that was overtaken, in every order of two processes', async () => {
    const root = await makeRoot();
    const [slow, quick] = [await open(root), await open(root)];
    const oldToken = await slow.claim('pm', 'slow');
    const newToken = await quick.claim('pm', 'quick');
    expect(newToken).toBeGreaterThan(oldToken);
    const bundle = bundleOf(await publish(slow, 1));
    const stale = slow.promote('pm', bundle, { expected: null, token: oldToken, reason: 'stale' });
    await expect(stale).rejects.toMatchObject({ code: 'REGISTRY_CONFLICT' });
    const better = bundleOf(await publish(quick, 2));
    const promoted = await quick.promote('pm', better, { expected: null, token: newToken, reason: 'newest' });
    expect((await slow.current('pm'))?.id).toBe(promoted.id);
  });

  it('lets exactly one of many simultaneous promotions through', async () => {
    const root = await makeRoot();
    const registries = await Promise.all(Array.from({ length: 6 }, () => open(root)));
    const results = await Promise.allSettled(
      registries.map(async (registry, index) => {
        const bundle = bundleOf(await publish(registry, index + 1));
        return registry.promote('pm', bundle, { expected: null, reason: `racer ${index}` });
      }),
    );
    const winners = results.filter((result) => result.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    expect((await open(root)).damaged).toEqual([]);
    const history = await (await open(root)).history('pm');
    expect(history.filter((record) => record.event.kind === 'model-promoted')).toHaveLength(1);
  });

  it('sets a damaged artefact aside and serves the last whole bundle', async () => {
    const root = await makeRoot();
    const registry = await open(root);
    const [first = ''] = await promoteAll(registry, [1, 2]);
    const damaged = (await registry.current('pm'))?.artefacts.dtr ?? '';
    await writeFile(join(root, 'artefacts', damaged, 'weights.bin'), Buffer.alloc(1000, 7));
    const opened = await registry.openCurrent('pm');
    expect(opened?.bundle.id).toBe(first);
    expect(opened?.artefacts.dtr?.manifest.seed).toBe(1);
    expect(await readdir(join(root, 'quarantine'))).toHaveLength(1);
    await expect(registry.artefact(damaged)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await (await open(root)).current('pm'))?.id).toBe(first);
    // sealed anew from the same data and seed, it may serve again
    expect(await publish(registry, 2)).toBe(damaged);
    expect((await registry.openCurrent('pm'))?.artefacts.dtr?.id).toBe(damaged);
  });

  it('tells a watcher of another process within moments', async () => {
    const root = await makeRoot();
    const [server, trainer] = [await open(root), await open(root)];
    const seen: (string | null)[] = [];
    const stop = server.watch('pm', null, (bundle) => seen.push(bundle?.id ?? null));
    const ids = await promoteAll(trainer, [1]);
    await expect.poll(() => seen).toEqual(ids);
    const [second = ''] = (await promoteSecond(trainer, ids[0] ?? '')) ?? [];
    await expect.poll(() => seen).toEqual([...ids, second]);
    stop();
    await trainer.rollback('pm');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(seen).toHaveLength(2);
  });

  it('tries a challenger out beside the champion, more and more, until it is promoted', async () => {
    const root = await makeRoot();
    const registry = await open(root);
    const [champion = ''] = await promoteAll(registry, [1]);
    const { id } = await registry.addBundle(bundleOf(await publish(registry, 2), champion));
    const seen: string[] = [];
    const stop = (await open(root)).watch('pm', champion, (bundle) => seen.push(bundle?.id ?? ''));
    for (const share of [0, 0.05]) await registry.offer('pm', id, { expected: champion, share, reason: 'try' });
    const other = await open(root);
    expect(await other.challenger('pm')).toMatchObject({ bundle: id, champion, share: 0.05 });
    expect((await other.current('pm'))?.id).toBe(champion);
    expect((await other.openBundle(id))?.artefacts.dtr?.manifest.seed).toBe(2);
    await expect.poll(() => seen.at(-1)).toBe(champion);
    await other.promote('pm', id, { expected: champion, reason: 'better' });
    expect(await registry.challenger('pm')).toBeNull();
    expect((await registry.current('pm'))?.id).toBe(id);
    await expect.poll(() => seen.at(-1)).toBe(id);
    stop();
  });

  it('takes a challenger back first when it is rolled back, and never tries that one again', async () => {
    const registry = await open(await makeRoot());
    const [first, champion = ''] = await promoteAll(registry, [1, 2]);
    const { id } = await registry.addBundle(bundleOf(await publish(registry, 3), champion));
    const offer = () => registry.offer('pm', id, { expected: champion, share: 0.05, reason: 'try' });
    await offer();
    expect((await registry.rollback('pm')).id).toBe(champion);
    expect(await registry.challenger('pm')).toBeNull();
    await expect(offer()).rejects.toMatchObject({ code: 'REGISTRY_CONFLICT' });
    expect((await registry.rollback('pm')).id).toBe(first);
    expect(await registry.withdraw('pm', 'nothing to withdraw')).toBeNull();
  });

  it('withdraws only the challenger that is meant', async () => {
    const registry = await open(await makeRoot());
    const [champion = ''] = await promoteAll(registry, [1]);
    const { id } = await registry.addBundle(bundleOf(await publish(registry, 2), champion));
    await registry.offer('pm', id, { expected: champion, share: 0, reason: 'gate' });
    expect(await registry.withdraw('pm', 'of one that was tried before', champion)).toBeNull();
    expect(await registry.challenger('pm')).toMatchObject({ bundle: id });
    expect(await registry.hasFailed('pm', id)).toBe(false);
    expect(await registry.withdraw('pm', 'it does harm', id)).toBe(id);
  });

  it('offers nothing for a trainer that was overtaken, and to a champion that serves no more', async () => {
    const registry = await open(await makeRoot());
    const [champion = ''] = await promoteAll(registry, [1]);
    const { id } = await registry.addBundle(bundleOf(await publish(registry, 2), champion));
    const token = await registry.claim('pm', 'slow');
    await registry.claim('pm', 'quick');
    const stale = registry.offer('pm', id, { expected: champion, token, share: 0, reason: 'stale' });
    await expect(stale).rejects.toMatchObject({ code: 'REGISTRY_CONFLICT' });
    const unknown = registry.offer('pm', id, { expected: null, share: 0, reason: 'compared with nothing' });
    await expect(unknown).rejects.toMatchObject({ code: 'REGISTRY_CONFLICT' });
  });

  it('skips a damaged record and says so', async () => {
    const root = await makeRoot();
    const registry = await open(root);
    const [first] = await promoteAll(registry, [1]);
    await registry.claim('pm', 'x');
    await writeFile(join(root, 'log', '00000003.json'), '{"sequence":3}');
    const again = await open(root);
    expect(again.damaged).toEqual([3]);
    expect((await again.current('pm'))?.id).toBe(first);
  });
});

async function promoteSecond(registry: Registry, expected: string): Promise<string[]> {
  const bundle = bundleOf(await publish(registry, 2), expected);
  return [(await registry.promote('pm', bundle, { expected, reason: 'second' })).id];
}
