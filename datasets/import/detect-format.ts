import { EngineError } from '../../engine/core/errors.ts';
import { openaiChatReader } from './openai-chat.ts';
import { defaultReading, type Reader } from './reader.ts';
import { readRecords } from './records.ts';
import { turnsReader } from './turns.ts';

/** Every format that can be imported; a new one is added here. */
export const readers: readonly Reader[] = [openaiChatReader, turnsReader];

/** How many records are looked at before a file counts as unknown: the first lines may be malformed. */
const recordsToTry = 50;

/** The reader of that name. @throws FORMAT_UNKNOWN */
export function readerNamed(name: string, path = `--format ${name}`): Reader {
  const reader = readers.find((candidate) => candidate.name === name);
  if (reader === undefined) throw new EngineError('FORMAT_UNKNOWN', { path, formats: formatNames() });
  return reader;
}

export function formatNames(): string {
  return readers.map((reader) => reader.name).join(', ');
}

/**
 * The reader that knows a file by its first records; null where none does; `empty` where the file holds nothing.
 * @throws FILE_UNREADABLE
 */
export async function detectFormat(path: string): Promise<Reader | 'empty' | null> {
  let tried = 0;
  for await (const records of readRecords(path, defaultReading)) {
    for (const record of records) {
      if (record.fault === null) {
        const reader = readers.find((candidate) => candidate.recognises(record.value));
        if (reader !== undefined) return reader;
      }
      tried += 1;
      if (tried >= recordsToTry) return null;
    }
  }
  return tried === 0 ? 'empty' : null;
}
