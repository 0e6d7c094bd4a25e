import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { quietLogger } from '../../../../engine/core/logger.ts';
import { LiveModels } from '../../../../engine/pipeline/live-models.ts';
import { RegistryBundles } from '../../../../engine/pipeline/registry-bundles.ts';
import { LppmModel } from '../../../../models/lppm/model.ts';
import { Registry } from '../../../../models/registry.ts';
import { stateDesk } from '../../../support/state-desk.ts';

const nothing = { standard: null, byLabel: {} };
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bundles-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, { recursive: true, force: true });
});

const examples = stateDesk(1, 40).slice(0, 80);

async function bundle(registry: Registry, seed: number): Promise<string> {
  const member = { hidden: 0, learningRate: 0.1, inputDropout: 0, hiddenDropout: 0, smoothing: 0.02 };
  const model = new LppmModel({ parameters: { members: [member], steps: 60, mostFeatures: 500, smoothing: 0.1 } });
  await model.fit(examples, { seed });
  const inputs = examples.map(({ input }) => input);
  const outputs = (await model.predict(inputs)).map(({ process, step, confidence, escalate }) => ({
    process,
    step,
    confidence,
    escalate,
  }));
  const folder = await registry.workspace();
  await model.save(folder);
  await model.dispose();
  const made = { parent: null, dataSnapshot: 's', codeVersion: '1', seed, schemas: {}, metrics: {} };
  const golden = inputs.map((input, index) => ({ input, output: outputs[index] }));
  const { id } = await registry.publish(folder, { role: 'pm', kind: 'lppm', ...made }, golden);
  const content = { role: 'pm', artefacts: { lppm: id }, thresholds: { dtr: nothing, lppm: nothing } };
  const expected = (await registry.current('pm'))?.id ?? null;
  const whole = { ...content, certificate: null, metrics: {}, parent: expected };
  return (await registry.promote('pm', whole, { expected, reason: 'test' })).id;
}

it('serves no bundle before its models have answered single messages, at the start and after a swap', async () => {
  const registry = await Registry.open(root);
  const first = await bundle(registry, 1);
  const live = new LiveModels(new RegistryBundles(registry, { device: 'cpu', context: {} as never }), quietLogger);
  const asked: { readonly rows: number; readonly serving: string | undefined }[] = [];
  const predict = LppmModel.prototype.predict;
  vi.spyOn(LppmModel.prototype, 'predict').mockImplementation(function spied(this: LppmModel, inputs) {
    asked.push({ rows: inputs.length, serving: live.inUse()['pm'] });
    return predict.call(this, inputs);
  });
  const filled = vi.spyOn(LppmModel.prototype, 'fill');
  await live.refresh('pm');
  expect(asked.filter(({ rows, serving }) => rows === 1 && serving === undefined)).toHaveLength(16);
  expect(new Set(filled.mock.calls.map(([, tool]) => tool))).toEqual(new Set(['rooms.book', 'parcels.move']));
  const second = await bundle(registry, 2);
  asked.length = 0;
  await live.refresh('pm');
  expect(asked.filter(({ rows, serving }) => rows === 1 && serving === first)).toHaveLength(16);
  expect(live.inUse()).toEqual({ pm: second });
  await live.dispose();
});
