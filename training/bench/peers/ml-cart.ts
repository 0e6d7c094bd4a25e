import { seededRandom, shuffle } from '../../../engine/core/random.ts';
import { ContentTrees } from '../../../models/dtr/trees/content-trees.ts';
import { contentClasses } from '../../../models/dtr/example.ts';
import { mlCartLearner, mlCartRowLimit } from '../../../models/dtr/trees/ml-cart-learner.ts';
import { handMade } from './hand-made.ts';
import type { Called } from '../traffic/figures.ts';
import type { Peer } from './peer.ts';

/** The library's tree on as many rows as its quadratic trainer can bear, and the router's features. */
export const mlCart: Peer = {
  name: `ml-cart on ${mlCartRowLimit} rows`,
  missing: () => Promise.resolve(null),
  run(train, rows, seed) {
    const started = performance.now();
    const some = shuffle([...train], seededRandom(seed)).slice(0, mlCartRowLimit);
    const { values, columns } = handMade(some);
    const use = Int32Array.from(some, (_row, index) => index);
    const model = mlCartLearner().fit({
      values,
      rows: some.length,
      columns,
      labels: Uint8Array.from(some, (row) => contentClasses.indexOf(row.class)),
      mixed: new Uint8Array(some.length),
      weights: new Float32Array(some.length).fill(1),
      use,
      check: use,
      seed,
    });
    const trained = performance.now();
    const trees = new ContentTrees(model);
    const tested = handMade(rows);
    const out = new Float64Array(contentClasses.length);
    const calls = rows.map((row, index): Called => {
      trees.classify(tested.values.subarray(index * columns, (index + 1) * columns), out);
      return { row, class: contentClasses[out.indexOf(Math.max(...out))] ?? 'prose', confidence: Math.max(...out) };
    });
    const usPerMessage = ((performance.now() - trained) * 1000) / Math.max(1, rows.length);
    return Promise.resolve({ calls, trainSeconds: (trained - started) / 1000, usPerMessage });
  },
};
