/** Runs SQL statements; what a migration may do. */
export type Execute = (sql: string) => Promise<unknown>;

/** One step of the database's shape, both ways. A migration that has run anywhere is never edited. */
export interface Migration {
  readonly name: string;
  up(execute: Execute): Promise<void>;
  down(execute: Execute): Promise<void>;
}
