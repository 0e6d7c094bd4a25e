import type { LoggedDecision } from '../../../../datasets/log/reader.ts';

/** One message in the list: what came of it, and the newest and oldest of the visits that were read. */
export interface MessageRow {
  /** The visit that settled it, else the last one. */
  readonly decision: LoggedDecision;
  readonly isSettled: boolean;
  /** Where the next page begins. */
  readonly oldest: string;
}

/** Visits, newest first, as one row per message; the visits of one message stand together in the log. */
export function messageRows(visits: readonly LoggedDecision[]): MessageRow[] {
  const rows: MessageRow[] = [];
  for (const visit of visits) {
    const row = rows.at(-1);
    if (row === undefined || row.decision.message !== visit.message) {
      rows.push({ decision: visit, isSettled: visit.settled, oldest: visit.id });
      continue;
    }
    const decision = visit.settled && !row.isSettled ? visit : row.decision;
    rows[rows.length - 1] = { decision, isSettled: decision.settled, oldest: visit.id };
  }
  return rows;
}

/** The rows of a page, and whether older ones follow: the last message of a full reading may be cut, so it waits. */
export function pageOf(
  visits: readonly LoggedDecision[],
  limit: number,
  size: number,
): { readonly rows: readonly MessageRow[]; readonly hasMore: boolean } {
  const rows = messageRows(visits);
  const whole = visits.length >= limit && rows.length > 1 ? rows.slice(0, -1) : rows;
  return { rows: whole.slice(0, size), hasMore: visits.length >= limit || whole.length > size };
}
