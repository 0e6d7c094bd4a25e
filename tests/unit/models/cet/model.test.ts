import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Candidate } from '../../../../engine/core/candidate-source.ts';
import { CetModel } from '../../../../models/cet/model.ts';
import { contextDesk, smallContext } from '../../../support/context-desk.ts';

const examples = contextDesk(1, 8);
const unseen = contextDesk(2, 4);
const make = () => new CetModel({ parameters: smallContext });
const inputs = unseen.map(({ input }) => input);

describe('CetModel', () => {
  let folder = '';
  let files: string[] = [];
  const model = make();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cet-test-'));
    await model.fit(examples, { seed: 1 });
    files = await model.save(folder);
  });
  afterAll(async () => {
    await model.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('learns which turn answers a question in conversations it never saw', async () => {
    const predictions = await model.predict(inputs);
    const right = predictions.filter(({ scores }, at) => {
      const best = scores.indexOf(Math.max(...scores));
      return unseen[at]?.evidence.includes(inputs[at]?.candidates[best]?.id ?? '');
    });
    expect(right.length / unseen.length).toBeGreaterThan(0.8);
  });
  it('gives one finite score per candidate, for none, one and many', async () => {
    const [first] = inputs;
    const candidates = first!.candidates;
    const batch = [
      { query: 'x', candidates: [] },
      { query: '', candidates: candidates.slice(0, 1) },
      { query: first!.query, candidates: candidates.map((one) => ({ ...one, text: '' })) },
      first!,
    ];
    const predictions = await model.predict(batch);
    expect(predictions.map(({ scores }) => scores.length)).toEqual([0, 1, 30, 30]);
    expect(predictions.every(({ scores }) => scores.every(Number.isFinite))).toBe(true);
  });
  it('says what each kind of signal adds to a score: nothing where it is nowhere', async () => {
    const [{ input, evidence }] = unseen as [(typeof unseen)[0]];
    const reasons = await model.reasons(input);
    const ofAnswer = reasons[input.candidates.findIndex(({ id }) => id === evidence[0])]!;
    expect(ofAnswer.reduce((most, one) => (one.weight > most.weight ? one : most)).weight).toBeGreaterThan(0.5);
    expect(
      reasons
        .flat()
        .filter(({ what }) => what === 'kind of piece')
        .every(({ weight }) => weight === 0),
    ).toBe(true);
    const strange = await model.reasons({ query: 'zzz', candidates: input.candidates });
    const words = (of: typeof strange): number => {
      const own = of.flat().filter(({ what }) => what === 'words shared');
      return own.reduce((most, { weight }) => Math.max(most, weight), 0);
    };
    expect(words(reasons)).toBeGreaterThan(2 * words(strange));
    expect(await model.reasons({ query: 'x', candidates: [] })).toEqual([]);
  });
  it('scores 5,000 candidates and still finds the one that answers', async () => {
    const [{ input, evidence }] = unseen as [(typeof unseen)[0]];
    const noise = Array.from({ length: 5000 - input.candidates.length }, (_, at): Candidate => {
      const text = `Note ${at}: nothing of interest happened.`;
      return { id: `noise-${at}`, text, kind: 'turn', speaker: 'Ben', time: null, tokens: 8 };
    });
    const candidates = [...noise, ...input.candidates];
    const [prediction] = await model.predict([{ query: input.query, candidates }]);
    const order = candidates.map((_, at) => at).sort((a, b) => prediction!.scores[b]! - prediction!.scores[a]!);
    expect(order.slice(0, 5).map((at) => candidates[at]?.id)).toContain(evidence[0]);
  });
  it('fits the same model from the same examples and seed', async () => {
    const again = make();
    await again.fit(examples, { seed: 1 });
    expect(await again.predict(inputs)).toEqual(await model.predict(inputs));
    await again.dispose();
  });
  it('answers the same after save and load, and saves the same files again', async () => {
    const copy = make();
    await copy.load(folder);
    expect(await copy.predict(inputs)).toEqual(await model.predict(inputs));
    const second = await mkdtemp(join(tmpdir(), 'cet-test-'));
    expect(await copy.save(second)).toEqual(files);
    for (const name of files) {
      expect(await readFile(join(second, name))).toEqual(await readFile(join(folder, name)));
    }
    await copy.dispose();
    await rm(second, { recursive: true });
  });
  it('is a Hugging Face folder with the transformer beside the encoder', () => {
    expect(files.toSorted()).toEqual([
      'config.json',
      'onnx/model.onnx',
      'onnx/scorer.onnx',
      'onnx/screen.onnx',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
  });
  it('refuses a folder made for other signals, and one with a file missing', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'cet-test-'));
    await model.save(broken);
    const config = join(broken, 'config.json');
    await writeFile(config, (await readFile(config, 'utf8')).replace('"bm25"', '"other"'));
    await expect(make().load(broken)).rejects.toMatchObject({ code: 'ARTEFACT_MISMATCH' });
    await rm(join(broken, 'onnx/scorer.onnx'));
    await expect(make().load(broken)).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
    await rm(broken, { recursive: true });
  });
  it('says that it has not learned, before a fit and after dispose', async () => {
    const fresh = make();
    await expect(fresh.predict(inputs)).rejects.toMatchObject({ code: 'MODEL_NOT_FITTED' });
    await fresh.load(folder);
    await fresh.dispose();
    await fresh.dispose();
    await expect(fresh.predict(inputs)).rejects.toMatchObject({ code: 'MODEL_NOT_FITTED' });
  });
  it('refuses to learn from questions without evidence, and stops when told to', async () => {
    const empty = examples.map((example) => ({ ...example, evidence: [] }));
    await expect(make().fit(empty, { seed: 1 })).rejects.toMatchObject({ code: 'TOO_FEW_ROWS' });
    const stopped = make().fit(examples, { seed: 1, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
  });
});
