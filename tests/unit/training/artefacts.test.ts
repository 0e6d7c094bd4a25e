import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleConversations } from '../../../datasets/sample/desk.ts';
import { Registry } from '../../../models/registry/registry.ts';
import { DtrModel } from '../../../models/dtr/model.ts';
import { publishModels } from '../../../training/artefacts.ts';
import { answeredTurns } from '../../../training/examples/answered-turn.ts';
import { dtrExamples } from '../../../training/examples/dtr-examples.ts';
import { findPayloadTools } from '../../../training/examples/payload-tools.ts';

/** Loses its calibration on the way to the disk. */
class Forgetful extends DtrModel {
  override async save(folder: string): Promise<string[]> {
    const names = await super.save(folder);
    const file = join(folder, 'router.json');
    const router = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...router, calibration: { content: [0, 0], prose: [0, 0] } }));
    return names;
  }
}

describe('publishModels', () => {
  let root: string;
  let registry: Registry;
  const turns = answeredTurns(sampleConversations(1, { conversations: 40 }), { afterResults: true });
  const payloadTools = findPayloadTools(turns);
  const describeAs = {
    role: 'desk',
    kind: 'dtr',
    parent: null,
    dataSnapshot: 'none',
    codeVersion: 'test',
    seed: 1,
    schemas: { code: 'test' },
    metrics: {},
  } as const;
  const publish = async (dtr: DtrModel) => {
    await dtr.fit(dtrExamples(turns, payloadTools), { seed: 1 });
    const models = { dtr, lppm: null, cet: null };
    return publishModels({ models }, turns, payloadTools, registry, 'cpu', () => describeAs);
  };

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'artefacts-'));
    registry = await Registry.open(root);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('gives the ids of models that come back as they were learned', async () => {
    const { dtr } = await publish(new DtrModel());
    await expect(registry.artefact(dtr ?? '')).resolves.toMatchObject({ id: dtr });
  });

  it('sets a model aside that answers otherwise once it is loaded, before anybody can promote it', async () => {
    await expect(publish(new Forgetful())).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
  });
});
