import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock, systemIds } from '../../engine/core/clock.ts';
import type { Clock, IdSource } from '../../engine/core/clock.ts';
import type { Conversation } from '../../engine/core/conversation.ts';
import type { DecisionSink } from '../../engine/core/decision-sink.ts';
import type { Decision } from '../../engine/core/decision.ts';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { quietLogger } from '../../engine/core/logger.ts';
import type { Logger } from '../../engine/core/logger.ts';
import type { Message } from '../../engine/core/message.ts';
import { silent } from '../../engine/core/progress.ts';
import type { Progress } from '../../engine/core/progress.ts';
import { LogDatabase, isFatal } from './database.ts';
import type { Values } from './database.ts';
import { drawnWordPrefix, type Feedback, type FeedbackInput } from './feedback.ts';
import { completeFeedback } from './feedback-completion.ts';
import { Feed } from './feed.ts';
import { FolderLock } from './folder-lock.ts';
import type { Owner } from './folder-lock.ts';
import { heal } from './heal.ts';
import type { Loss } from './journal-inspection.ts';
import { Journal } from './journal.ts';
import { MessageWriter } from './message-writer.ts';
import type { Appended, AppendOptions } from './message-writer.ts';
import { LogQueries } from './queries.ts';
import { LogReader } from './reader.ts';
import type {
  ConversationFilter,
  ConversationSummary,
  DecisionDetail,
  DecisionFilter,
  LoggedDecision,
  RecallFilter,
  Recalled,
} from './reader.ts';
import type { JournalRecord } from './record.ts';
import type { Row } from './rows.ts';
import type { OpenSegment } from './segment.ts';
import { noteSealed, sealedFolder, type SnapshotPart } from './sealed-part.ts';
import { writeSnapshot } from './snapshot.ts';
import type { SnapshotInfo } from './snapshot.ts';
import { TailCache } from './tail-cache.ts';

export interface LogOptions {
  readonly dataDir: string;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly ids?: IdSource;
  /** Size in bytes at which a new journal segment begins; default 32 MiB. */
  readonly segmentBytes?: number;
  /** File operations of the journal; a test puts a failing disk here. */
  readonly openSegment?: OpenSegment;
}

export interface LogHealth {
  /** Acknowledged records. */
  readonly journaled: number;
  /** Of these, not in the tables yet. */
  readonly lag: number;
  /** Code and text of what keeps the tables from following; null where all is well. */
  readonly failure: { readonly code: string; readonly text: string } | null;
  /** What this opening found lost; null where nothing was. */
  readonly loss: Loss | null;
}

/** How long decisions may wait for the reply that they led to, to share its fdatasync; milliseconds. */
const decisionPatienceMs = 20;
/** Decisions that may wait for the disk; beyond it new ones are dropped, and the log says so. */
const waitingDecisions = 50_000;

/**
 * The conversations of a data folder: a durable journal, and tables that can be asked. It is the only door to both, and
 * a folder has one open log at a time, over all processes. What a method acknowledged is on disk and is seen by every
 * later read.
 */
export class ConversationLog implements DecisionSink {
  /** Figures over the whole log, for dashboard and report. */
  readonly queries: LogQueries;
  readonly #options: LogOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #ids: IdSource;
  readonly #lock: FolderLock;
  readonly #journal: Journal;
  readonly #database: LogDatabase;
  readonly #feed: Feed;
  readonly #reader: LogReader;
  readonly #writer: MessageWriter;
  readonly #tails = new TailCache();
  readonly #background = new Set<Promise<unknown>>();
  readonly #loss: Loss | null;
  #waiting = 0;
  #dropped = 0;
  #closing: Promise<void> | null = null;

