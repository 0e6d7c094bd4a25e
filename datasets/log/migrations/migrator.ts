import type { DuckDBConnection } from '@duckdb/node-api';
import { Umzug } from 'umzug';
import { EngineError, messageOf } from '../../../engine/core/errors.ts';
import { conversations } from './001-conversations.ts';
import { decisions } from './002-decisions.ts';
import { feedback } from './003-feedback.ts';
import type { Migration } from './migration.ts';

export const migrations: readonly Migration[] = [conversations, decisions, feedback];

const table = 'CREATE TABLE IF NOT EXISTS migrations (name VARCHAR NOT NULL, applied TIMESTAMP NOT NULL)';

/** Moves the database's shape up and down. Each step is one transaction together with the row that records it. */
export class Migrator {
  readonly #connection: DuckDBConnection;
  readonly #umzug: Umzug<DuckDBConnection>;
  readonly #names: readonly string[];
  #inDryRun = false;

  constructor(connection: DuckDBConnection, steps: readonly Migration[] = migrations) {
    this.#connection = connection;
    this.#names = steps.map((step) => step.name);
    this.#umzug = new Umzug({
      migrations: steps.map((step) => ({
        name: step.name,
        up: () => this.#step(step, 'up'),
        down: () => this.#step(step, 'down'),
      })),
      context: connection,
      logger: undefined,
      storage: {
        executed: () => this.#executed(),
        // Recorded by #step, inside the transaction of the migration itself.
        logMigration: () => Promise.resolve(),
        unlogMigration: () => Promise.resolve(),
      },
    });
  }

  async executed(): Promise<string[]> {
    return (await this.#umzug.executed()).map((migration) => migration.name);
  }

  /** Steps that ran here and that this version does not know: the file is of a later version. */
  async unknown(): Promise<string[]> {
    const known = new Set(this.#names);
    return (await this.#executed()).filter((name) => !known.has(name));
  }

  async pending(): Promise<string[]> {
    return (await this.#umzug.pending()).map((migration) => migration.name);
  }

  /** Runs what is pending, then checkpoints: replaying DDL after a crash is asking for trouble. @throws MIGRATION_FAILED */
  async up(options: { readonly to?: string } = {}): Promise<string[]> {
    const done = await unwrap(this.#umzug.up(options.to === undefined ? {} : { to: options.to }));
    if (done.length > 0) await this.#connection.run('CHECKPOINT');
    return done.map((migration) => migration.name);
  }

  /** Takes back the newest step, or all down to and with the one named. @throws MIGRATION_FAILED */
  async down(options: { readonly to?: string } = {}): Promise<string[]> {
    const done = await unwrap(this.#umzug.down(options.to === undefined ? {} : { to: options.to }));
    if (done.length > 0) await this.#connection.run('CHECKPOINT');
    return done.map((migration) => migration.name);
  }

  /** Runs what `up` would run, and rolls all of it back. @throws MIGRATION_FAILED */
  async dryRun(): Promise<string[]> {
    await this.#connection.run(table);
    await this.#connection.run('BEGIN');
    this.#inDryRun = true;
    try {
      return (await unwrap(this.#umzug.up())).map((migration) => migration.name);
    } finally {
      this.#inDryRun = false;
      await this.#connection.run('ROLLBACK');
    }
  }

  async #executed(): Promise<string[]> {
    await this.#connection.run(table);
    const result = await this.#connection.runAndReadAll('SELECT name FROM migrations ORDER BY name');
    return result.getRows().map(([name]) => String(name));
  }

  async #step(step: Migration, direction: 'up' | 'down'): Promise<void> {
    const execute = (sql: string): Promise<unknown> => this.#connection.run(sql);
    try {
      if (!this.#inDryRun) await execute('BEGIN');
      await step[direction](execute);
      const record =
        direction === 'up' ? 'INSERT INTO migrations VALUES ($1, now())' : 'DELETE FROM migrations WHERE name = $1';
      await this.#connection.run(record, [step.name]);
      if (!this.#inDryRun) await execute('COMMIT');
    } catch (error) {
      if (!this.#inDryRun) await execute('ROLLBACK').catch(() => undefined);
      throw new EngineError('MIGRATION_FAILED', { name: step.name, detail: messageOf(error) }, { cause: error });
    }
  }
}

/** umzug puts its own error around ours. */
async function unwrap<Result>(running: Promise<Result>): Promise<Result> {
  try {
    return await running;
  } catch (error) {
    throw error instanceof Error && EngineError.isInstance(error.cause) ? error.cause : error;
  }
}
