import { hashFraction } from './hash.ts';

/** Of the messages that a cheap tier settled, so many are drawn for somebody to look at. */
export const auditShare = 0.05;

/** Drawn by hash of the decision: whoever answers cannot choose, and what was drawn once stays drawn. */
export function isDrawnForAudit(decision: string): boolean {
  return hashFraction(`audit ${decision}`) < auditShare;
}
