import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import type { Logger } from '../../engine/core/logger.ts';
import { Migrator } from './migrations/migrator.ts';
import { wellFormedJson } from './record.ts';
import type { JournalRecord } from './record.ts';
import type { Row } from './rows.ts';
import { insertStatement, tables } from './tables.ts';
import type { Table } from './tables.ts';

export interface DatabaseOptions {
  readonly path: string;
  /** Folder for files that do not open. */
  readonly quarantine: string;
  readonly logger: Logger;
  readonly now: () => number;
}

export interface Apply {
  /** Sequence at which the tables must stand. */
  readonly after: number;
  /** True where a record may be in the tables already. */
  readonly mayRepeat: boolean;
}

export type Values = readonly DuckDBValue[];

/**
 * DuckDB opens one file twice in one process without a word, and ruins it. The data folder's lock keeps other owners
 * out; this keeps a slip inside the owner out.
 */
const openPaths = new Set<string>();

/** A damaged block is noticed when it is read, which may be long after the file was opened. */
const damaged = /corrupt|checksum|deserializ|serialization error/i;
/** After one of these the instance answers nothing any more, or answers from a damaged file. */
const fatal = /fatal|invalidated|corrupt|checksum|deserializ|serialization error|internal error/i;
/** Not the file's fault: another owner, rights, space. */
const notCorrupt = /lock on file|permission denied|no space|disk full|too many open files|out of memory/i;
const diskFull = /no space left|disk full|enospc/i;

export function isFatal(error: unknown): boolean {
  return fatal.test(messageOf(error));
}

interface Opened {
  readonly instance: DuckDBInstance;
  readonly writer: DuckDBConnection;
  readonly reader: DuckDBConnection;
  /** Newest journal sequence that is in the tables. */
  readonly applied: number;
}

/** The log's tables: a copy of the journal that can be asked questions, and that may be thrown away at any time. */
export class LogDatabase {
  /** Called after the database was opened anew; `applied` may have gone back. */
  onReopened: () => void = () => undefined;
  readonly #options: DatabaseOptions;
  #opened: Opened;
  #epoch = 0;
  #applied: number;
  #recovery: Promise<void> | null = null;
  #inUse = new Set<Promise<unknown>>();
  /** True where the last attempt to open the file again failed. */
  #broken = false;
  #closed = false;

  private constructor(options: DatabaseOptions, opened: Opened) {
    this.#options = options;
    this.#opened = opened;
    this.#applied = opened.applied;
  }

  /**
   * A file that does not open is set aside and an empty one takes its place: whoever holds the journal fills it again.
   * @throws LOG_LOCKED, STORAGE_FULL, STORAGE_FAILED
   */
  static async open(options: DatabaseOptions): Promise<LogDatabase> {
    const path = resolve(options.path);
    if (openPaths.has(path)) throw new EngineError('LOG_LOCKED', { path, pid: process.pid });
    openPaths.add(path);
    try {
      return new LogDatabase(options, await openOrReplace(options));
    } catch (error) {
      openPaths.delete(path);
      throw error;
    }
  }

  get applied(): number {
    return this.#applied;
  }

  /** Counts how often the file was opened; what was read in another epoch may have come from half-filled tables. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Rows of a query, on a connection of its own beside the writer. After a fatal error it is the caller that recovers. */
  rows(sql: string, values: Values = []): Promise<Row[]> {
    return this.#use(async () => (await this.#opened.reader.runAndReadAll(sql, [...values])).getRowObjectsJS());
  }

