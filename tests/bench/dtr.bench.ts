import { describe, expect, test } from 'vitest';
import { baseCorpus } from '../../datasets/sample/base-corpus.ts';
import { DtrModel } from '../../models/dtr/model.ts';

const model = new DtrModel({ learner: 'boosted' });
const rows = baseCorpus(1, { rows: 3000 });
await model.fit(
  rows.map((row) => ({ ...row, destination: null, payload: null })),
  { seed: 1 },
);
const texts = baseCorpus(2, { rows: 1000 }).map((row) => row.text);
const out = new Float64Array(3);

describe('a thousand messages through the tree router', () => {
  test('route within a fraction of a second', async ({ bench }) => {
    const { router } = model;
    await bench('features and markers', () => {
      for (const text of texts) router.measure(text);
    }).run();
    await bench('trees', () => {
      for (let count = 0; count < texts.length; count += 1) router.parts.trees.classify(router.row, out);
    }).run();
    const whole = await bench('route', () => {
      for (const text of texts) model.route(text);
    }).run();
    expect(whole.latency.mean).toBeLessThan(500);
  });
});
