import { EngineError, messageOf } from '../../engine/core/errors.ts';
import type { Logger } from '../../engine/core/logger.ts';
import { isFatal } from './database.ts';
import type { LogDatabase } from './database.ts';
import type { Journal } from './journal.ts';
import type { JournalRecord } from './record.ts';

/** Largest transaction: 5,000 rows take about 0.1 s, 8 MiB bound the memory that a batch of long messages takes. */
const batchRecords = 5000;
const batchBytes = 8 * 1024 * 1024;
/** Records that wait in memory before writers are slowed down, and before they are read back from the journal instead. */
const slowAbove = 20_000;
const dropAbove = 100_000;
/**
 * How long a few records may gather before they are written: a transaction costs some 10 ms of processor time whatever
 * its size (measured: 7 to 12 for one record, 18 for 400), and an fdatasync that the journal has to share the disk with.
 * Whoever waits for the tables cuts it short.
 */
const gatherMs = 1000;
const gatherBelow = 4000;
const firstRetryMs = 50;
const longestRetryMs = 5000;

export interface FeedOptions {
  readonly journal: Journal;
  readonly database: LogDatabase;
  readonly logger: Logger;
}

/**
 * Copies journaled records into the tables, in order, in batches as large as what has gathered. Whatever goes wrong
 * with the tables, nothing is lost: the feed goes back to the journal and takes up where the tables stand.
 */
export class Feed {
  readonly #journal: Journal;
  readonly #database: LogDatabase;
  readonly #logger: Logger;
  #queue: JournalRecord[] = [];
  #done: number;
  /** True where records that are not in the queue must be read from the journal first. */
  #behind = true;
  /** True from the moment the feed falls behind until the tables hold all: a record may then be in them already. */
  #careful = true;
  #running: Promise<void> | null = null;
  #failure: EngineError | null = null;
  #retryMs = firstRetryMs;
  #wake: (() => void) | null = null;
  #stopping = false;
  #progress: (() => void)[] = [];
  /** Where the last fatal error happened, to find the record that causes it. */
  #fatalAfter = -1;
  #limit = batchRecords;