  private constructor(
    options: LogOptions,
    lock: FolderLock,
    journal: Journal,
    database: LogDatabase,
    loss: Loss | null,
  ) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? quietLogger;
    this.#ids = options.ids ?? systemIds;
    this.#lock = lock;
    this.#journal = journal;
    this.#database = database;
    this.#loss = loss;
    this.#feed = new Feed({ journal, database, logger: this.#logger });
    this.#reader = new LogReader((sql, values) => this.#ask(sql, values));
    this.#writer = new MessageWriter({
      journal,
      feed: this.#feed,
      reader: this.#reader,
      tails: this.#tails,
      clock: this.#clock,
    });
    this.queries = new LogQueries(async (sql, values) => {
      await this.#settle();
      return await this.#ask(sql, values);
    });
  }

  /**
   * Ends in serving whatever state the files are in: a torn journal is cut, damage is set aside and reported, tables
   * that do not open or lag behind are filled from the journal.
   * @throws LOG_LOCKED where another process holds the folder; STORAGE_FULL, STORAGE_FAILED
   */
  static async open(options: LogOptions): Promise<ConversationLog> {
    const { dataDir } = options;
    const logger = options.logger ?? quietLogger;
    const now = (): number => (options.clock ?? systemClock).now();
    const lock = FolderLock.acquire(dataDir);
    let journal: Journal | undefined;
    let database: LogDatabase | undefined;
    try {
      journal = await Journal.open({
        dataDir,
        now,
        ...(options.segmentBytes === undefined ? {} : { segmentBytes: options.segmentBytes }),
        ...(options.openSegment === undefined ? {} : { open: options.openSegment }),
      });
      const path = join(dataDir, 'log.duckdb');
      database = await LogDatabase.open({ path, quarantine: join(dataDir, 'quarantine'), logger, now });
      const loss = await heal(journal, database, logger);
      const log = new ConversationLog(options, lock, journal, database, loss);
      log.#feed.catchUp();
      await log.#settle();
      await log.#writer.learnIds((sql) => log.#ask(sql));
      return log;
    } catch (error) {
      await journal?.close().catch(() => undefined);
      await database?.close().catch(() => undefined);
      lock.release();
      throw EngineError.from(error);
    }
  }

  /**
   * Resolves when all messages are on disk. A message whose id is known is left as it stands, so that anything may be
   * appended again. A conversation is made by its first message; later its tools may change, its role and split not.
   * @throws STORAGE_FULL, STORAGE_FAILED: none is stored; BAD_REQUEST naming the message at fault
   */
  appendMessages(messages: readonly Message[], options: AppendOptions): Promise<Appended> {
    return this.#writer.append(messages, options);
  }

  /** Appends whole conversations in batches. Interrupted, it can be run again: what is there stays as it is. */
  async importConversations(
    conversations: Iterable<Conversation> | AsyncIterable<Conversation>,
    options: { readonly progress?: Progress; readonly stage?: string; readonly total?: number } = {},
  ): Promise<Appended> {
    const progress = options.progress ?? silent;
    const sum = { conversations: 0, messages: 0, duplicates: 0 };
    let done = 0;
    const store = async (batch: readonly Conversation[]): Promise<void> => {
      const appended = await this.#writer.appendConversations(batch);
      sum.conversations += appended.conversations;
      sum.messages += appended.messages;
      sum.duplicates += appended.duplicates;
      done += batch.length;
      progress({ stage: options.stage ?? 'import', done, total: options.total ?? null });
    };
    let batch: Conversation[] = [];
    let messages = 0;
    for await (const conversation of conversations) {
      batch.push(conversation);
      messages += conversation.messages.length;
      if (messages < 2000) continue;
      await store(batch);
      batch = [];
      messages = 0;
    }
    if (batch.length > 0) await store(batch);
    return sum;
  }

  /** Journals in the background; `flush` waits for it. */
  record(decisions: readonly Decision[]): void {
    if (decisions.length === 0) return;
    if (this.#waiting + decisions.length > waitingDecisions) {
      this.#dropped += decisions.length;
      this.#logger.error({ dropped: this.#dropped }, 'decisions dropped: the disk does not keep up');
      return;
    }
    this.#waiting += decisions.length;
    const entries = decisions.map((decision) => ({ kind: 'decision' as const, id: decision.id, body: decision }));
    const running = this.#journal
      .appendAll(entries, decisionPatienceMs)
      .catch((error: unknown) => {
        this.#logger.error({ count: decisions.length, error: messageOf(error) }, 'decisions not recorded');
      })
      .finally(() => {
        this.#waiting -= decisions.length;
        this.#background.delete(running);
      });
    this.#background.add(running);
  }

  /** Resolves when it is on disk. @throws BAD_REQUEST, DECISION_UNKNOWN, MESSAGE_UNKNOWN, STORAGE_FULL, STORAGE_FAILED */
  async addFeedback(input: FeedbackInput): Promise<Feedback> {
    await this.#settle();
    const feedback = await completeFeedback(input, this.#reader, {
      id: input.id ?? this.#ids(input.isDrawn === true ? drawnWordPrefix : 'fbk'),
      time: input.time ?? this.#clock.now(),
    });
    if (input.id !== undefined && (await this.#reader.hasFeedback(input.id))) return feedback;
    await this.#journal.append({ kind: 'feedback', id: feedback.id, body: feedback });
    return feedback;
  }

  /** A whole conversation, messages in time order; null where there is none of this id. */
  async conversation(id: string): Promise<Conversation | null> {
    await this.#settle();
    return this.#reader.conversation(id);
  }

  /** Newest first. */
  async conversations(filter: ConversationFilter = {}): Promise<readonly ConversationSummary[]> {
    await this.#settle();
    return this.#reader.conversations(filter);
  }

  /** Messages that hold words of a text, best first; of one participant's conversations where one is named. */
  async recall(filter: RecallFilter): Promise<readonly Recalled[]> {
    await this.#settle();
    return this.#reader.recall(filter);
  }

  /** The last n messages of a conversation, oldest first; from memory while it is being held. */
  async recent(conversation: string, n: number): Promise<readonly Message[]> {
    const kept = this.#tails.recent(conversation, n);
    if (kept !== null) return kept;
    if (!this.#writer.mayKnowConversation(conversation)) return [];
    const before = this.#journal.last;
    await this.#settle();
    const wanted = Math.max(n, 32);
    const messages = await this.#reader.recent(conversation, wanted);
    if (this.#journal.last === before) this.#tails.begin(conversation, messages, messages.length < wanted);
    return n === 0 ? [] : messages.slice(-n);
  }

  /** Those of the ids under which a message is stored. */
  hasMessages(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#writer.known(ids);
  }

  async message(id: string): Promise<Message | null> {
    await this.#settle();
    return this.#reader.message(id);
  }

  /** Newest first. */
  async decisions(filter: DecisionFilter = {}): Promise<readonly LoggedDecision[]> {
    await this.#settle();
    return this.#reader.decisions(filter);
  }

  /** A decision with its message, the other visits of that message and all feedback; null where there is none. */
  async decision(id: string): Promise<DecisionDetail | null> {
    await this.#settle();
    return this.#reader.decision(id);
  }

  /**
   * Writes what is logged by now to `<dataDir>/snapshots/<sha256>/`, for readers that never open the log.
   * @param options `forTraining`: without the sealed conversations, which are written to `<dataDir>/sealed/`
   */
  async snapshot(options: { readonly role?: string; readonly forTraining?: boolean } = {}): Promise<SnapshotInfo> {
    const role = options.role ?? null;
    if (options.forTraining !== true) return this.#write('snapshots', role, 'whole');
    const teaching = await this.#write('snapshots', role, 'teaching');
    const sealed = await this.#write(sealedFolder, role, 'sealed');
    await noteSealed(teaching.path, sealed.path);
    return teaching;
  }

  async #write(name: string, role: string | null, part: SnapshotPart): Promise<SnapshotInfo> {
    await this.flush();
    const folder = join(this.#options.dataDir, name);
    const write = (): Promise<SnapshotInfo> =>
      this.#database.withConnection((connection) => writeSnapshot(connection, folder, role, part));
    try {
      return await write();
    } catch (error) {
      if (!isFatal(error)) throw error;
      await this.#database.recover(error);
      await this.flush();
      return await write();
    }
  }

  /** Fills the tables anew from the journal. @throws STORAGE_FULL, STORAGE_FAILED */
  async rebuild(): Promise<{ readonly records: number }> {
    await this.flush();
    const kept = await this.#database.replace();
    await this.flush();
    await rm(kept, { force: true });
    return { records: this.#journal.last };
  }

  /** Resolves when all that was handed in is journaled and in the tables. @throws why the tables cannot follow */
  async flush(): Promise<void> {
    this.#journal.hurry();
    await Promise.allSettled(this.#background);
    const failure = await this.#feed.drained();
    if (failure !== null) throw failure;
  }

  health(): LogHealth {
    const { failure, lag } = this.#feed;
    return {
      journaled: this.#journal.last,
      lag,
      failure: failure === null ? null : { code: failure.code, text: failure.message },
      loss: this.#loss,
    };
  }

  /** Calls the listener with every group of records that is journaled from now on; returns the way to stop. */
  follow(listener: (records: readonly JournalRecord[]) => void): () => void {
    return this.#journal.onWritten(listener);
  }

  /** Journaled records from a sequence on, oldest first. */
  records(from: number): AsyncIterable<readonly JournalRecord[]> {
    return this.#journal.read(from);
  }

  /** Writes to `owner.json` where this process can be asked. */
  announce(address: Omit<Owner, 'pid'>): void {
    this.#lock.announce(address);
  }

  /** Takes in nothing more, writes what was handed in, checkpoints, gives the folder free. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#journal.hurry();
      await Promise.allSettled(this.#background);
      await this.#journal.close();
      await this.#feed.stop();
      await this.#database.close();
      this.#lock.release();
    })();
    return this.#closing;
  }

  /**
   * Asks the tables once they hold all that is journaled, and again where they were replaced meanwhile. Damage that a
   * query meets costs the time to fill new tables, not the answer.
   */
  async #ask(sql: string, values?: Values): Promise<Row[]> {
    for (let failures = 0; ;) {
      const failure = await this.#feed.drained();
      const { epoch } = this.#database;
      try {
        const rows = await this.#database.rows(sql, values);
        if (this.#database.epoch === epoch || failure !== null) return rows;
      } catch (error) {
        failures += 1;
        if (!isFatal(error) || failures > 2) throw EngineError.from(error);
        if (this.#database.epoch === epoch) await this.#database.recover(error);
      }
    }
  }

  /** Waits until reads see what was handed in; where the tables stand still they show what they have. */
  async #settle(): Promise<void> {
    if (this.#background.size > 0) {
      this.#journal.hurry();
      await Promise.allSettled(this.#background);
    }
    await this.#feed.drained();
  }
}
