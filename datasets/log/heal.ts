import type { Logger } from '../../engine/core/logger.ts';
import { EngineError } from '../../engine/core/errors.ts';
import type { LogDatabase } from './database.ts';
import type { Loss } from './journal-inspection.ts';
import type { Journal } from './journal.ts';
import type { JournalEntry } from './record.ts';
import { decisionOfRow, feedbackOfRow, headOfRow, messageOfRow } from './rows.ts';
import type { Row } from './rows.ts';
import { countSequences } from './sequence-range.ts';
import type { SequenceRange } from './sequence-range.ts';
import { selectList, tables } from './tables.ts';

const bodies = {
  conversations: headOfRow,
  messages: messageOfRow,
  decisions: decisionOfRow,
  feedback: feedbackOfRow,
} as const;

/**
 * Reports what the journal lost, and writes again what of it still stands in the tables. The report is itself a
 * record, so that it is made once and is never lost. @returns null where nothing was wrong
 */
export async function heal(journal: Journal, database: LogDatabase, logger: Logger): Promise<Loss | null> {
  const { report } = journal;
  const missing = [...report.missing];
  if (database.applied > journal.last) {
    missing.push({ from: journal.last + 1, to: database.applied });
    journal.skipTo(database.applied);
  }
  if (report.tornBytes > 0)
    logger.info({ bytes: report.tornBytes }, 'unfinished write cut off; it was not acknowledged');
  if (missing.length === 0 && report.damaged.length === 0) return null;
  let restored = 0;
  for (const range of missing) {
    const entries = await rowsOf(range, database).catch(async (error: unknown) => {
      await database.recover(error); // the tables are damaged as well: what stood in this range is lost
      return [];
    });
    await journal.appendAll(entries);
    restored += entries.length;
  }
  const loss: Loss = { missing, damaged: report.damaged, restored };
  await journal.append({ kind: 'loss', id: `loss_${journal.last + 1}`, body: loss });
  for (const { path, copy, damages } of report.damaged) {
    const offset = damages[0]?.offset ?? 0;
    const bytes = damages.reduce((sum, damage) => sum + damage.bytes, 0);
    const error = new EngineError('JOURNAL_CORRUPT', { path, offset, copy, detail: `${bytes} bytes are unreadable` });
    logger.error({ code: error.code, path, copy, damages }, error.message);
  }
  logger.error({ missing, restored, lost: countSequences(missing) - restored }, 'journal lost records');
  return loss;
}

async function rowsOf(range: SequenceRange, database: LogDatabase): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for (const table of tables) {
    const rows = await database.rows(
      `SELECT ${selectList(table, 't')} FROM ${table.name} t
       WHERE t.sequence BETWEEN CAST($1 AS BIGINT) AND CAST($2 AS BIGINT)`,
      [String(range.from), String(range.to)],
    );
    const bodyOf: (row: Row) => unknown = bodies[table.name as keyof typeof bodies];
    for (const row of rows) {
      entries.push({ kind: table.kind, id: row.id as string, origin: row.sequence as number, body: bodyOf(row) });
    }
  }
  return entries.sort((a, b) => (a.origin as number) - (b.origin as number));
}
