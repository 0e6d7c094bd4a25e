import type { Migration } from './migration.ts';

/**
 * No primary keys and no indexes: one writer makes sure that ids are unique, and an index on a hot table costs more
 * than its lookups win (10 million rows: 40 ms without, 58 ms with) and has to be replayed after a crash.
 */
export const conversations: Migration = {
  name: '001-conversations',
  async up(execute) {
    await execute('CREATE TABLE position (applied BIGINT NOT NULL)');
    await execute('INSERT INTO position VALUES (0)');
    await execute(`CREATE TABLE conversations (
      id VARCHAR NOT NULL, role VARCHAR NOT NULL, split VARCHAR, tools JSON NOT NULL, created TIMESTAMP NOT NULL,
      sequence BIGINT NOT NULL)`);
    await execute(`CREATE TABLE messages (
      id VARCHAR NOT NULL, conversation VARCHAR NOT NULL, author VARCHAR NOT NULL, sender VARCHAR NOT NULL,
      recipient VARCHAR NOT NULL, "time" TIMESTAMP NOT NULL, "text" VARCHAR NOT NULL, parts JSON NOT NULL,
      annotation JSON, sequence BIGINT NOT NULL)`);
  },
  async down(execute) {
    await execute('DROP TABLE messages');
    await execute('DROP TABLE conversations');
    await execute('DROP TABLE position');
  },
};
