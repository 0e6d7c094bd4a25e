import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { hashFraction } from '../../engine/core/hash.ts';

/** A row of a bench file, as the publisher wrote it. */
export type BenchRecord = Readonly<Record<string, unknown>>;

/** Reads JSON Lines, plain or `.gz`. @throws FILE_UNREADABLE naming the file and line at fault */
export async function readRecords(path: string): Promise<BenchRecord[]> {
  const records: BenchRecord[] = [];
  let line = 0;
  try {
    const file = createReadStream(path);
    const input = path.endsWith('.gz') ? file.on('error', () => undefined).pipe(createGunzip()) : file;
    file.on('error', (error) => input.destroy(error));
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      line += 1;
      if (text.trim() === '') continue;
      records.push(JSON.parse(text) as BenchRecord);
    }
  } catch (error) {
    const detail = line === 0 ? messageOf(error) : `line ${line}: ${messageOf(error)}`;
    throw new EngineError('FILE_UNREADABLE', { path, detail }, { cause: error });
  }
  return records;
}

/** The rows whose `split` has that name; a file without such rows is taken whole. */
export function rowsOfSplit(records: readonly BenchRecord[], split: 'train' | 'val' | 'test'): BenchRecord[] {
  const marked = records.filter((record) => record.split === split);
  return marked.length > 0 ? marked : [...records];
}

/** Reads the given files and takes each one's rows of a split. @throws DATA_EMPTY */
export async function readSplit(
  paths: readonly string[],
  split: 'train' | 'val' | 'test',
): Promise<{ path: string; rows: BenchRecord[] }[]> {
  const files: { path: string; rows: BenchRecord[] }[] = [];
  for (const path of paths) {
    const rows = rowsOfSplit(await readRecords(path), split);
    if (rows.length === 0) throw new EngineError('DATA_EMPTY', { what: split, path });
    files.push({ path, rows });
  }
  return files;
}

/** Carves a share out by the hash of a key: the same key falls on the same side in every run. */
export function carve<Row>(
  rows: readonly Row[],
  share: number,
  keyOf: (row: Row) => string,
): { kept: Row[]; carved: Row[] } {
  const kept: Row[] = [];
  const carved: Row[] = [];
  for (const row of rows) (hashFraction(keyOf(row)) < share ? carved : kept).push(row);
  return { kept, carved };
}

/** A test row that also stands in train would be an error of measurement. @throws DATA_OVERLAP */
export function refuseOverlap<Row>(train: readonly Row[], test: readonly Row[], keyOf: (row: Row) => string): void {
  const seen = new Set(train.map((row) => fold(keyOf(row))));
  const both = test.filter((row) => seen.has(fold(keyOf(row))));
  const first = both[0];
  if (first === undefined) return;
  throw new EngineError('DATA_OVERLAP', { count: both.length, first: keyOf(first).slice(0, 80) });
}

function fold(text: string): string {
  return text.toLowerCase().split(/\s+/).join(' ').trim();
}
