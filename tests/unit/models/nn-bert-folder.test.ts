import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../engine/core/random.ts';
import { SentenceEncoder } from '../../../models/lppm/encoding/sentence-encoder.ts';
import { tapeVector } from '../../../models/lppm/encoding/tune-encoder.ts';
import { bertLayerOf } from '../../../models/nn/bert.ts';
import { bertNetwork, readBertFolder } from '../../../models/nn/bert-folder.ts';
import { initialParameters } from '../../../models/nn/parameters.ts';
import { Wordpiece } from '../../../models/text/wordpiece.ts';
import { trainWordpiece } from '../../../models/text/wordpiece-trainer.ts';
import { writeBert } from '../../support/small-bert.ts';

const texts = ['open the door', 'close the door, please', 'où est la porte?', 'the 門 is open'];
const wordpiece = new Wordpiece(trainWordpiece([...texts, ...texts], { size: 90 }));
const vocabulary = wordpiece.vocabulary.length;
// a large epsilon and square matrices: whoever leaves one out or does not turn the others gets other vectors
const shape = { vocabulary, positions: 24, kinds: 2, width: 12, layers: 2, heads: 3, inner: 12, epsilon: 0.05 };
const parameters = initialParameters(bertNetwork(shape), 1);
const random = seededRandom(7);
for (const [name, data] of parameters) {
  const scale = name.includes('LayerNorm') ? 0.3 : 0.6;
  data.forEach((value, at) => (data[at] = (name.endsWith('LayerNorm.weight') ? value : 0) + scale * (random() - 0.5)));
}

describe('an encoder of the layout of BERT', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bert-folder-'));
  });
  afterAll(async () => rm(folder, { recursive: true, force: true }));
  const refused = (detail: string): object => ({
    code: 'RUNTIME_UNAVAILABLE',
    message: expect.stringMatching(
      `encoder ${folder}/\\w+ cannot be loaded: .*${detail}.*model type bert, minilm, bge.*use frozen`,
    ) as string,
  });

  it('gives the same vectors on the tape as through transformers.js', async () => {
    for (const [name, safetensors] of [
      ['exported', undefined],
      ['plain', ''],
      ['prefixed', 'bert.'],
    ] as const) {
      const own = join(folder, name);
      await writeBert(own, { shape, parameters, wordpiece, ...(safetensors !== undefined && { safetensors }) });
      const encoder = await SentenceEncoder.open(own);
      const bert = await readBertFolder(own);
      expect(bert.shape).toEqual(shape);
      const wanted = await encoder.readTexts(texts);
      for (const [row, text] of texts.entries()) {
        const vector = await tapeVector(bert, bert.parameters, encoder.tokens(text), encoder.pooling);
        const differences = vector.map((value, at) => Math.abs(value - wanted[row]![at]!));
        expect(Math.max(...differences)).toBeLessThan(1e-4);
      }
      await encoder.dispose();
    }
  });

  it('is refused where it is of another type, or its weights are not there', async () => {
    await writeBert(join(folder, 'distil'), { shape, parameters, wordpiece, config: { model_type: 'distilbert' } });
    await expect(readBertFolder(join(folder, 'distil'))).rejects.toMatchObject(refused('distilbert'));
    await writeBert(join(folder, 'relu'), { shape, parameters, wordpiece, config: { hidden_act: 'relu' } });
    await expect(readBertFolder(join(folder, 'relu'))).rejects.toMatchObject(refused('hidden_act "relu"'));
    await writeBert(join(folder, 'deeper'), { shape, parameters, wordpiece, config: { num_hidden_layers: 3 } });
    await expect(readBertFolder(join(folder, 'deeper'))).rejects.toMatchObject(refused('encoder.layer.2'));
    for (const [name, config] of Object.entries({
      endless: { num_hidden_layers: 1e9 },
      odd: { num_attention_heads: 5 },
      half: { num_attention_heads: 1.5 },
      wordless: { hidden_size: 'wide' },
    })) {
      await writeBert(join(folder, name), { shape, parameters, wordpiece, config });
      await expect(readBertFolder(join(folder, name))).rejects.toMatchObject(refused(''));
    }
    await expect(readBertFolder(join(folder, 'nowhere'))).rejects.toMatchObject(refused('config.json'));
  });

  it('is refused where its weights are cut off or are no such file', async () => {
    const own = join(folder, 'cut');
    await writeBert(own, { shape, parameters, wordpiece, safetensors: '' });
    for (const name of ['model.safetensors', 'onnx/model.onnx']) {
      const bytes = await readFile(join(own, name));
      for (const kept of [0, 1, 7, 9, 300, Math.floor(bytes.length / 2), bytes.length - 5]) {
        await writeFile(join(own, name), bytes.subarray(0, kept));
        await expect(readBertFolder(own)).rejects.toMatchObject(refused(''));
      }
      await writeFile(join(own, name), Buffer.alloc(5000, 0xff));
      await expect(readBertFolder(own)).rejects.toMatchObject(refused(''));
      await rm(join(own, name));
    }
  });

  it('knows the layer of each parameter', () => {
    expect(bertLayerOf('embeddings.word_embeddings.weight')).toBe(-1);
    expect(bertLayerOf('encoder.layer.11.output.dense.bias')).toBe(11);
    expect(bertLayerOf('head.step.bias')).toBeNull();
  });
});
