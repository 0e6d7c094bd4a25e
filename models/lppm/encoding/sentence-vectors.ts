import type { LppmInput } from '../example.ts';
import type { FeatureRow, SparseRows, Vocabulary } from './vocabulary.ts';

/** Vectors of length 1 for the last user turn of a dialogue; null where it has no words. */
export interface SentenceVectors {
  readonly width: number;
  of(input: LppmInput): Float32Array | null;
}

export function readRow(vocabulary: Vocabulary, input: LppmInput, vectors: SentenceVectors | null): FeatureRow {
  const row = vocabulary.read(input);
  const vector = vectors?.of(input) ?? null;
  if (vector === null) return row;
  const size = row.indices.length;
  const indices = new Int32Array(size + vector.length);
  const weights = new Float32Array(size + vector.length);
  indices.set(row.indices);
  weights.set(row.weights);
  for (let place = 0; place < vector.length; place += 1) indices[size + place] = vocabulary.size + place;
  weights.set(vector, size);
  return { indices, weights };
}

export function readRows(
  vocabulary: Vocabulary,
  inputs: readonly LppmInput[],
  vectors: SentenceVectors | null,
): SparseRows {
  return joinRows(inputs.map((input) => readRow(vocabulary, input, vectors)));
}

/** The vectors alone, their numbers counted from 0. */
export function vectorRows(inputs: readonly LppmInput[], vectors: SentenceVectors): SparseRows {
  return joinRows(
    inputs.map((input) => {
      const weights = vectors.of(input) ?? new Float32Array();
      return { indices: Int32Array.from(weights.keys()), weights };
    }),
  );
}

/** Rows one after the other. */
export function joinRows(rows: readonly FeatureRow[]): SparseRows {
  const offsets = new Int32Array(rows.length + 1);
  rows.forEach((row, number) => (offsets[number + 1] = (offsets[number] as number) + row.indices.length));
  const total = offsets[rows.length] as number;
  const indices = new Int32Array(total);
  const weights = new Float32Array(total);
  rows.forEach((row, number) => {
    indices.set(row.indices, offsets[number]);
    weights.set(row.weights, offsets[number]);
  });
  return { offsets, indices, weights };
}
