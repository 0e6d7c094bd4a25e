import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LppmModel } from '../../models/lppm/model.ts';
import type { Registry } from '../../models/registry/registry.ts';
import { stateDesk } from './state-desk.ts';

export interface SmallBundleOptions {
  readonly role?: string;
  readonly seed?: number;
  /** What its manifest says that it learned from. */
  readonly dataSnapshot?: string;
  /** As if made by code that read dialogues in another way. */
  readonly isOutdated?: boolean;
}

/** Makes a real process mapper in a few milliseconds, seals it and lets it serve. @returns its bundle's id */
export async function promoteSmallBundle(registry: Registry, options: SmallBundleOptions = {}): Promise<string> {
  const { role = 'pm', seed = 1, dataSnapshot = 's', isOutdated = false } = options;
  const examples = stateDesk(1, 40).slice(0, 80);
  const member = { hidden: 0, learningRate: 0.1, inputDropout: 0, hiddenDropout: 0, smoothing: 0.02 };
  const model = new LppmModel({ parameters: { members: [member], steps: 60, mostFeatures: 500, smoothing: 0.1 } });
  await model.fit(examples, { seed });
  const answers = await model.predict(examples.map(({ input }) => input));
  const folder = await registry.workspace();
  await model.save(folder);
  if (isOutdated) {
    const path = join(folder, 'lppm.json');
    const description = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...description, encoding: 'another' }));
  }
  await model.dispose();
  const golden = answers.map(({ process, step, confidence, escalate }, index) => ({
    input: examples[index]?.input,
    output: { process, step, confidence, escalate },
  }));
  const made = { parent: null, dataSnapshot, codeVersion: '1', seed, schemas: {}, metrics: {} };
  const { id } = await registry.publish(folder, { role, kind: 'lppm', ...made }, golden);
  const expected = (await registry.current(role))?.id ?? null;
  const nothing = { standard: null, byLabel: {} };
  const content = {
    role,
    artefacts: { lppm: id },
    thresholds: { dtr: nothing, lppm: nothing },
    certificate: null,
    metrics: {},
    parent: expected,
  };
  return (await registry.promote(role, content, { expected, reason: 'test' })).id;
}
