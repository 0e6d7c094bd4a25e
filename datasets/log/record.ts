import { crc32 } from 'node:zlib';
import { EngineError, messageOf } from '../../engine/core/errors.ts';

/** What the journal holds. A kind that this version does not know is kept and passed over. */
export type RecordKind = 'conversation' | 'message' | 'decision' | 'feedback' | 'loss';

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
const header = /^([0-9a-f]{8}) (\d{1,16}) (\d{1,10}) /;
const longestHeader = 8 + 1 + 16 + 1 + 10 + 1;

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
  const checksum = crc32(covered).toString(16).padStart(8, '0');
  return Buffer.concat([Buffer.from(`${checksum} `, 'latin1'), covered, Buffer.of(lineBreak)]);
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
  if (content[start + 8] !== space) return null;
  const match = header.exec(content.toString('latin1', start, start + longestHeader));
  if (match === null) return null;
  const json = start + match[0].length;
  const end = json + Number(match[3]) + 1;
  if (end > content.length) return null;
  if (crc32(content.subarray(start + 9, end - 1)) !== Number.parseInt(match[1] as string, 16)) return null;
  return { sequence: Number(match[2]), start, json, end };
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
