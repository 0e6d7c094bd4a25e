import type { Destination } from '../../../engine/core/destination.ts';
import { hashFraction } from '../../../engine/core/hash.ts';
import { addShapeWords, maximumShapeWords } from '../features/shape-words.ts';
import type { Measured } from './fit-markers.ts';
import type { SparseRows } from './linear-fit.ts';
import { fitLinear, scoreLinear, softmaxInPlace } from './linear-fit.ts';
import { LinearTable } from './linear-table.ts';
import { fenceContent } from '../features/text-window.ts';
import { learnGrammar } from '../grammars/grammars.ts';
import type { KnownDestination, RouterParts } from '../router.ts';
import { rowLength } from '../router.ts';
import type { LessonRow } from '../training-rows.ts';

/** A text with the destination that a log gave it. */
export interface DestinationLesson {
  readonly text: string;
  /** Key of the destination; null where unknown. */
  readonly key: string | null;
}

const settings = { epochs: 8, rate: 0.3, decay: 0 };
const folds = 3;
/** A row whose destination models that had not seen it find this unlikely is taken for a slip of the log ... */
const slipProbability = 0.05;
/** ... where there are more of them than a clean log would show. */
const slipShare = 0.01;

/** Softmax regression over the n-grams and shape of bare payloads. Null where no example had a destination. */
export function fitDestinations(
  lessons: readonly DestinationLesson[],
  use: Int32Array,
  measured: Measured,
  rows: readonly LessonRow[],
  limit: number,
  seed: number,
): RouterParts['destinations'] {
  const known = knownDestinations(rows);
  if (known.length === 0) return null;
  const indexOf = new Map(known.map(({ key }, index) => [key, index]));
  const labels = Int32Array.from(lessons, ({ key }) => (key === null ? -1 : (indexOf.get(key) ?? -1)));
  const folded = wordsOf(measured, Math.min(limit, measured.grams.size));
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

/** N-grams and shape words of every row, folded into `size` buckets. */
function wordsOf({ rows, values, grams }: Measured, size: number): SparseRows {
  const offsets = new Int32Array(rows + 1);
  const all = new Int32Array(grams.buckets.length + rows * maximumShapeWords);
  let end = 0;
  for (let row = 0; row < rows; row += 1) {
    const own = grams.buckets.subarray(grams.offsets[row], grams.offsets[row + 1]);
    all.set(own, end);
    end = addShapeWords(values, row * rowLength, all, end + own.length);
    offsets[row + 1] = end;
  }
  return { offsets, buckets: all.subarray(0, end).map((bucket) => bucket & (size - 1)), size };
}

/** Destinations that were seen often enough, in a stable order. */
function knownDestinations(rows: readonly LessonRow[]): KnownDestination[] {
  const seen = new Map<
    string,
    { destination: Destination; deterministic: number; fixed: number; payloads: string[] }
  >();
  for (const row of rows) {
    if (row.kind === 'prose' || row.key === null || row.example.destination === null) continue;
    const entry = seen.get(row.key) ?? {
      destination: row.example.destination,
      deterministic: 0,
      fixed: 0,
      payloads: [],
    };
    entry[row.content] += 1;
    entry.payloads.push(row.kind === 'mixed' ? row.payload : bareText(row.text));
    seen.set(row.key, entry);
  }
  return [...seen]
    .filter(([, entry]) => entry.deterministic + entry.fixed >= 2)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { destination, deterministic, fixed, payloads }]) => {
      const content = deterministic >= fixed ? 'deterministic' : 'fixed';
      return { key, destination, class: content, grammar: content === 'fixed' ? null : learnGrammar(payloads) };
    });
}

function bareText(text: string): string {
  const whole = text.trim();
  const inner = fenceContent(whole, 0, whole.length);
  return inner === null ? whole : whole.slice(inner.start, inner.end);
}
