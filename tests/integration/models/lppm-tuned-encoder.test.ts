import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from '@huggingface/transformers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../engine/core/random.ts';
import type { EncoderTuning } from '../../../engine/core/config.ts';
import type { LppmExample } from '../../../models/lppm/example.ts';
import { LppmModel } from '../../../models/lppm/model.ts';
import type { Parameters } from '../../../models/nn/operations.ts';
import { Wordpiece } from '../../../models/text/wordpiece.ts';
import { trainWordpiece } from '../../../models/text/wordpiece-trainer.ts';
import { openingDesk } from '../../support/opening-desk.ts';
import { processDesk } from '../../support/process-desk.ts';
import { pretrainBert, writeBert } from '../../support/small-bert.ts';
import { smallFlow } from '../../support/small-mapper.ts';

const member = { hidden: 0, learningRate: 0.3, inputDropout: 0.1, hiddenDropout: 0 };
/** One word alone is a feature: what is known is known from the encoder. */
const parameters = { members: [member], steps: 4000, mostFeatures: 1, smoothing: 0.05 };
const tuning = { epochs: 8, learningRate: 2e-3 };

const unlabelled = openingDesk(11, 60).map(({ input }) => input.turns[0]?.text ?? '');
const wordpiece = new Wordpiece(trainWordpiece(unlabelled, { size: 800 }));
const sizes = { positions: 48, kinds: 2, width: 48, layers: 2, heads: 4, inner: 96, epsilon: 1e-12 };
const shape = { vocabulary: wordpiece.vocabulary.length, ...sizes };

describe('a pre-trained encoder that is tuned', () => {
  let folder = '';
  let encoder = '';
  let pretrained: Parameters = new Map();
  const train = openingDesk(1, 20);
  const test = openingDesk(101, 20);
  const inputs = test.map(({ input }) => input);
  const fitted = async (encoderTuning: EncoderTuning): Promise<LppmModel> => {
    const model = new LppmModel({ parameters, encoder, encoderTuning, tuning });
    await model.fit(train, { seed: 1 });
    return model;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lppm-tuned-'));
    encoder = join(folder, 'encoder');
    pretrained = await pretrainBert(unlabelled, shape, wordpiece, 4);
    await writeBert(encoder, { shape, parameters: pretrained, wordpiece });
  });
  afterAll(async () => rm(folder, { recursive: true, force: true }));

  it('tells first messages apart far better than the frozen one', async () => {
    const right: number[] = [];
    for (const how of ['frozen', 'tuned'] as const) {
      const model = await fitted(how);
      const answers = await model.predict(inputs);
      right.push(answers.filter(({ step }, row) => step === test[row]?.step).length / test.length);
      await model.dispose();
    }
    const [frozen = 1, tuned = 0] = right;
    expect(tuned).toBeGreaterThan(frozen + 0.1);
    expect(tuned).toBeGreaterThan(0.7);
  });

  it('goes with its model, bit for bit, and needs nothing of what it was before', async () => {
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    const model = await fitted('tuned');
    const answers = await model.predict(inputs);
    expect(await model.save(first)).toContain('encoder/onnx/model.onnx');
    await model.dispose();
    const repeated = await fitted('tuned');
    await repeated.save(second);
    await repeated.dispose();
    expect(hashesOf(second)).toEqual(hashesOf(first));
    const again = new LppmModel();
    await rm(encoder, { recursive: true });
    await again.load(first);
    expect(await again.predict(inputs)).toEqual(answers);
    await rm(second, { recursive: true });
    await again.save(second);
    await again.dispose();
    expect(hashesOf(second)).toEqual(hashesOf(first));
    const extract = await pipeline('feature-extraction', join(first, 'encoder'), { dtype: 'fp32' });
    expect((await extract('where is my order?', { pooling: 'mean' })).dims).toEqual([1, sizes.width]);
    await extract.dispose();
    await appendFile(join(first, 'encoder', 'config.json'), ' ');
    await expect(again.load(first)).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
    await writeBert(encoder, { shape, parameters: pretrained, wordpiece });
  });

  it('stands beside nets that read a dialogue turn by turn', async () => {
    const options = { members: [smallFlow], steps: 2000, mostFeatures: 2000, smoothing: 0.02 };
    const own = { parameters: options, encoder, encoderTuning: 'tuned', tuning: { epochs: 1 } } as const;
    const model = new LppmModel(own);
    await model.fit(processDesk(1, 40), { seed: 1 });
    const asked = processDesk(2, 10).map(({ input }) => input);
    const answers = await model.predict(asked);
    await model.save(join(folder, 'flow'));
    await model.dispose();
    const again = new LppmModel();
    await again.load(join(folder, 'flow'));
    expect(await again.predict(asked)).toEqual(answers);
    await again.dispose();
  });

  it('is judged by rows that it was not tuned on', async () => {
    const random = seededRandom(5);
    const steps = ['one', 'two'] as const;
    // too few to choose an epoch by: it learns all of them by heart
    const rows = openingDesk(3, 6).map((row): LppmExample => {
      const step = steps[random() < 0.5 ? 0 : 1];
      return { ...row, process: null, step, action: { kind: 'reply', text: step } };
    });
    const model = new LppmModel({ parameters, encoder, encoderTuning: 'tuned', tuning: { ...tuning, epochs: 40 } });
    await model.fit(rows, { seed: 1, folds: 2 });
    const right = model.crossFitted?.filter(({ step }, row) => step === rows[row]?.step).length ?? 0;
    expect(right / rows.length).toBeLessThan(0.7);
    await model.dispose();
  });

  it('is refused where it has another layout, and serves frozen', async () => {
    const config = { model_type: 'distilbert' };
    await writeBert(encoder, { shape, parameters: pretrained, wordpiece, config });
    const message = expect.stringMatching(`${encoder} cannot be loaded: .*"distilbert".*use frozen`) as string;
    await expect(fitted('tuned')).rejects.toMatchObject({ code: 'RUNTIME_UNAVAILABLE', message });
    // weights that are not those of the graph
    const others = new Map([...pretrained].map(([name, data]) => [name, data.map((value) => 0.9 * value)]));
    await writeBert(encoder, { shape, parameters: others, wordpiece, safetensors: '' });
    await writeBert(encoder, { shape, parameters: pretrained, wordpiece });
    const differs = expect.stringMatching('its vectors differ by .* use frozen') as string;
    await expect(fitted('tuned')).rejects.toMatchObject({ code: 'RUNTIME_UNAVAILABLE', message: differs });
    const model = await fitted('frozen');
    expect(await model.predict(inputs.slice(0, 1))).toHaveLength(1);
    await model.dispose();
  });
});

function hashesOf(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return Object.fromEntries(
    paths.map((path) => [path.slice(folder.length), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}
