import type { Outcome } from './decision.ts';
import { hashFraction } from './hash.ts';

/** Of all answered messages so many are drawn for somebody to look at. */
export const auditShare = 0.05;

/** Drawn by hash of the decision: whoever answers cannot choose, and what was drawn once stays drawn. */
export function isDrawnForAudit(decision: string): boolean {
  return hashFraction(`audit ${decision}`) < auditShare;
}

/** Kinds of deeds, most at stake first: what is run, what is done in a process, what is said, what went to the LLM. */
export const stakes = ['executes', 'acts', 'says', 'passed'] as const;
export type Stake = (typeof stakes)[number];

export function stakeOf({ tier, outcome }: { readonly tier: string; readonly outcome: Outcome | null }): Stake {
  if (tier === 'imperator') return 'passed';
  if (outcome?.kind !== 'tool-call') return 'says';
  return outcome.process === undefined ? 'executes' : 'acts';
}

/** The order in which drawn decisions of one stake are shown, so that those who stop early have seen a fair sample of it. */
export function auditOrder(decision: string): number {
  return hashFraction(`order ${decision}`);
}
