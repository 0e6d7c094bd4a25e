import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { GroupWriter } from './group-writer.ts';
import { inspectJournal } from './journal-inspection.ts';
import type { JournalReport } from './journal-inspection.ts';
import { decodeRecord, entryText, scanSegment } from './record.ts';
import type { JournalEntry, JournalRecord } from './record.ts';
import { firstSequenceOf, listSegments, openSegment } from './segment.ts';
import type { OpenSegment } from './segment.ts';

export interface JournalOptions {
  /** The data folder; the journal takes `journal/` in it and sets damaged copies aside in `quarantine/`. */
  readonly dataDir: string;
  /** Milliseconds since 1970-01-01 UTC; names the copies that are set aside. */
  readonly now: () => number;
  /** Size in bytes at which a new segment begins. */
  readonly segmentBytes?: number;
  readonly open?: OpenSegment;
}

/** 32 MiB: read back in one piece in some tens of milliseconds. */
const defaultSegmentBytes = 32 * 1024 * 1024;

/**
 * Append-only, checksummed segment files: the one truth of the data folder. Whoever opens it must hold the folder's
 * lock. `append` resolves only after fdatasync; writers that wait together share one write and one fdatasync.
 */
export class Journal {
  /** What was found wrong at opening, and what was done about it. */
  readonly report: JournalReport;
  readonly #folder: string;
  readonly #writer: GroupWriter;
  readonly #listeners = new Set<(records: readonly JournalRecord[]) => void>();

  private constructor(folder: string, report: JournalReport, writer: GroupWriter) {
    this.#folder = folder;
    this.report = report;
    this.#writer = writer;
    writer.listener = (records) => {
      for (const listener of this.#listeners) listener(records);
    };
  }

  /**
   * Damage never keeps the journal from opening: intact records stay, the damaged file is copied aside, the loss is in
   * `report`. @throws STORAGE_FAILED where the folder cannot be read or written
   */
  static async open(options: JournalOptions): Promise<Journal> {
    const folder = join(options.dataDir, 'journal');
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const report = await inspectJournal(folder, join(options.dataDir, 'quarantine'), options.now());
      const writer = new GroupWriter({
        folder,
        next: report.last + 1,
        tail: report.tail,
        segmentBytes: options.segmentBytes ?? defaultSegmentBytes,
        open: options.open ?? openSegment,
      });
      return new Journal(folder, report, writer);
    } catch (error) {
      if (EngineError.isInstance(error)) throw error;
      throw new EngineError('STORAGE_FAILED', { path: folder, detail: messageOf(error) }, { cause: error });
    }
  }

  /** Sequence of the newest acknowledged record; 0 in an empty journal. */
  get last(): number {
    return this.#writer.last;
  }

  /** Called with each group as soon as it is on disk, before its writers are answered; returns the way to stop. */
  onWritten(listener: (records: readonly JournalRecord[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Later records get sequences above this one; for a journal that lost its end. */
  skipTo(sequence: number): void {
    this.#writer.skipTo(sequence);
  }

  /** Resolves after fdatasync. @throws STORAGE_FULL, STORAGE_FAILED, BAD_REQUEST, SHUTTING_DOWN: it is not stored */
  async append(entry: JournalEntry): Promise<JournalRecord> {
    const [record] = await this.appendAll([entry]);
    return record as JournalRecord;
  }

  /**
   * Resolves after fdatasync, all of them stored, in one piece and in order; or rejects, none of them stored.
   * @param patienceMs how long they may wait to share the fdatasync of others
   */
  appendAll(entries: readonly JournalEntry[], patienceMs = 0): Promise<readonly JournalRecord[]> {
    if (entries.length === 0) return Promise.resolve([]);
    try {
      return this.#writer.write(
        entries,
        entries.map((entry) => entryText(entry)),
        patienceMs,
      );
    } catch (error) {
      return Promise.reject(EngineError.from(error));
    }
  }

  /** Writes what waits for others, now. */
  hurry(): void {
    this.#writer.hurry();
  }

  /** Acknowledged records from a sequence on, oldest first, a segment at a time. */
  async *read(from = 1): AsyncGenerator<readonly JournalRecord[]> {
    const end = this.last;
    const segments = await listSegments(this.#folder);
    let expected = from;
    for (const [index, path] of segments.entries()) {
      const next = segments[index + 1];
      if (next !== undefined && firstSequenceOf(next) <= expected) continue;
      if (firstSequenceOf(path) > end) return;
      const content = await readFile(path);
      const records: JournalRecord[] = [];
      for (const place of scanSegment(content).places) {
        if (place.sequence < expected || place.sequence > end) continue;
        records.push(decodeRecord(content, place));
        expected = place.sequence + 1;
      }
      if (records.length > 0) yield records;
    }
  }

  /** Writes what was accepted, then closes. */
  close(): Promise<void> {
    return this.#writer.close();
  }
}
