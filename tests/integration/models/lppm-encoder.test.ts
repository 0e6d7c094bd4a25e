import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CetModel } from '../../../models/cet/model.ts';
import type { LppmExample } from '../../../models/lppm/example.ts';
import { LppmModel } from '../../../models/lppm/model.ts';
import { contextDesk, smallContext } from '../../support/context-desk.ts';
import { processDesk } from '../../support/process-desk.ts';

const member = { hidden: 16, learningRate: 0.1, inputDropout: 0.2, hiddenDropout: 0.1 };
const parameters = { members: [member], steps: 2000, mostFeatures: 4000, smoothing: 0.05 };

/** First turns alone: single utterances. */
function utterances(seed: number, count: number): LppmExample[] {
  return processDesk(seed, count).filter(({ input }) => input.turns.length === 1);
}

describe('a pre-trained encoder beside the words', () => {
  let folder = '';
  let encoder = '';
  const train = utterances(1, 90);
  const inputs = utterances(2, 30).map(({ input }) => input);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lppm-encoder-'));
    encoder = join(folder, 'encoder');
    for (const [seed, name] of [
      [1, 'encoder'],
      [2, 'other'],
    ] as const) {
      const context = new CetModel({ parameters: smallContext });
      await context.fit(contextDesk(seed, 4), { seed });
      await context.save(join(folder, name));
      await context.dispose();
    }
  }, 120_000);
  afterAll(async () => rm(folder, { recursive: true, force: true }));

  it('learns from its vectors, and answers the same after it is loaded again', async () => {
    const plain = new LppmModel({ parameters });
    const model = new LppmModel({ parameters, encoder });
    const again = new LppmModel();
    try {
      await plain.fit(train, { seed: 1 });
      await model.fit(train, { seed: 1 });
      expect(model.bytes - plain.bytes).toBeGreaterThan(smallContext.encoderWidth * member.hidden * 0.9);
      const answers = await model.predict(inputs);
      const confidences = answers.map(({ confidence }) => confidence);
      expect(confidences).not.toEqual((await plain.predict(inputs)).map(({ confidence }) => confidence));
      await model.save(join(folder, 'model'));
      await again.load(join(folder, 'model'));
      const repeated = await again.predict(inputs);
      repeated.forEach(({ confidence }, row) => expect(confidence).toBeCloseTo(confidences[row] as number, 5));
      expect(await again.predict([{ turns: [] }])).toHaveLength(1);
    } finally {
      for (const one of [plain, model, again]) await one.dispose();
    }
  });

  it('says what is wrong with an encoder that cannot be loaded, or is another one than it was trained with', async () => {
    const missing = new LppmModel({ parameters, encoder: join(folder, 'nowhere') });
    const gone = expect.stringMatching(/nowhere cannot be loaded: .*; name a folder/);
    await expect(missing.fit(train, { seed: 1 })).rejects.toMatchObject({ code: 'RUNTIME_UNAVAILABLE', message: gone });
    const empty = join(folder, 'empty');
    await mkdir(empty);
    const broken = new LppmModel({ parameters, encoder: empty });
    await expect(broken.fit(train, { seed: 1 })).rejects.toMatchObject({ code: 'RUNTIME_UNAVAILABLE' });
    const model = new LppmModel({ parameters, encoder });
    await model.fit(train, { seed: 1 });
    await model.save(join(folder, 'moved'));
    await model.dispose();
    await rm(encoder, { recursive: true });
    await expect(model.load(join(folder, 'moved'))).rejects.toMatchObject({ code: 'RUNTIME_UNAVAILABLE' });
    const { rename } = await import('node:fs/promises');
    await rename(join(folder, 'other'), encoder);
    await expect(model.load(join(folder, 'moved'))).rejects.toMatchObject({ code: 'ARTEFACT_MISMATCH' });
  });
});
