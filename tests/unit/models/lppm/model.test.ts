import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../../../../engine/pipeline/load-model.ts';
import type { DialogueTurn } from '../../../../models/lppm/example.ts';
import { fitWeights, type LppmHyperParameters } from '../../../../models/lppm/fit.ts';
import { LppmModel } from '../../../../models/lppm/model.ts';
import { scoreBagNet } from '../../../../models/lppm/net/bag-net.ts';
import { isFlow } from '../../../../models/lppm/net/network.ts';
import { served } from '../../../../models/lppm/store.ts';
import { valueKey } from '../../../../models/lppm/values/value-key.ts';
import { processDesk } from '../../../support/process-desk.ts';

const member = { hidden: 16, learningRate: 0.1, inputDropout: 0.3, hiddenDropout: 0.1 };
const parameters: LppmHyperParameters = {
  members: [member, { ...member, hidden: 0, learningRate: 0.3 }],
  steps: 3000,
  mostFeatures: 4000,
  smoothing: 0.05,
};
const train = processDesk(1, 90);
const test = processDesk(2, 30);

function user(text: string): DialogueTurn {
  return { speaker: 'user', text, step: null, values: null };
}

describe('LppmModel', () => {
  const model = new LppmModel({ parameters });
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lppm-'));
    const report = await model.fit(train, { seed: 1 });
    expect(report).toMatchObject({ rows: train.length, notes: { processes: 2, members: 2 } });
  });
  afterAll(async () => {
    await model.dispose();
    await rm(folder, { recursive: true });
  });

  it('finds the next step, the process and when to let go', async () => {
    const predictions = await model.predict(test.map(({ input }) => input));
    const right = predictions.filter(({ step }, row) => step === test[row]?.step).length;
    expect(right / test.length).toBeGreaterThan(0.9);
    const inProcess = test.flatMap(({ process }, row) =>
      process === null ? [] : [[process, predictions[row]?.process]],
    );
    expect(inProcess.filter(([truth, found]) => truth === found).length / inProcess.length).toBeGreaterThan(0.9);
    for (const { confidence, escalate, alternatives, step } of predictions) {
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThanOrEqual(1);
      expect(escalate).toBeLessThanOrEqual(1);
      expect(alternatives[0]?.step).toBe(step);
    }
  });

  it('fills a call with what was said, in the form the tool takes', async () => {
    const calls = test.filter(({ action }) => action.kind === 'call');
    const predictions = await model.predict(calls.map(({ input }) => input));
    const right = predictions.filter(({ action }, row) => valueKey(action) === valueKey(calls[row]?.action));
    expect(right.length / calls.length).toBeGreaterThan(0.6);
    const filled = predictions.find(({ action }) => action.kind === 'call');
    expect(Object.values(filled?.values ?? {})[0]).toMatchObject({
      origin: expect.stringMatching(/span|option|constant/),
    });
  });

  it('answers a batch as it answers one by one, in the same order', async () => {
    const inputs = test.slice(0, 40).map(({ input }) => input);
    const batch = await model.predict(inputs);
    for (const [row, input] of inputs.entries()) {
      const [single] = await model.predict([input]);
      expect(single?.step).toBe(batch[row]?.step);
      expect(single?.confidence).toBeCloseTo(batch[row]?.confidence ?? -1, 5);
    }
    expect(await model.predict([])).toEqual([]);
  });

  it('says in one line where the device is missing, and answers on the cpu', async () => {
    const place = join(folder, 'elsewhere');
    await model.save(place);
    const lines: string[] = [];
    const loaded = await loadModel('lppm', place, 'cuda', (line) => void lines.push(line));
    expect(lines).toEqual([expect.stringMatching(/^device cuda is not usable here \(.*\); running on cpu$/)]);
    const inputs = test.slice(0, 5).map(({ input }) => input);
    expect(await loaded.model.predict(inputs as never)).toEqual(await model.predict(inputs));
    await loaded.model.dispose();
  });

  it('knows the steps of replies that nobody marked', async () => {
    const [example] = test.filter(({ step }) => step === 'ask_day');
    const turns = example?.input.turns.map((turn) => ({ ...turn, step: null })) ?? [];
    const [prediction] = await model.predict([{ turns }]);
    expect(prediction?.step).toBe('ask_day');
    expect(model.stepOf('  what is YOUR name?')).toBe('ask_name');
    expect(model.stepOf('something else')).toBeNull();
  });

  it('explains itself by what it could not do without', async () => {
    const opening = await model.explain({ turns: [user('hello refund')] });
    expect(opening[0]?.what).toBe('word "refund"');
    expect(opening[0]?.weight).toBeGreaterThan(0);
    const [later] = test.filter(({ step }) => step === 'make_refund');
    const influences = await model.explain(later?.input ?? { turns: [] });
    expect(influences.map(({ what }) => what)).toContain('step ask_order');
    expect(await model.explain({ turns: [] })).toEqual([]);
  });

  it('names logged conversations in which something like it was said, also after loading', async () => {
    const row = test.findIndex(({ step, input }) => step !== 'escalate' && input.turns.length > 1);
    const input = test[row]?.input ?? { turns: [] };
    const near = await model.nearest(input, 5);
    expect(near).toHaveLength(5);
    expect(new Set(near.map(({ conversation }) => conversation)).size).toBe(5);
    // what was done there is mostly what was done here
    expect(near.filter(({ step }) => step === test[row]?.step).length).toBeGreaterThan(2);
    const similarities = near.map(({ similarity }) => similarity);
    expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
    // a row that it learned from is nearest to itself
    const own = train.find(({ step }) => step === test[row]?.step) ?? train[0];
    const [first] = await model.nearest(own?.input ?? { turns: [] }, 1);
    expect(first?.similarity).toBeGreaterThan(0.99);
    await model.save(folder);
    const again = new LppmModel();
    await again.load(folder);
    expect(await again.nearest(input, 5)).toEqual(near);
    await again.dispose();
  });

  it('gives the same answers after save and load, and the same bytes for the same state', async () => {
    const names = await model.save(folder);
    const loaded = new LppmModel();
    await loaded.load(folder);
    const inputs = test.map(({ input }) => input);
    expect(await loaded.predict(inputs)).toEqual(await model.predict(inputs));
    const before = await Promise.all(names.map((name) => readFile(join(folder, name))));
    await loaded.save(folder);
    expect(await Promise.all(names.map((name) => readFile(join(folder, name))))).toEqual(before);
    await loaded.dispose();
  });

  it('refuses a changed file, another encoding and a missing one, each by code', async () => {
    const names = await model.save(folder);
    expect(names).toHaveLength(6);
    const loaded = new LppmModel();
    const network = join(folder, 'network.onnx');
    const bytes = await readFile(network);
    const flipped = Uint8Array.from(bytes);
    flipped[bytes.length >> 1] = (flipped[bytes.length >> 1] as number) ^ 1;
    await writeFile(network, flipped);
    await expect(loaded.load(folder)).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
    await writeFile(network, bytes);
    const description = join(folder, 'lppm.json');
    const text = await readFile(description, 'utf8');
    await writeFile(description, text.replace('lppm-encode-', 'lppm-encode-0'));
    await expect(loaded.load(folder)).rejects.toMatchObject({ code: 'ARTEFACT_MISMATCH' });
    await writeFile(description, '{');
    await expect(loaded.load(folder)).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
    await expect(loaded.load(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
  });

  it('answers a turn of 100,000 words, emoji alone, mixed scripts and a history of 1,000 turns', async () => {
    const long = Array.from({ length: 100_000 }, (_, word) => `word${word % 977}`).join(' ');
    const history = Array.from({ length: 1000 }, (_, turn): DialogueTurn => {
      return turn % 2 === 0 ? user(`hello ${turn}`) : { speaker: 'agent', text: 'Hm.', step: null, values: null };
    });
    const inputs = [
      [user(long)],
      [user('🎉🎉🎉')],
      [user('Привет 你好 مرحبا hello')],
      [...history, user(long)],
      [],
      [user('')],
    ];
    const predictions = await model.predict(inputs.map((turns) => ({ turns })));
    expect(predictions).toHaveLength(inputs.length);
    for (const { confidence } of predictions) expect(Number.isFinite(confidence)).toBe(true);
  });

  it('serves what the trainer computed', async () => {
    const { weights } = await fitWeights(train.slice(0, 120), { seed: 2 }, { ...parameters, steps: 400 });
    const { network } = served(weights);
    const { Runtime } = await import('../../../../models/nn/session.ts');
    const session = await new Runtime().open(network);
    const input = train[5]?.input ?? { turns: [] };
    const row = weights.vocabulary.read(input);
    const shape = [1, row.indices.length];
    const { scores } = await session.run({
      indices: { data: row.indices, shape },
      weights: { data: row.weights, shape },
    });
    const own = weights.members.flatMap((net) => (isFlow(net) ? [] : [...scoreBagNet(net, row.indices, row.weights)]));
    expect(scores?.shape).toEqual([1, own.length]);
    own.forEach((score, item) => expect(scores?.data[item]).toBeCloseTo(score, 4));
    await session.dispose();
  });

  it('is the same model for the same rows and seed', async () => {
    const fit = async (seed: number): Promise<Uint8Array> => {
      const { weights } = await fitWeights(train.slice(0, 60), { seed }, { ...parameters, steps: 300 });
      return served(weights).network;
    };
    expect(await fit(1)).toEqual(await fit(1));
    expect(await fit(1)).not.toEqual(await fit(2));
  });

  it('answers each row with nets that did not see it, where all rows teach and calibrate', async () => {
    // every eighth row has a wrong label and a word of its own: only a net that saw the row can know that label
    const steps = [...new Set(train.map(({ step }) => step))];
    const isOdd = (row: number): boolean => row % 8 === 0;
    const rows = train.slice(0, 160).map((example, row) => {
      if (!isOdd(row)) return example;
      const step = steps[(steps.indexOf(example.step) + 1) % steps.length] as string;
      const turns = example.input.turns.map((turn) => ({ ...turn, text: `${turn.text} odd${row} strange${row}` }));
      return { ...example, step, input: { turns } };
    });
    const other = new LppmModel({ parameters: { ...parameters, steps: 4800 } });
    await other.fit(rows, { seed: 1, folds: 4 });
    const answers = other.crossFitted ?? [];
    expect(answers).toHaveLength(rows.length);
    const right = (given: readonly { step: string }[], among: (row: number) => boolean): number => {
      const judged = given.flatMap(({ step }, row) => (among(row) ? [step === rows[row]?.step] : []));
      return judged.filter(Boolean).length / judged.length;
    };
    expect(right(answers, isOdd)).toBeLessThan(0.3);
    expect(right(await other.predict(rows.map(({ input }) => input)), isOdd)).toBeGreaterThan(0.4);
    expect(right(answers, (row) => !isOdd(row))).toBeGreaterThan(0.7);
    const mean = answers.reduce((sum, { confidence }) => sum + confidence, 0) / rows.length;
    expect(Math.abs(mean - right(answers, () => true))).toBeLessThan(0.15);
    await other.fit(rows, { seed: 1 });
    expect(other.crossFitted).toBeNull();
    await other.dispose();
  });

  it('learns a new model over the old one, and says when there is none', async () => {
    const other = new LppmModel({ parameters: { ...parameters, steps: 300 } });
    await expect(other.predict([{ turns: [user('hi')] }])).rejects.toMatchObject({ code: 'MODEL_NOT_FITTED' });
    await expect(other.save(folder)).rejects.toMatchObject({ code: 'MODEL_NOT_FITTED' });
    await expect(other.fit(train.slice(0, 3), { seed: 1 })).rejects.toMatchObject({ code: 'TOO_FEW_ROWS' });
    await other.fit(train.slice(0, 60), { seed: 1 });
    await other.fit(train.slice(60, 200), { seed: 1 });
    await other.dispose();
    await other.dispose();
    await expect(other.predict([{ turns: [user('hi')] }])).rejects.toMatchObject({ code: 'MODEL_NOT_FITTED' });
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort();
    const other = new LppmModel({ parameters });
    await expect(other.fit(train, { seed: 1, signal })).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
  });
});
