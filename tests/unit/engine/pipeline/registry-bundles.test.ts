import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { quietLogger } from '../../../../engine/core/logger.ts';
import { LiveModels } from '../../../../engine/pipeline/live-models.ts';
import { RegistryBundles } from '../../../../engine/pipeline/registry-bundles.ts';
import { LppmModel } from '../../../../models/lppm/model.ts';
import { Registry } from '../../../../models/registry/registry.ts';
import { promoteSmallBundle } from '../../../support/small-bundle.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bundles-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, { recursive: true, force: true });
});

it('serves no bundle before its models have answered single messages, at the start and after a swap', async () => {
  const registry = await Registry.open(root);
  const first = await promoteSmallBundle(registry, { seed: 1 });
  const live = new LiveModels(new RegistryBundles(registry, { device: 'cpu', context: {} as never }), quietLogger);
  const asked: { readonly rows: number; readonly serving: string | undefined }[] = [];
  // oxlint-disable-next-line typescript/unbound-method -- called with its model below
  const { predict } = LppmModel.prototype;
  vi.spyOn(LppmModel.prototype, 'predict').mockImplementation(function spied(this: LppmModel, inputs) {
    asked.push({ rows: inputs.length, serving: live.inUse()['pm'] });
    return predict.call(this, inputs);
  });
  const filled = vi.spyOn(LppmModel.prototype, 'fill');
  await live.refresh('pm');
  expect(asked.filter(({ rows, serving }) => rows === 1 && serving === undefined)).toHaveLength(16);
  expect(new Set(filled.mock.calls.map(([, tool]) => tool))).toEqual(new Set(['rooms.book', 'parcels.move']));
  const second = await promoteSmallBundle(registry, { seed: 2 });
  asked.length = 0;
  await live.refresh('pm');
  expect(asked.filter(({ rows, serving }) => rows === 1 && serving === first)).toHaveLength(16);
  expect(live.inUse()).toEqual({ pm: second });
  await live.dispose();
});
