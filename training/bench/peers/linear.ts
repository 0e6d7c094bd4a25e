import { contentClasses } from '../../../models/dtr/example.ts';
import type { SparseRows } from '../../../models/dtr/words/linear-fit.ts';
import { fitLinear, scoreLinear } from '../../../models/dtr/words/linear-fit.ts';
import type { Called } from '../traffic/figures.ts';
import type { TrafficRow } from '../traffic/data.ts';
import type { Peer } from './peer.ts';

/** Always the commonest class of train. */
export function majorityCalls(train: readonly TrafficRow[], rows: readonly TrafficRow[]): Called[] {
  const counts = contentClasses.map((name) => train.filter((row) => row.class === name).length);
  const commonest = contentClasses[counts.indexOf(Math.max(...counts))] ?? 'prose';
  return rows.map((row) => ({ row, class: commonest, confidence: 1 }));
}

const buckets = 2 ** 18;
/** Of a longer text the beginning is read. */
const characters = 2000;

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
  const offsets = new Int32Array(texts.length + 1);
  const found = texts.map(({ text }) => Int32Array.from(gramsOf(text)));
  for (const [index, own] of found.entries()) offsets[index + 1] = (offsets[index] as number) + own.length;
  const all = new Int32Array(offsets[texts.length] as number);
  for (const [index, own] of found.entries()) all.set(own, offsets[index]);
  return { offsets, buckets: all, size: buckets };
}

/** Words, word pairs and two to four characters in a row. Its own, so that it stays what it is when the router changes. */
function gramsOf(text: string): Set<number> {
  const seen = text.slice(0, characters);
  const found = new Set<number>();
  const add = (hash: number): void => void found.add((hash ^ (hash >>> 15)) & (buckets - 1));
  for (let start = 0; start + 1 < seen.length; start += 1) {
    let hash = seen.charCodeAt(start) + 1;
    for (let at = start + 1; at < start + 4 && at < seen.length; at += 1) {
      hash = Math.imul(hash ^ (seen.charCodeAt(at) << 8), 0x9e3779b1);
      add(hash);
    }
  }
  let previous = 1;
  for (const [word] of seen.toLowerCase().matchAll(/[\p{L}\p{N}_]+/gu)) {
    let hash = 7;
    for (let at = 0; at < word.length; at += 1) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
    add(Math.imul(hash, 0x85ebca6b));
    add(Math.imul(previous ^ Math.imul(hash, 0xc2b2ae35), 0x9e3779b1));
    previous = hash;
  }
  return found;
}
