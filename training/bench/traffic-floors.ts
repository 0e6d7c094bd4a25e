import { contentClasses } from '../../models/dtr/example.ts';
import { Grams } from '../../models/dtr/features/markers.ts';
import { TextWindow } from '../../models/dtr/features/text-window.ts';
import { fitLinear, scoreLinear } from '../../models/dtr/linear-fit.ts';
import type { Called } from './traffic-figures.ts';
import type { TrafficRow } from './traffic-data.ts';

/** Always the commonest class of train. */
export function majorityCalls(train: readonly TrafficRow[], rows: readonly TrafficRow[]): Called[] {
  const counts = contentClasses.map((name) => train.filter((row) => row.class === name).length);
  const commonest = contentClasses[counts.indexOf(Math.max(...counts))] ?? 'prose';
  return rows.map((row) => ({ row, class: commonest, confidence: 1 }));
}

const buckets = 2 ** 18;

/** A softmax regression over hashed words, word pairs and character n-grams, in full precision: the mark to beat. */
export function linearCalls(train: readonly TrafficRow[], seed: number, rows: readonly TrafficRow[]): Called[] {
  const window = new TextWindow();
  const grams = new Grams(buckets);
  const sparse = (texts: readonly TrafficRow[]): { offsets: Int32Array; buckets: Int32Array; size: number } => {
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
  };
  const classes = contentClasses.length;
  const use = Int32Array.from(train, (_row, index) => index);
  const model = fitLinear(
    sparse(train),
    train.map((row) => contentClasses.indexOf(row.class)),
    new Float32Array(train.length).fill(1),
    use,
    { classes, epochs: 5, rate: 0.3, decay: 0, seed },
  );
  const tested = sparse(rows);
  const scores = new Float64Array(classes);
  return rows.map((row, index) => {
    scoreLinear(model, tested.buckets, tested.offsets[index] as number, tested.offsets[index + 1] as number, scores);
    const best = scores.indexOf(Math.max(...scores));
    return { row, class: contentClasses[best] ?? 'prose', confidence: 1 };
  });
}
