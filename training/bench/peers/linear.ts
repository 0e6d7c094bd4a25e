import { contentClasses } from '../../../models/dtr/example.ts';
import { Grams } from '../../../models/dtr/features/markers.ts';
import { TextWindow } from '../../../models/dtr/features/text-window.ts';
import type { SparseRows } from '../../../models/dtr/linear-fit.ts';
import { fitLinear, scoreLinear } from '../../../models/dtr/linear-fit.ts';
import type { Called } from '../traffic-figures.ts';
import type { TrafficRow } from '../traffic-data.ts';
import type { Peer } from './peer.ts';

/** Always the commonest class of train. */
export function majorityCalls(train: readonly TrafficRow[], rows: readonly TrafficRow[]): Called[] {
  const counts = contentClasses.map((name) => train.filter((row) => row.class === name).length);
  const commonest = contentClasses[counts.indexOf(Math.max(...counts))] ?? 'prose';
  return rows.map((row) => ({ row, class: commonest, confidence: 1 }));
}

const buckets = 2 ** 18;

/** A softmax regression over hashed words, word pairs and character n-grams, in full precision: the mark to beat. */
export const linear: Peer = {
  name: 'linear',
  missing: () => Promise.resolve(null),
  run(train, rows, seed) {
    const started = performance.now();
    const classes = contentClasses.length;
    const model = fitLinear(
      sparseOf(train),
      train.map((row) => contentClasses.indexOf(row.class)),
      new Float32Array(train.length).fill(1),
      Int32Array.from(train, (_row, index) => index),
      { classes, epochs: 5, rate: 0.3, decay: 0, seed },
    );
    const trained = performance.now();
    const tested = sparseOf(rows);
    const scores = new Float64Array(classes);
    const calls = rows.map((row, index): Called => {
      scoreLinear(model, tested.buckets, tested.offsets[index] as number, tested.offsets[index + 1] as number, scores);
      const best = scores.indexOf(Math.max(...scores));
      return { row, class: contentClasses[best] ?? 'prose', confidence: 1 };
    });
    const usPerMessage = ((performance.now() - trained) * 1000) / Math.max(1, rows.length);
    return Promise.resolve({ calls, trainSeconds: (trained - started) / 1000, usPerMessage });
  },
};

function sparseOf(texts: readonly TrafficRow[]): SparseRows {
  const window = new TextWindow();
  const grams = new Grams(buckets);
  const offsets = new Int32Array(texts.length + 1);
  const found: Int32Array[] = [];
  for (const [index, { text }] of texts.entries()) {
    window.load(text);
    grams.run(window);
    found.push(grams.found.slice(0, grams.count));
    offsets[index + 1] = (offsets[index] as number) + grams.count;
  }
  const all = new Int32Array(offsets[texts.length] as number);
  for (const [index, part] of found.entries()) all.set(part, offsets[index]);
  return { offsets, buckets: all, size: buckets };
}
