import { readFile } from 'node:fs/promises';
import { decodeRecord, isKind, scanSegment } from './record.ts';
import type { Damage, Scan } from './record.ts';
import { subtractRanges } from './sequence-range.ts';
import type { SequenceRange } from './sequence-range.ts';
import { cutTail, firstSequenceOf, keepIntact, listSegments, setAside } from './segment.ts';

/** Body of a `loss` record: what an earlier opening already reported. */
export interface Loss {
  readonly missing: readonly SequenceRange[];
  readonly damaged: readonly DamagedSegment[];
  /** Of the missing records, how many were found in the database and written again. */
  readonly restored: number;
}

export interface DamagedSegment {
  readonly path: string;
  /** The file as it was found. */
  readonly copy: string;
  readonly damages: readonly Damage[];
}

export interface JournalReport {
  /** Newest sequence found; 0 in an empty journal. */
  readonly last: number;
  readonly records: number;
  /** Bytes of an unfinished, never acknowledged write that were cut off. */
  readonly tornBytes: number;
  readonly damaged: readonly DamagedSegment[];
  /** Sequences that should be there, are not, and were not reported before. */
  readonly missing: readonly SequenceRange[];
  /** The newest segment, where writing goes on. */
  readonly tail: { readonly path: string; readonly size: number } | null;
}

/** Reads and mends a journal folder: cuts a torn end, copies damaged segments aside, keeps every intact record. */
export async function inspectJournal(folder: string, quarantine: string, now: number): Promise<JournalReport> {
  const segments = await listSegments(folder);
  const damaged: DamagedSegment[] = [];
  const holes: SequenceRange[] = [];
  const reported: SequenceRange[] = [];
  let last = 0;
  let records = 0;
  let tornBytes = 0;
  let tail: JournalReport['tail'] = null;
  for (const [index, path] of segments.entries()) {
    const content = await readFile(path);
    const scan = scanSegment(content);
    // The name vouches for the segment's first record, even where that record itself is gone.
    if (firstSequenceOf(path) > last + 1) holes.push({ from: last + 1, to: firstSequenceOf(path) - 1 });
    last = Math.max(last, firstSequenceOf(path) - 1);
    for (const place of scan.places) {
      if (place.sequence <= last) continue;
      if (place.sequence > last + 1) holes.push({ from: last + 1, to: place.sequence - 1 });
      last = place.sequence;
      records += 1;
      if (isKind(content, place, 'loss')) reported.push(...(decodeRecord(content, place).body as Loss).missing);
    }
    const newest = index === segments.length - 1;
    const damages = damagesOf(scan, content.length, newest);
    let size = content.length;
    if (damages.length > 0) {
      damaged.push({ path, copy: await setAside(path, quarantine, now), damages });
      await keepIntact(path, content, scan.places);
      size = scan.places.reduce((sum, place) => sum + place.end - place.start, 0);
    } else if (scan.tornAt !== null) {
      tornBytes = content.length - scan.tornAt;
      await cutTail(path, scan.tornAt);
      size = scan.tornAt;
    }
    if (newest) tail = size === 0 ? null : { path, size };
  }
  return { last, records, tornBytes, damaged, missing: subtractRanges(holes, reported), tail };
}

/** An unfinished write can only stand at the end of the newest segment; anywhere else it is damage. */
function damagesOf(scan: Scan, length: number, newest: boolean): readonly Damage[] {
  if (scan.tornAt === null || (newest && scan.damages.length === 0)) return scan.damages;
  return [...scan.damages, { offset: scan.tornAt, bytes: length - scan.tornAt }];
}
