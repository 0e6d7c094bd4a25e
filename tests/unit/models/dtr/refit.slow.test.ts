import { beforeAll, describe, expect, it } from 'vitest';
import { baseCorpus } from '../../../../datasets/sample/base-corpus.ts';
import type { DtrExample } from '../../../../models/dtr/example.ts';
import { DtrModel } from '../../../../models/dtr/model.ts';

function examples(rows: number, seed: number): DtrExample[] {
  return baseCorpus(seed, { rows }).map((row) => ({ ...row, destination: null, payload: null }));
}

const isNew = ({ subtype }: DtrExample): boolean => subtype === 'yaml';

function accuracy(model: DtrModel, rows: readonly DtrExample[]): number {
  return rows.filter((row) => model.route(row.text).class === row.class).length / rows.length;
}

describe('refit', () => {
  const model = new DtrModel({ learner: 'boosted' });
  const unseen = examples(1200, 2);
  const newcomers = examples(3000, 3).filter(isNew);
  const [recent, judges] = [newcomers.slice(0, 40), newcomers.slice(40)];
  const base = examples(1200, 1).filter((row) => !isNew(row));

  beforeAll(async () => {
    await model.fit(base, { seed: 1 });
  }, 60_000);

  it('learns a newcomer and forgets nothing', async () => {
    const old = unseen.filter((row) => !isNew(row));
    const before = { newcomer: accuracy(model, judges), old: accuracy(model, old) };
    const learned = new DtrModel();
    await learned.fit(base, { seed: 1 });
    await learned.refit(recent, { seed: 1 });
    expect(before.newcomer).toBeLessThan(0.9);
    expect(accuracy(learned, judges)).toBeGreaterThan(before.newcomer + 0.1);
    expect(accuracy(learned, old)).toBeGreaterThan(before.old - 0.01);
    expect(learned.memory.lessons.length).toBeGreaterThan(model.memory.lessons.length);
  }, 60_000);

  it('gives the same model for the same memory, examples and seed', async () => {
    const { memory } = model;
    const runs = [];
    for (const one of [new DtrModel(), new DtrModel()]) {
      await one.fit(base.slice(0, 300), { seed: 1 });
      await one.refit(recent.slice(0, 8), { seed: 3 });
      runs.push(JSON.stringify(one.router.parts.trees.model) + JSON.stringify(one.memory));
    }
    expect(runs[0]).toBe(runs[1]);
    expect(model.memory).toBe(memory);
  }, 60_000);

  it('lets the last word on a text count', async () => {
    const learned = new DtrModel();
    await learned.fit(base.slice(0, 400), { seed: 1 });
    const row = base.slice(0, 400).find(({ class: content }) => content === 'deterministic') as DtrExample;
    await learned.refit([{ ...row, class: 'prose' }], { seed: 1 });
    const kept = learned.memory.lessons.filter(({ text }) => text === row.text);
    expect(kept.map(({ tree }) => tree)).toEqual([2]);
  }, 60_000);

  it('needs a memory, and something to learn', async () => {
    await expect(new DtrModel().refit(recent, { seed: 1 })).rejects.toMatchObject({ code: 'MODEL_NOT_FITTED' });
    await expect(model.refit([], { seed: 1 })).rejects.toMatchObject({ code: 'TOO_FEW_ROWS' });
  });

  it('stops where it is told to, and keeps answering as before', async () => {
    const { parts } = model.router;
    const stopped = model.refit(recent, { seed: 1, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    expect(model.router.parts).toBe(parts);
  });
});
