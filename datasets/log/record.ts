import { crc32 } from 'node:zlib';
import { EngineError, messageOf } from '../../engine/core/errors.ts';

/** What the journal holds. A kind that this version does not know is kept and passed over. */
export type RecordKind = 'conversation' | 'message' | 'decision' | 'feedback' | 'loss' | 'forgotten';

/** What a writer hands in. */
export interface JournalEntry {
  readonly kind: RecordKind;
  readonly id: string;
  /** Anything that JSON can carry. */
  readonly body: unknown;
  /** Sequence under which the record stood before it was lost and written again. */
  readonly origin?: number;
}

export interface JournalRecord extends JournalEntry {
  /** 1, 2, 3, ... without holes over the life of the data folder. */
  readonly sequence: number;
  /** Bytes of its line in the journal. */
  readonly bytes: number;
}

/** Bytes that hold no intact record. */
export interface Damage {
  readonly offset: number;
  readonly bytes: number;
}

/** A place of an intact record within a segment, in bytes; the JSON ends at `end - 1`, before the line break. */
export interface Place {
  readonly sequence: number;
  readonly start: number;
  readonly json: number;
  readonly end: number;
}

export interface Scan {
  readonly places: readonly Place[];
  readonly damages: readonly Damage[];
  /** Where an unfinished write begins; null where the segment ends with a whole record. */
  readonly tornAt: number | null;
}

const lineBreak = 0x0a;
const space = 0x20;
const checksumDigits = 8;
const sequenceDigits = 16;
const lengthDigits = 10;

/** Text of an entry, without its line: well-formed Unicode, no line break. @throws BAD_REQUEST */
export function entryText(entry: JournalEntry): string {
  try {
    return wellFormedJson({
      kind: entry.kind,
      id: entry.id,
      ...(entry.origin === undefined ? {} : { origin: entry.origin }),
      body: entry.body,
    });
  } catch (error) {
    const detail = `${entry.kind} ${entry.id} cannot be stored: ${messageOf(error)}`;
    throw new EngineError('BAD_REQUEST', { detail }, { cause: error });
  }
}

/** JSON that every reader takes: half a surrogate pair becomes U+FFFD. */
export function wellFormedJson(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON.stringify escapes a lone surrogate, and only that, as \ud...; other JSON readers refuse it.
  if (!text.includes('\\ud')) return text;
  return text.replace(/\\(u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/gs, (whole, code: string) =>
    code.length > 1 ? '\\ufffd' : whole,
  );
}

/** One line: `crc32 sequence length json`; the checksum covers all that follows it. */
export function encodeRecord(sequence: number, text: string): Buffer {
  const json = Buffer.from(text, 'utf8');
  const covered = Buffer.concat([Buffer.from(`${sequence} ${json.length} `, 'latin1'), json]);
  return Buffer.concat([Buffer.from(`${checksumOf(covered)} `, 'latin1'), covered, Buffer.of(lineBreak)]);
}

/** CRC-32 as eight hexadecimal digits; compared as text, so that a flipped bit cannot hide in a capital letter. */
function checksumOf(covered: Buffer): string {
  return crc32(covered).toString(16).padStart(checksumDigits, '0');
}

/** Finds every intact record; damage costs the records that it touches and no other. */
export function scanSegment(content: Buffer): Scan {
  const places: Place[] = [];
  const damages: Damage[] = [];
  let offset = 0;
  let badFrom = -1;
  const closeDamage = (): void => {
    if (badFrom >= 0) damages.push({ offset: badFrom, bytes: offset - badFrom });
    badFrom = -1;
  };
  while (offset < content.length) {
    const place = placeAt(content, offset);
    if (place !== null) {
      closeDamage();
      places.push(place);
      offset = place.end;
      if (content[offset - 1] !== lineBreak) damages.push({ offset: offset - 1, bytes: 1 });
      continue;
    }
    if (badFrom < 0) badFrom = offset;
    const next = content.indexOf(lineBreak, offset);
    offset = next < 0 ? content.length : next + 1;
  }
  // A write that was cut off leaves the beginning of a line; damage leaves the line's end where it was.
  if (badFrom >= 0 && content[content.length - 1] !== lineBreak) return { places, damages, tornAt: badFrom };
  closeDamage();
  return { places, damages, tornAt: null };
}

/** @returns null where no intact record begins at the offset */
function placeAt(content: Buffer, start: number): Place | null {
  const sequenceAt = start + checksumDigits + 1;
  if (content[sequenceAt - 1] !== space) return null;
  const lengthAt = afterDigits(content, sequenceAt, sequenceDigits) + 1;
  const json = afterDigits(content, lengthAt, lengthDigits) + 1;
  if (lengthAt === 0 || json === 0) return null;
  const end = json + numberIn(content, lengthAt, json - 1) + 1;
  if (end > content.length) return null;
  const checksum = content.toString('latin1', start, sequenceAt - 1);
  if (checksumOf(content.subarray(sequenceAt, end - 1)) !== checksum) return null;
  return { sequence: numberIn(content, sequenceAt, lengthAt - 1), start, json, end };
}

/** Where the space behind a run of digits stands; -1 where there is no such run. */
function afterDigits(content: Buffer, from: number, longest: number): number {
  for (let offset = from; offset <= from + longest; offset += 1) {
    const byte = content[offset] ?? 0;
    if (byte === space && offset > from) return offset;
    if (byte < 0x30 || byte > 0x39) return -1;
  }
  return -1;
}

function numberIn(content: Buffer, from: number, to: number): number {
  let value = 0;
  for (let offset = from; offset < to; offset += 1) value = 10 * value + (content[offset] as number) - 0x30;
  return value;
}

export function decodeRecord(content: Buffer, place: Place): JournalRecord {
  const entry = JSON.parse(content.toString('utf8', place.json, place.end - 1)) as JournalEntry;
  return { ...entry, sequence: place.sequence, bytes: place.end - place.start };
}

/** True without parsing; the kind stands first in the text. */
export function isKind(content: Buffer, place: Place, kind: RecordKind): boolean {
  const start = `{"kind":"${kind}"`;
  return content.toString('latin1', place.json, place.json + start.length) === start;
}
