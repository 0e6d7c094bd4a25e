import { hashFraction } from '../../engine/core/hash.ts';
import { Grams } from './features/markers.ts';
import { Scan } from './features/scan.ts';
import { TextWindow } from './features/text-window.ts';
import { writeFeatures } from './features/write.ts';
import type { LinearWeights, SparseRows } from './linear-fit.ts';
import { fitLinear, scoreLinear, softmaxInPlace } from './linear-fit.ts';
import { markerClasses, rowLength, writeMarkers } from './router.ts';
import { features } from './features/schema.ts';

/** Measured texts: one row of features each (marker columns still empty), and their n-grams. */
export interface Measured {
  readonly rows: number;
  readonly values: Float64Array;
  readonly grams: SparseRows;
}

/** @param buckets a power of two */
export function measureTexts(texts: readonly string[], buckets: number): Measured {
  const window = new TextWindow();
  const scan = new Scan();
  const grams = new Grams(buckets);
  const values = new Float64Array(texts.length * rowLength);
  const offsets = new Int32Array(texts.length + 1);
  let all = new Int32Array(Math.max(1024, texts.length * 256));
  let used = 0;
  for (const [index, text] of texts.entries()) {
    window.load(text);
    scan.run(window);
    writeFeatures(scan, values, index * rowLength);
    grams.run(window);
    grams.addShape(scan);
    if (used + grams.count > all.length) {
      const larger = new Int32Array(all.length * 2);
      larger.set(all);
      all = larger;
    }
    all.set(grams.found.subarray(0, grams.count), used);
    used += grams.count;
    offsets[index + 1] = used;
  }
  return { rows: texts.length, values, grams: { offsets, buckets: all.subarray(0, used), size: buckets } };
}

export interface MarkerFit {
  readonly model: LinearWeights;
  /** Probability of each row's own label, by a model that did not see the row. */
  readonly ownProbability: Float64Array;
}

const classes = markerClasses.length;
/** Chosen on val of the traffic rows. */
const settings = { classes, epochs: 5, rate: 0.3, decay: 0 };

/**
 * Learns the content markers, and writes into the rows what models that had not seen a row said of it: trees that were
 * shown scores of a model on its own training rows would trust them too much. Rows in `later` are scored by the full model.
 */
export function fitMarkers(
  measured: Measured,
  labels: Uint8Array,
  weights: Float32Array,
  use: Int32Array,
  later: Int32Array,
  groups: readonly string[],
  folds: number,
  seed: number,
): MarkerFit {
  const { grams, values } = measured;
  const { offsets, buckets } = grams;
  const scores = new Float64Array(classes);
  const ownProbability = new Float64Array(measured.rows).fill(1);
  const offset = features.length;
  const score = (row: number, model: LinearWeights): void => {
    scoreLinear(model, buckets, offsets[row] as number, offsets[row + 1] as number, scores);
    // Serving keeps its row apart; here the marker columns of this row are filled in place.
    writeMarkers(scores, values, row * rowLength + offset);
    softmaxInPlace(scores);
    ownProbability[row] = scores[labels[row] as number] as number;
  };
  const foldOf = Int8Array.from(groups, (group) => Math.floor(hashFraction(`marker ${seed} ${group}`) * folds));
  for (let fold = 0; fold < folds; fold += 1) {
    const rest = use.filter((row) => foldOf[row] !== fold);
    const model = fitLinear(grams, labels, weights, rest, { ...settings, seed: seed + fold + 1 });
    for (const row of use) if (foldOf[row] === fold) score(row, model);
  }
  const model = fitLinear(grams, labels, weights, use, { ...settings, seed });
  for (const row of later) score(row, model);
  return { model, ownProbability };
}