  /** Lends a fresh connection, for work that needs a transaction of its own. */
  withConnection<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    return this.#use(async () => {
      const connection = await this.#opened.instance.connect();
      try {
        return await work(connection);
      } finally {
        connection.closeSync();
      }
    });
  }

  /**
   * Puts records into the tables, all or none, together with the position up to which the journal is now copied.
   * @param records in order of their sequence, none left out since `after`
   * @returns false, with nothing done, where the tables do not stand at `after`
   */
  apply(records: readonly JournalRecord[], options: Apply): Promise<boolean> {
    return this.#use(async () => {
      if (this.#applied !== options.after) return false;
      const newest = records.at(-1);
      if (newest === undefined) return true;
      const { writer } = this.#opened;
      await writer.run('BEGIN');
      try {
        for (const table of tables) {
          const ofTable = records.filter((record) => record.kind === table.kind);
          if (ofTable.length > 0) await insert(writer, table, ofTable, options.mayRepeat);
        }
        await writer.run('UPDATE position SET applied = CAST($1 AS BIGINT)', [String(newest.sequence)]);
        await writer.run('COMMIT');
      } catch (error) {
        await writer.run('ROLLBACK').catch(() => undefined);
        throw error;
      }
      this.#applied = newest.sequence;
      return true;
    });
  }

  /** Passes over one record that cannot be stored. */
  skip(record: JournalRecord, after: number): Promise<boolean> {
    return this.apply([{ ...record, kind: 'loss' }], { after, mayRepeat: false });
  }

  checkpoint(): Promise<unknown> {
    return this.#use(() => this.#opened.writer.run('CHECKPOINT'));
  }

  /** Opens the file again after a fatal error; where it is damaged, sets it aside and begins with an empty one. */
  recover(reason: unknown): Promise<void> {
    const detail = messageOf(reason);
    this.#options.logger.error({ error: detail }, 'log database failed; opening it again');
    return this.#reopen(async () => {
      if (damaged.test(detail) && existsSync(this.#options.path)) await moveAside(this.#options, detail);
    });
  }

  /** Begins again with empty tables; the old file stays beside until the caller removes it. */
  async replace(): Promise<string> {
    const kept = `${this.#options.path}.before-rebuild`;
    await this.#reopen(async () => {
      await rm(kept, { force: true });
      if (existsSync(this.#options.path)) await rename(this.#options.path, kept);
      await rm(`${this.#options.path}.wal`, { force: true });
    });
    return kept;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.checkpoint().catch((error: unknown) => {
      this.#options.logger.warn({ error: messageOf(error) }, 'log database closed without a checkpoint');
    });
    this.#closed = true;
    await this.#recovery?.catch(() => undefined);
    await this.#idle();
    if (!this.#broken) shut(this.#opened);
    openPaths.delete(resolve(this.#options.path));
  }

  #reopen(between: () => Promise<void>): Promise<void> {
    this.#recovery ??= (async () => {
      try {
        await this.#idle();
        if (!this.#broken) shut(this.#opened);
        this.#broken = true;
        await between();
        this.#opened = await openOrReplace(this.#options);
        this.#applied = this.#opened.applied;
        this.#epoch += 1;
        this.#broken = false;
      } finally {
        this.#recovery = null;
      }
      this.onReopened();
    })();
    return this.#recovery;
  }

  async #idle(): Promise<void> {
    while (this.#inUse.size > 0) await Promise.allSettled(this.#inUse);
  }

  async #use<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.#recovery !== null) await this.#recovery;
    if (this.#closed) throw new EngineError('SHUTTING_DOWN');
    if (this.#broken) await this.#reopen(async () => undefined);
    const running = work();
    this.#inUse.add(running);
    try {
      return await running;
    } catch (error) {
      if (diskFull.test(messageOf(error)) && !isFatal(error)) {
        throw new EngineError('STORAGE_FULL', { path: this.#options.path }, { cause: error });
      }
      throw error;
    } finally {
      this.#inUse.delete(running);
    }
  }
}

async function insert(
  writer: DuckDBConnection,
  table: Table,
  records: readonly JournalRecord[],
  mayRepeat: boolean,
): Promise<void> {
  const byId = new Map<string, JournalRecord>();
  for (const record of records) if (table.replaces || !byId.has(record.id)) byId.set(record.id, record);
  const ids = (): string => wellFormedJson([...byId.keys()]);
  const listed = `id IN (SELECT unnest(from_json($1, '["VARCHAR"]')))`;
  if (table.replaces) {
    await writer.run(`DELETE FROM ${table.name} WHERE ${listed}`, [ids()]);
  } else if (mayRepeat || records.some((record) => record.origin !== undefined)) {
    const present = await writer.runAndReadAll(`SELECT id FROM ${table.name} WHERE ${listed}`, [ids()]);
    for (const [id] of present.getRows()) byId.delete(id as string);
  }
  if (byId.size === 0) return;
  const rows = [...byId.values()].map((record) => table.row(record));
  await writer.run(insertStatement(table), [wellFormedJson(rows)]);
}

async function openOrReplace(options: DatabaseOptions): Promise<Opened> {
  try {
    return await openFile(options.path);
  } catch (error) {
    const detail = messageOf(error);
    if (diskFull.test(detail)) throw new EngineError('STORAGE_FULL', { path: options.path }, { cause: error });
    if (notCorrupt.test(detail) || !existsSync(options.path)) {
      throw new EngineError('STORAGE_FAILED', { path: options.path, detail }, { cause: error });
    }
    await moveAside(options, detail);
    return await openFile(options.path);
  }
}

async function openFile(path: string): Promise<Opened> {
  const instance = await DuckDBInstance.create(path, { threads: '2', memory_limit: '1GB' });
  try {
    const writer = await instance.connect();
    const migrator = new Migrator(writer);
    const unknown = await migrator.unknown();
    if (unknown.length > 0) throw new Error(`it was written by a later version (${unknown.join(', ')})`);
    await migrator.up();
    const position = await writer.runAndReadAll('SELECT CAST(applied AS DOUBLE) FROM position');
    const applied = position.getRows()[0]?.[0];
    if (typeof applied !== 'number') throw new Error('it does not say how much of the journal it holds');
    return { instance, writer, reader: await instance.connect(), applied };
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

async function moveAside(options: DatabaseOptions, detail: string): Promise<void> {
  await mkdir(options.quarantine, { recursive: true });
  let copy = join(options.quarantine, `${basename(options.path)}.${options.now()}`);
  while (existsSync(copy)) copy += '.1';
  await rename(options.path, copy);
  const wal = `${options.path}.wal`;
  if (existsSync(wal)) await rename(wal, `${copy}.wal`);
  const error = new EngineError('LOG_CORRUPT', { path: options.path, detail });
  options.logger.error({ code: error.code, copy }, error.message);
}

function shut(opened: Opened): void {
  opened.writer.closeSync();
  opened.reader.closeSync();
  opened.instance.closeSync();
}
