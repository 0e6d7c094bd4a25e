import { baseCorpus } from '../../../datasets/sample/base-corpus.ts';
import { EngineError } from '../../../engine/core/errors.ts';
import type { ContentClass, DtrExample } from '../../../models/dtr/example.ts';
import { contentClasses } from '../../../models/dtr/example.ts';
import type { BenchRecord } from '../records.ts';
import { carve, readSplit, refuseOverlap } from '../records.ts';
import type { BenchOptions } from '../report.ts';

/** One line of a mixed message stream. */
export interface TrafficRow {
  readonly text: string;
  readonly class: ContentClass;
  readonly subtype: string;
  readonly source: string;
  /** `in_distribution` or `unseen_source`. */
  readonly slice: string;
}

export interface TrafficData {
  readonly train: readonly TrafficRow[];
  readonly val: readonly TrafficRow[];
  readonly tests: readonly { readonly file: string; readonly rows: readonly TrafficRow[] }[];
}

/** Share of train that stands in for a missing val file, by the hash of the text. */
const valShare = 0.15;

/** @throws FILE_UNREADABLE, DATA_EMPTY, DATA_OVERLAP, BAD_REQUEST for a row of another shape */
export async function readTraffic(options: BenchOptions): Promise<TrafficData> {
  const rowsOf = async (paths: readonly string[], split: 'train' | 'val' | 'test') =>
    (await readSplit(paths, split)).map(({ path, rows }) => ({
      file: path,
      rows: rows.map((record) => rowOf(record, path)),
    }));
  let train = (await rowsOf(options.train, 'train')).flatMap(({ rows }) => rows);
  const tests = await rowsOf(options.test, 'test');
  if (options.holdout !== undefined && options.holdout > 0) {
    const { kept, carved } = carve(train, options.holdout / 100, (row) => `holdout ${row.text}`);
    train = kept;
    tests.push({ file: `holdout ${options.holdout} %`, rows: carved });
  }
  let val = (await rowsOf(options.val, 'val')).flatMap(({ rows }) => rows);
  if (val.length === 0) {
    const { kept, carved } = carve(train, valShare, (row) => `val ${row.text}`);
    train = kept;
    val = carved;
  }
  for (const { rows } of tests) refuseOverlap([...train, ...val], rows, (row) => row.text);
  return { train, val, tests };
}

function rowOf(record: BenchRecord, path: string): TrafficRow {
  const { text, subtype, source, slice } = record;
  const content = contentClasses.find((name) => name === record['class']);
  if (typeof text !== 'string' || content === undefined) {
    throw new EngineError('BAD_REQUEST', { detail: `${path}: a row lacks text or class` });
  }
  const name = (value: unknown, other: string): string => (typeof value === 'string' ? value : other);
  return {
    text,
    class: content,
    subtype: name(subtype, content),
    source: name(source, path),
    slice: name(slice, 'in_distribution'),
  };
}

export function exampleOf(row: TrafficRow): DtrExample {
  return { ...row, destination: null, payload: null };
}

/** Rows of the project's own corpus that are learned beside train, as `learn.ts` learns them beside every log. */
export const corpusRows = 4000;

/** None of them stands in a file that is measured on. */
export function corpusBeside({ val, tests }: TrafficData, seed: number): TrafficRow[] {
  const measured = new Set([...val, ...tests.flatMap(({ rows }) => rows)].map((row) => row.text.trim().toLowerCase()));
  return baseCorpus(seed, { rows: corpusRows })
    .filter((row) => !measured.has(row.text.trim().toLowerCase()))
    .map((row) => ({ ...row, slice: 'corpus' }));
}
