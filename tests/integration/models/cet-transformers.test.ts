import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, pipeline } from '@huggingface/transformers';
import { describe, expect, it } from 'vitest';
import { CetModel } from '../../../models/cet/model.ts';
import { contextDesk, smallContext } from '../../support/context-desk.ts';

describe('a CET artefact in transformers.js', () => {
  it('loads as a feature extractor and gives one vector per text', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cet-hub-'));
    const model = new CetModel({ parameters: smallContext });
    try {
      await model.fit(contextDesk(1, 4), { seed: 1 });
      await model.save(folder);
      env.allowRemoteModels = false;
      const extract = await pipeline('feature-extraction', folder, { dtype: 'fp32' });
      const vectors = await extract(['Where did Anna buy the kayak?', 'It rained.'], { pooling: 'mean' });
      expect(vectors.dims).toEqual([2, smallContext.encoderWidth]);
      expect(Array.from(vectors.data as Float32Array).every(Number.isFinite)).toBe(true);
      await extract.dispose();
    } finally {
      await model.dispose();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
