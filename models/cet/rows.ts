import type { CetInput } from './example.ts';
import { smoothed } from './lexical-index.ts';
import { readQuery } from './lexical-query.ts';
import { lexicalSignals, signalNames } from './lexical-signals.ts';
import type { Reading } from './reading.ts';
import type { WordIndex } from './word-index.ts';

/** Signals of the encoder, after those of the words: how near the vectors of query and candidate are. */
export const vectorSignals = ['near', 'nearAround2', 'nearAround10'] as const;
export const rowNames: readonly string[] = [...signalNames, ...vectorSignals];
export const rowWidth = rowNames.length;

/** Brings each column to mean 0 and deviation 1; a column that never changed in training counts nothing. */
export interface Standard {
  readonly means: readonly number[];
  readonly factors: readonly number[];
}

/** Values further than this many deviations from the mean are pulled in: one odd candidate must not decide. */
const lowest = -4;
const highest = 8;

/** [candidates, rowWidth], row-major, not yet standardised. */
export function rawRows(
  input: CetInput,
  readings: readonly Reading[],
  vector: Float32Array,
  index?: WordIndex,
): Float32Array {
  const { candidates } = input;
  const query = readQuery(
    input.query,
    candidates.map((candidate) => candidate.speaker),
  );
  const lexical = lexicalSignals(
    query,
    candidates,
    readings.map((reading) => reading.text),
    index,
  );
  const near = nearness(readings, vector);
  const columns = [near, relative(smoothed(near, 2)), relative(smoothed(near, 10))];
  const rows = new Float32Array(candidates.length * rowWidth);
  const words = signalNames.length;
  for (let place = 0; place < candidates.length; place += 1) {
    rows.set(lexical.subarray(place * words, (place + 1) * words), place * rowWidth);
    for (const [at, column] of columns.entries()) rows[place * rowWidth + words + at] = column[place]!;
  }
  return rows;
}

/** Dot products with the query's vector, made relative to the set. */
function nearness(readings: readonly Reading[], vector: Float32Array): Float64Array {
  const near = new Float64Array(readings.length);
  for (const [place, reading] of readings.entries()) {
    let sum = 0;
    for (let at = 0; at < vector.length; at += 1) sum += vector[at]! * reading.vector[at]!;
    near[place] = sum / Math.max(vector.length, 1);
  }
  return relative(near);
}

/** Mean 0, deviation 1 within the set. */
function relative(values: Float64Array): Float64Array {
  const size = Math.max(values.length, 1);
  const mean = values.reduce((sum, value) => sum + value, 0) / size;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size);
  return values.map((value) => (spread < 1e-6 ? 0 : (value - mean) / spread));
}

/** Mean and deviation of each column over many rows. */
export function standardOf(blocks: readonly Float32Array[], width = rowWidth): Standard {
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  let count = 0;
  for (const rows of blocks) {
    count += rows.length / width;
    for (let at = 0; at < rows.length; at += 1) {
      const column = at % width;
      sums[column]! += rows[at]!;
      squares[column]! += rows[at]! ** 2;
    }
  }
  const means = Array.from(sums, (sum) => sum / Math.max(count, 1));
  const factors = means.map((mean, column) => {
    const deviation = Math.sqrt(Math.max(squares[column]! / Math.max(count, 1) - mean * mean, 0));
    return deviation < 1e-3 ? 0 : 1 / deviation;
  });
  return { means, factors };
}

/** In place; returns the same rows. */
export function standardise(rows: Float32Array, standard: Standard): Float32Array {
  const { means, factors } = standard;
  const width = means.length;
  for (let at = 0; at < rows.length; at += 1) {
    const column = at % width;
    rows[at] = Math.min(Math.max((rows[at]! - means[column]!) * factors[column]!, lowest), highest);
  }
  return rows;
}