  constructor(options: FeedOptions) {
    this.#journal = options.journal;
    this.#database = options.database;
    this.#logger = options.logger;
    this.#done = options.database.applied;
    options.journal.onWritten((records) => this.#push(records));
    options.database.onReopened = () => this.catchUp();
  }

  /** Journaled records that are not in the tables yet. */
  get lag(): number {
    return Math.max(0, this.#journal.last - this.#done);
  }

  /** Sequence of the newest record in the tables. */
  get done(): number {
    return this.#done;
  }

  /** Why nothing moves at present; null where all is well. */
  get failure(): EngineError | null {
    return this.#failure;
  }

  /** Reads from the journal whatever the tables do not hold. */
  catchUp(): void {
    this.#behind = true;
    this.#start();
  }

  /** Resolves when all that is journaled by now is in the tables, or cannot get there at present. */
  async drained(): Promise<EngineError | null> {
    const target = this.#journal.last;
    while ((this.#done < target || this.#behind) && this.#running !== null && this.#failure === null) {
      await this.#nextProgress();
    }
    return this.#done >= target && !this.#behind ? null : this.#failure;
  }

  /** Resolves when a writer may add more: it keeps a bulk import from running far ahead of the tables. */
  async room(): Promise<void> {
    while (this.#queue.length > slowAbove && this.#running !== null && this.#failure === null) {
      await this.#nextProgress();
    }
  }

  /** One more attempt at what is left, then no more. */
  async stop(): Promise<void> {
    await this.drained();
    this.#stopping = true;
    this.#wake?.();
    await this.#running;
  }

  #push(records: readonly JournalRecord[]): void {
    if (this.#queue.length > dropAbove) {
      this.#queue = [];
      this.#behind = true;
    } else {
      for (const record of records) this.#queue.push(record);
      if (this.#queue.length >= gatherBelow && this.#failure === null) this.#wake?.();
    }
    this.#start();
  }

  #start(): void {
    if (this.#running !== null || this.#stopping) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
      this.#report();
    });
  }

  async #run(): Promise<void> {
    while (!this.#stopping && (this.#behind || this.#queue.length > 0)) {
      try {
        if (this.#behind) this.#careful = true;
        if (this.#behind) await this.#readBack();
        else await this.#applyQueue();
        this.#failure = null;
        this.#retryMs = firstRetryMs;
        if (!this.#behind && this.#done >= this.#journal.last) this.#careful = false;
      } catch (error) {
        await this.#pause(error);
      }
      this.#report();
    }
  }

  async #readBack(): Promise<void> {
    this.#behind = false;
    this.#done = this.#database.applied;
    for await (const records of this.#journal.read(this.#done + 1)) {
      for (let rest = records; rest.length > 0;) {
        const batch = this.#batchOf(rest);
        if (!(await this.#apply(batch, true)) || this.#stopping) return;
        rest = rest.slice(batch.length);
        this.#report();
      }
    }
    this.#queue = this.#queue.filter((record) => record.sequence > this.#done);
  }

  async #applyQueue(): Promise<void> {
    if (this.#queue.length < gatherBelow && this.#progress.length === 0) await this.#sleep(gatherMs);
    const batch = this.#batchOf(this.#queue);
    this.#queue = this.#queue.slice(batch.length);
    await this.#apply(batch, this.#careful);
  }

  #batchOf(records: readonly JournalRecord[]): readonly JournalRecord[] {
    let count = 0;
    let bytes = 0;
    for (const record of records) {
      bytes += record.bytes;
      if (count > 0 && (count >= this.#limit || bytes > batchBytes)) break;
      count += 1;
    }
    return records.slice(0, count);
  }

  /** @returns false where the tables stand elsewhere than expected */
  async #apply(batch: readonly JournalRecord[], mayRepeat: boolean): Promise<boolean> {
    const [first] = batch;
    const newest = batch.at(-1);
    if (first === undefined || newest === undefined) return true;
    try {
      const fits = await this.#database.apply(batch, { after: this.#done, mayRepeat });
      if (fits) {
        this.#done = newest.sequence;
        this.#limit = batchRecords;
      } else this.#behind = true;
      return fits;
    } catch (error) {
      if (EngineError.isInstance(error)) throw error;
      if (isFatal(error)) return this.#afterFatal(batch, error);
      if (batch.length === 1) return this.#passOver(first, error);
      const middle = Math.ceil(batch.length / 2);
      return (await this.#apply(batch.slice(0, middle), mayRepeat)) && this.#apply(batch.slice(middle), mayRepeat);
    }
  }

  /** The same place twice: one record at a time, until the one that breaks the database is known and passed over. */
  async #afterFatal(batch: readonly JournalRecord[], error: unknown): Promise<boolean> {
    const again = this.#fatalAfter === this.#done;
    const [first] = batch;
    this.#fatalAfter = this.#done;
    await this.#database.recover(error);
    if (again && batch.length === 1 && this.#database.applied === this.#done) {
      return this.#passOver(first as JournalRecord, error);
    }
    if (again) this.#limit = 1;
    return false;
  }

  async #passOver(record: JournalRecord, error: unknown): Promise<boolean> {
    const { kind, id, sequence } = record;
    this.#logger.error({ kind, id, sequence, error: messageOf(error) }, 'record stays in the journal alone');
    const fits = await this.#database.skip(record, this.#done);
    if (fits) this.#done = sequence;
    else this.#behind = true;
    return fits;
  }

  async #pause(error: unknown): Promise<void> {
    this.#failure = EngineError.from(error);
    this.#behind = true;
    this.#queue = [];
    this.#logger.error(
      { error: messageOf(error), retryMs: this.#retryMs },
      'log database stands still; messages are kept',
    );
    this.#report();
    if (this.#stopping) return;
    await this.#sleep(this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
  }

  async #sleep(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }

  #nextProgress(): Promise<void> {
    if (this.#failure === null) this.#wake?.();
    return new Promise((resolve) => this.#progress.push(resolve));
  }

  #report(): void {
    const waiting = this.#progress;
    this.#progress = [];
    for (const resolve of waiting) resolve();
  }
}
