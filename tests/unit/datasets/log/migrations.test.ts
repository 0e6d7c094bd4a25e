import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Migrator, migrations } from '../../../../datasets/log/migrations/migrator.ts';

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeEach(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});
afterEach(() => {
  connection.closeSync();
  instance.closeSync();
});

const names = migrations.map((migration) => migration.name);

async function shape(): Promise<unknown[]> {
  const result = await connection.runAndReadAll(
    `SELECT table_name, column_name, data_type FROM information_schema.columns
     WHERE table_name <> 'migrations' ORDER BY ALL`,
  );
  return result.getRows();
}

describe('the tables', () => {
  it('are the ones that the README shows', async () => {
    await new Migrator(connection).up();
    const readme = readFileSync(join(import.meta.dirname, '../../../../datasets/README.md'), 'utf8');
    const columns = new Map<string, string[]>();
    const result = await connection.runAndReadAll(
      `SELECT table_name, column_name || CASE data_type WHEN 'JSON' THEN ' (JSON)' ELSE '' END
       FROM information_schema.columns WHERE table_name NOT IN ('migrations', 'position', 'judgements')
       ORDER BY table_name, ordinal_position`,
    );
    for (const [table, column] of result.getRows()) {
      columns.set(String(table), [...(columns.get(String(table)) ?? []), String(column)]);
    }
    expect([...columns.keys()]).toEqual(['conversations', 'decisions', 'feedback', 'messages']);
    for (const [table, names] of columns) expect(readme).toContain(`| \`${table}\` | ${names.join(', ')} |`);
  });
});

describe('Migrator', () => {
  it('goes up once, and comes down to nothing', async () => {
    const migrator = new Migrator(connection);
    expect(await migrator.up()).toEqual(names);
    expect(await migrator.up()).toEqual([]);
    expect((await shape()).length).toBeGreaterThan(40);
    expect(await migrator.down({ to: names[0] as string })).toEqual(names.toReversed());
    expect(await shape()).toEqual([]);
  });

  it('comes to the same shape after a step down and up again', async () => {
    const migrator = new Migrator(connection);
    await migrator.up();
    const before = await shape();
    expect(await migrator.down()).toEqual([names.at(-1)]);
    expect(await shape()).not.toEqual(before);
    expect(await migrator.pending()).toEqual([names.at(-1)]);
    await migrator.up();
    expect(await shape()).toEqual(before);
  });

  it('leaves nothing behind when it only tries', async () => {
    const migrator = new Migrator(connection);
    await migrator.up({ to: names[0] as string });
    const before = await shape();
    expect(await migrator.dryRun()).toEqual(names.slice(1));
    expect(await shape()).toEqual(before);
    expect(await migrator.executed()).toEqual(names.slice(0, 1));
  });

  it('takes a step that fails back as a whole', async () => {
    const failing = {
      name: '004-failing',
      up: async (execute: (sql: string) => Promise<unknown>) => {
        await execute('CREATE TABLE half (id VARCHAR)');
        await execute('CREATE TABLE half (id VARCHAR)');
      },
      down: () => Promise.resolve(),
    };
    const migrator = new Migrator(connection, [...migrations, failing]);
    await expect(migrator.up()).rejects.toMatchObject({ code: 'MIGRATION_FAILED', detail: { name: '004-failing' } });
    expect(await migrator.pending()).toEqual(['004-failing']);
    expect(JSON.stringify(await shape())).not.toContain('half');
  });

  it('recognises a file of a later version', async () => {
    const later = { name: '009-later', up: () => Promise.resolve(), down: () => Promise.resolve() };
    await new Migrator(connection, [...migrations, later]).up();
    expect(await new Migrator(connection).unknown()).toEqual(['009-later']);
  });
});
