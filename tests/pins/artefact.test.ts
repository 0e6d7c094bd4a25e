import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ManualClock } from '../../engine/core/clock.ts';
import { Registry } from '../../models/registry/registry.ts';

it('artefacts and bundles are written in this form', async () => {
  const root = await mkdtemp(join(tmpdir(), 'pins-'));
  const registry = await Registry.open(root, { clock: new ManualClock(1000) });
  const folder = await registry.workspace();
  await writeFile(join(folder, 'weights.bin'), 'w');
  const golden = Array.from({ length: 64 }, (_, index) => ({ input: index, output: index }));
  const description = {
    role: 'pm',
    kind: 'dtr',
    parent: null,
    dataSnapshot: 's',
    codeVersion: '1',
    seed: 1,
    schemas: { features: 'f' },
    metrics: { rows: 1 },
  } as const;
  const { id } = await registry.publish(folder, description, golden);
  const sealed = join(root, 'artefacts', id);
  expect((await readdir(sealed)).toSorted()).toEqual(['golden.json', 'manifest.json', 'weights.bin']);
  expect(JSON.parse(await readFile(join(sealed, 'manifest.json'), 'utf8'))).toEqual({
    format: 1,
    role: 'pm',
    kind: 'dtr',
    parent: null,
    dataSnapshot: 's',
    codeVersion: '1',
    seed: 1,
    schemas: { features: 'f' },
    metrics: { rows: 1 },
    golden: 64,
    files: {
      'golden.json': { bytes: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      'weights.bin': { bytes: 1, sha256: '50e721e49c013f00c62cf59f2163542a9d8df02464efeb615d31051b0fddc326' },
    },
  });
  const bundle = await registry.addBundle({
    role: 'pm',
    artefacts: { dtr: id },
    thresholds: { dtr: { standard: 0.9, byLabel: { a: null } }, lppm: { standard: null, byLabel: {} } },
    certificate: null,
    metrics: { coverage: 0.5 },
    parent: null,
  });
  const [file = ''] = await readdir(join(root, 'bundles'));
  expect(file).toBe(`${bundle.id}.json`);
  expect(JSON.parse(await readFile(join(root, 'bundles', file), 'utf8'))).toEqual({
    id: bundle.id,
    createdAt: 1000,
    role: 'pm',
    artefacts: { dtr: id },
    thresholds: { dtr: { standard: 0.9, byLabel: { a: null } }, lppm: { standard: null, byLabel: {} } },
    certificate: null,
    metrics: { coverage: 0.5 },
    parent: null,
  });
});
