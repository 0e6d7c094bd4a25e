import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, pipeline } from '@huggingface/transformers';
import { beforeAll, describe, expect, it } from 'vitest';
import { readExtra, writeHuggingFaceFolder } from '../../../models/nn/hugging-face-folder.ts';
import { additiveMask, linear, meanPool, normalise, transformerBlock } from '../../../models/nn/layers.ts';
import type { Network } from '../../../models/nn/operations.ts';
import { initialParameters } from '../../../models/nn/parameters.ts';
import { Runtime } from '../../../models/nn/session.ts';
import { Wordpiece } from '../../../models/text/wordpiece.ts';
import { trainWordpiece } from '../../../models/text/wordpiece-trainer.ts';

const texts = ['open the door', 'close the door, please', 'où est la porte?', 'the 門 is open'];
const wordpiece = new Wordpiece(trainWordpiece([...texts, ...texts], { size: 90 }));
const sizes = { vocabulary: wordpiece.vocabulary.length, width: 8, layers: 1, heads: 2, inner: 16, positions: 24 };
const labels = ['open', 'close', 'ask'];

const network: Network = (o) => {
  const ids = o.input('input_ids', 'int64', ['b', 't']);
  const mask = o.input('attention_mask', 'int64', ['b', 't']);
  const normal = { kind: 'normal', deviation: 0.5 } as const;
  const words = o.embedding(o.parameter('words', [sizes.vocabulary, sizes.width], normal), ids);
  const places = o.firstRows(o.parameter('places', [sizes.positions, sizes.width], normal), ids, 1);
  const block = { heads: sizes.heads, inner: sizes.inner, mask: additiveMask(o, mask) };
  const last = normalise(o, transformerBlock(o, o.add(words, places), 'block', block), 'final');
  return { outputs: { last_hidden_state: last, logits: linear(o, meanPool(o, last, mask), labels.length, 'head') } };
};
const parameters = initialParameters(network, 1);
const content = { network, parameters, sizes, tokenizer: wordpiece.toJson() };
const folder = (): string => mkdtempSync(join(tmpdir(), 'encoder-'));

describe('a Hugging Face folder', () => {
  beforeAll(() => {
    env.allowRemoteModels = false;
  });

  it('serves feature extraction in transformers.js with our own numbers, for one text and for several', async () => {
    const path = folder();
    const files = await writeHuggingFaceFolder(path, content);
    expect(files).toEqual(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx']);
    const extract = await pipeline('feature-extraction', path, { dtype: 'fp32' });
    const session = await new Runtime().open(join(path, 'onnx/model.onnx'));
    for (const batch of [texts.slice(0, 1), texts]) {
      const { ids, mask, shape } = wordpiece.encodeAll(batch, sizes.positions);
      const ours = await session.run({ input_ids: { data: ids, shape }, attention_mask: { data: mask, shape } });
      const theirs = await extract(batch);
      expect(theirs.dims).toEqual([...shape, sizes.width]);
      expect(ours['last_hidden_state']!.shape).toEqual(theirs.dims);
      // Their vectors at padded places count for nothing; all places are compared nevertheless.
      theirs.data.forEach((value, at) => expect(value).toBeCloseTo(ours['last_hidden_state']!.data[at]!, 4));
    }
    await session.dispose();
    await extract.dispose();
  });

  it('serves text classification with our labels', async () => {
    const path = folder();
    await writeHuggingFaceFolder(path, { ...content, labels });
    const classify = await pipeline('text-classification', path, { dtype: 'fp32' });
    const session = await new Runtime().open(readFileSync(join(path, 'onnx/model.onnx')));
    expect(session.outputs).toEqual(['logits']);
    for (const text of texts) {
      const { ids, mask, shape } = wordpiece.encodeAll([text], sizes.positions);
      const ours = await session.run({ input_ids: { data: ids, shape }, attention_mask: { data: mask, shape } });
      const logits = Array.from(ours['logits']!.data);
      const best = logits.indexOf(Math.max(...logits));
      expect(await classify(text)).toMatchObject([{ label: labels[best] }]);
    }
    await session.dispose();
    await classify.dispose();
  });

  it('keeps what else was put into it', async () => {
    const path = folder();
    await writeHuggingFaceFolder(path, { ...content, extra: { version: 3 } });
    expect(await readExtra(path)).toEqual({ version: 3 });
    writeFileSync(join(path, 'config.json'), '{');
    await expect(readExtra(path)).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
  });

  it('refuses a network that its readers could not feed', async () => {
    const odd: Network = (o) => ({ outputs: { last_hidden_state: o.relu(o.input('signals', 'float32', ['b', 3])) } });
    await expect(writeHuggingFaceFolder(folder(), { ...content, network: odd })).rejects.toThrow(/float32 signals/);
    const none: Network = (o) => ({ outputs: { other: o.constant(1) } });
    await expect(writeHuggingFaceFolder(folder(), { ...content, network: none })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
