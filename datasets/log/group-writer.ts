import { join } from 'node:path';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { encodeRecord } from './record.ts';
import type { JournalEntry, JournalRecord } from './record.ts';
import { segmentName, syncFolder } from './segment.ts';
import type { OpenSegment, SegmentFile } from './segment.ts';

export interface GroupWriterOptions {
  readonly folder: string;
  /** Sequence of the next record. */
  readonly next: number;
  readonly tail: { readonly path: string; readonly size: number } | null;
  readonly segmentBytes: number;
  readonly open: OpenSegment;
}

interface Waiting {
  readonly entries: readonly JournalEntry[];
  readonly texts: readonly string[];
  readonly resolve: (records: readonly JournalRecord[]) => void;
  readonly reject: (error: EngineError) => void;
}

/** One write carries at most this much, so that a bulk import does not hold up a single message for long. */
const groupBytes = 4 * 1024 * 1024;

/**
 * Group commit: whoever arrives while a write is under way shares the next one. An idle disk is used at once, so a
 * lone record waits for its own fdatasync and nothing else.
 */
export class GroupWriter {
  listener: (records: readonly JournalRecord[]) => void = () => undefined;
  readonly #options: GroupWriterOptions;
  #next: number;
  #file: SegmentFile | null = null;
  #path = '';
  /** Bytes of the segment that are acknowledged. */
  #size = 0;
  /** True where bytes may stand behind the acknowledged ones. */
  #dirty = false;
  #queue: Waiting[] = [];
  #running: Promise<void> | null = null;
  #patience: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: GroupWriterOptions) {
    this.#options = options;
    this.#next = options.next;
  }

  get last(): number {
    return this.#next - 1;
  }

  skipTo(sequence: number): void {
    if (this.#running !== null) throw new EngineError('INTERNAL', { detail: 'skipTo while the journal writes' });
    this.#next = Math.max(this.#next, sequence + 1);
  }

  /** @param patienceMs how long the entries may wait for others that want to be written at once */
  write(entries: readonly JournalEntry[], texts: readonly string[], patienceMs = 0): Promise<readonly JournalRecord[]> {
    if (this.#closed) return Promise.reject(new EngineError('SHUTTING_DOWN'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ entries, texts, resolve, reject });
      if (patienceMs === 0) this.hurry();
      else this.#patience ??= setTimeout(() => this.hurry(), patienceMs);
    });
  }

  /** Writes what waits, now. */
  hurry(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
    if (this.#queue.length > 0) this.#running ??= this.#run();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.hurry();
    await this.#running;
    await this.#file?.close();
    this.#file = null;
  }

  async #run(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve)); // whoever calls in this turn of the loop joins the group
    while (this.#queue.length > 0) await this.#writeGroup();
    this.#running = null;
  }

  async #writeGroup(): Promise<void> {
    const group: Waiting[] = [];
    const records: JournalRecord[][] = [];
    const lines: Buffer[] = [];
    let next = this.#next;
    let bytes = 0;
    for (const waiting of this.#queue) {
      if (bytes >= groupBytes) break;
      group.push(waiting);
      records.push(
        waiting.entries.map((entry, index) => {
          const line = encodeRecord(next, waiting.texts[index] as string);
          lines.push(line);
          bytes += line.length;
          return { ...entry, sequence: next++, bytes: line.length };
        }),
      );
    }
    this.#queue = this.#queue.slice(group.length);
    try {
      await this.#store(Buffer.concat(lines));
    } catch (error) {
      const refusal = storageError(this.#path, error);
      for (const waiting of group) waiting.reject(refusal);
      return;
    }
    this.#next = next;
    this.listener(records.flat());
    for (const [index, waiting] of group.entries()) waiting.resolve(records[index] as JournalRecord[]);
  }

  /** The acknowledged part of the segment grows by the whole content, or not at all. */
  async #store(content: Buffer): Promise<void> {
    if (this.#dirty) await this.#undo();
    const file = await this.#segment();
    this.#dirty = true;
    try {
      for (let written = 0; written < content.length;) {
        written += await file.write(content.subarray(written), this.#size + written);
      }
      await file.datasync();
    } catch (error) {
      // Best effort: where even this fails, the next write tries again before it adds anything.
      await this.#undo().catch(() => undefined);
      throw error;
    }
    this.#size += content.length;
    this.#dirty = false;
  }

  /** Cuts the segment back to what is acknowledged, so that no refused record comes back to life. */
  async #undo(): Promise<void> {
    await this.#file?.truncate(this.#size);
    await this.#file?.datasync();
    this.#dirty = false;
  }

  async #segment(): Promise<SegmentFile> {
    const { folder, tail, segmentBytes, open } = this.#options;
    if (this.#file !== null && this.#size < segmentBytes) return this.#file;
    if (this.#file === null && this.#path === '' && tail !== null && tail.size < segmentBytes) {
      const file = await open(tail.path);
      this.#path = tail.path;
      this.#size = tail.size;
      this.#file = file;
      return file;
    }
    const path = join(folder, segmentName(this.#next));
    const file = await open(path);
    await syncFolder(folder);
    await this.#file?.close();
    this.#path = path;
    this.#size = 0;
    this.#file = file;
    return file;
  }
}

function storageError(path: string, error: unknown): EngineError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new EngineError('STORAGE_FULL', { path }, { cause: error });
  return new EngineError('STORAGE_FAILED', { path, detail: messageOf(error) }, { cause: error });
}
