import type { Destination } from '../../engine/core/destination.ts';
import { hashFraction } from '../../engine/core/hash.ts';
import type { SparseRows } from './linear-fit.ts';
import { fitLinear, scoreLinear, softmaxInPlace } from './linear-fit.ts';
import { LinearTable } from './linear-table.ts';
import type { KnownDestination, RouterParts } from './router.ts';
import type { LessonRow } from './training-rows.ts';

/** A text with the destination that a log gave it. */
export interface DestinationLesson {
  readonly text: string;
  /** Key of the destination; null where unknown. */
  readonly key: string | null;
}

const settings = { epochs: 5, rate: 0.3, decay: 0 };
const folds = 3;
/** A row whose destination models that had not seen it find this unlikely is taken for a slip of the log ... */
const slipProbability = 0.05;
/** ... where there are more of them than a clean log would show. */
const slipShare = 0.01;

/** Softmax regression over the n-grams of bare payloads. Null where no example had a destination. */
export function fitDestinations(
  lessons: readonly DestinationLesson[],
  use: Int32Array,
  grams: SparseRows,
  rows: readonly LessonRow[],
  limit: number,
  seed: number,
): RouterParts['destinations'] {
  const known = knownDestinations(rows);
  if (known.length === 0) return null;
  const indexOf = new Map(known.map(({ key }, index) => [key, index]));
  const labels = Int32Array.from(lessons, ({ key }) => (key === null ? -1 : (indexOf.get(key) ?? -1)));
  const size = Math.min(limit, grams.size);
  const folded: SparseRows = { ...grams, buckets: grams.buckets.map((bucket) => bucket & (size - 1)), size };
  const classes = known.length;
  const weights = new Float32Array(lessons.length).fill(1);
  const taught = use.filter((row) => (labels[row] as number) >= 0);
  const foldOf = Int8Array.from(lessons, ({ text }) => Math.floor(hashFraction(`destination ${seed} ${text}`) * folds));
  const doubtful = new Set<number>();
  const scores = new Float64Array(classes);
  for (let fold = 0; fold < folds; fold += 1) {
    const rest = taught.filter((row) => foldOf[row] !== fold);
    const model = fitLinear(folded, labels, weights, rest, { ...settings, classes, seed: seed + fold + 1 });
    for (const row of taught) {
      if (foldOf[row] !== fold) continue;
      const { offsets, buckets } = folded;
      scoreLinear(model, buckets, offsets[row] as number, offsets[row + 1] as number, scores);
      softmaxInPlace(scores);
      if ((scores[labels[row] as number] as number) < slipProbability) doubtful.add(row);
    }
  }
  const kept = doubtful.size < slipShare * taught.length ? taught : taught.filter((row) => !doubtful.has(row));
  const model = fitLinear(folded, labels, weights, kept, { ...settings, classes, seed });
  return { known, table: LinearTable.quantise(model) };
}

/** Destinations that were seen often enough, in a stable order. */
function knownDestinations(rows: readonly LessonRow[]): KnownDestination[] {
  const seen = new Map<string, { destination: Destination; deterministic: number; fixed: number }>();
  for (const row of rows) {
    if (row.kind === 'prose' || row.key === null || row.example.destination === null) continue;
    const entry = seen.get(row.key) ?? { destination: row.example.destination, deterministic: 0, fixed: 0 };
    entry[row.content] += 1;
    seen.set(row.key, entry);
  }
  return [...seen]
    .filter(([, entry]) => entry.deterministic + entry.fixed >= 2)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { destination, deterministic, fixed }]) => ({
      key,
      destination,
      class: deterministic >= fixed ? 'deterministic' : 'fixed',
    }));
}
