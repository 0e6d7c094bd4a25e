import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock, systemClock } from '../../../../engine/core/clock.ts';
import { quietLogger, type Logger } from '../../../../engine/core/logger.ts';
import { dataFolder, type DataFolder } from '../../../../mads/house/data-folder.ts';
import { Housekeeping } from '../../../../mads/house/housekeeping.ts';
import { Registry } from '../../../../models/registry/registry.ts';
import { temporaryFolder } from '../../../support/log-fixture.ts';

const day = 86_400_000;
const nothing = { standard: null, byLabel: {} };
const temporary = temporaryFolder();
let folder: DataFolder;
let registry: Registry;
let clock: ManualClock;
let said: Record<string, unknown>[];
let logger: Logger;

beforeEach(async () => {
  folder = dataFolder(temporary.path);
  clock = new ManualClock(systemClock.now());
  registry = await Registry.open(folder.models, { clock });
  said = [];
  logger = { ...quietLogger, warn: (given: unknown) => void said.push(given as Record<string, unknown>) } as Logger;
});
afterEach(() => temporary.remove());

/** Old enough for nobody to wait for it, as the clock goes. */
async function snapshot(id: string, where: string): Promise<void> {
  const path = join(where, id);
  await mkdir(path, { recursive: true });
  await utimes(path, clock.now() / 1000, clock.now() / 1000);
}

async function night(seed: number): Promise<string> {
  await snapshot(seed.toString(16).padStart(64, '0'), folder.snapshots);
  await snapshot(seed.toString(16).padStart(64, 'e'), join(folder.root, 'sealed'));
  const work = await registry.workspace();
  await writeFile(join(work, 'weights.bin'), Buffer.alloc(10, seed));
  const golden = Array.from({ length: 64 }, (_, index) => ({ input: index, output: index }));
  const dataSnapshot = seed.toString(16).padStart(64, '0');
  const made = { parent: null, dataSnapshot, codeVersion: '1', seed, schemas: {}, metrics: {} };
  const { id } = await registry.publish(work, { role: 'pm', kind: 'dtr', ...made }, golden);
  const expected = (await registry.current('pm'))?.id ?? null;
  const content = {
    role: 'pm',
    artefacts: { dtr: id },
    thresholds: { dtr: nothing, lppm: nothing },
    certificate: null,
    metrics: {},
    parent: expected,
  };
  const bundle = await registry.promote('pm', content, { expected, reason: 'test' });
  clock.advance(40 * day);
  return bundle.id;
}

it('removes by itself what nothing needs, says what went, and keeps what serves with its snapshot', async () => {
  const bundles: string[] = [];
  for (let seed = 1; seed <= 5; seed += 1) bundles.push(await night(seed));
  const keeper = new Housekeeping({ folder, registry, keep: 2, clock, logger });
  keeper.start(24, 1);
  await expect.poll(() => said.length).toBe(1);
  await keeper.stop();
  expect(said[0]).toMatchObject({ bundles: expect.arrayContaining(bundles.slice(0, 3)), busy: [] });
  expect(said[0]?.['artefacts']).toHaveLength(3);
  // of the snapshots the two newest and those of kept models stay, of the sealed ones the two newest
  expect(said[0]?.['snapshots']).toHaveLength(6);
  const rows = (await readdir(folder.snapshots)).filter((name) => name.length === 64);
  expect(new Set(rows.map((name) => name.at(-1)))).toEqual(new Set(['4', '5']));
  expect((await registry.openCurrent('pm'))?.bundle.id).toBe(bundles.at(-1));
  await keeper.clear();
  expect(said).toHaveLength(1);
});

it('never begins where it is turned off, and says what went wrong instead of failing', async () => {
  const keeper = new Housekeeping({ folder, registry, keep: 2, clock, logger });
  keeper.start(0, 1);
  await night(1);
  await mkdir(join(folder.models, 'bundles', `${'a'.repeat(64)}.json`));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(said).toEqual([]);
  await keeper.clear();
  expect(said).toEqual([{ error: expect.stringContaining('EISDIR') as string }]);
  await keeper.stop();
});
