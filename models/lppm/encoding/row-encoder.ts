import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readBertFolder } from '../../nn/bert-folder.ts';
import type { LppmExample, LppmInput } from '../example.ts';
import { SentenceEncoder, type EncoderPlace } from './sentence-encoder.ts';
import type { SentenceVectors } from './sentence-vectors.ts';
import { tuneEncoder, type TuningJob } from './tune-encoder.ts';

/** What an encoder says of all rows of a fit. */
export interface Encoded {
  readonly place: EncoderPlace;
  readonly vectors: SentenceVectors;
  /** Its files where it was tuned, by their path in its folder. */
  readonly files: ReadonlyMap<string, Uint8Array> | null;
}

/** Tells what it says once these rows, of all those that it reads, may teach it. */
export type RowEncoder = (train: readonly LppmExample[]) => Promise<Encoded>;

/** The encoder as it is. @param inputs all that a fit will ask for */
export async function frozenRows(encoder: SentenceEncoder, inputs: readonly LppmInput[]): Promise<RowEncoder> {
  const encoded: Encoded = { place: encoder.place, vectors: await encoder.read(inputs), files: null };
  return () => Promise.resolve(encoded);
}

/**
 * The encoder tuned anew on the rows of each call. @param inputs all that a fit will ask for
 * @throws RUNTIME_UNAVAILABLE where it cannot be tuned
 */
export async function tunedRows(
  encoder: SentenceEncoder,
  inputs: readonly LppmInput[],
  job: TuningJob,
): Promise<RowEncoder> {
  const bert = await readBertFolder(encoder.folder);
  return async (train) => {
    const files = await tuneEncoder(encoder, bert, train, job);
    const tuned = await openTuned(files, encoder.place.source);
    try {
      return { place: tuned.place, vectors: await tuned.read(inputs), files };
    } finally {
      await tuned.dispose();
    }
  };
}

/** `@huggingface/transformers` reads folders alone: the files stand in one until they are loaded. */
export async function openTuned(files: ReadonlyMap<string, Uint8Array>, source: string): Promise<SentenceEncoder> {
  const folder = await mkdtemp(join(tmpdir(), 'tuned-encoder-'));
  try {
    for (const [name, bytes] of files) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), bytes);
    }
    return await SentenceEncoder.open(folder, source);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
