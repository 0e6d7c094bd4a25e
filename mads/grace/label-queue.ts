import { z } from 'zod';
import type { ConversationLog } from '../../datasets/log/conversation-log.ts';
import type { LoggedDecision } from '../../datasets/log/reader.ts';
import type { FeedbackSource } from '../../datasets/log/feedback.ts';
import { auditOrder, isDrawnForAudit, stakeOf, stakes, type Stake } from '../../engine/core/audit-draw.ts';
import { boundByAudit, type AuditBound, type AuditStratum } from '../../models/certificate/audit.ts';

/** Whose word counts as truth here. */
const trusted: readonly (FeedbackSource | null)[] = ['human', 'tool', 'verifier'];

/** One settled message that somebody should look at. */
export interface LabelTask {
  readonly decision: string;
  readonly conversation: string;
  readonly role: string;
  readonly text: string;
  readonly tier: string;
  /** What was done. */
  readonly outcome: LoggedDecision['outcome'];
  readonly confidence: number | null;
  readonly stake: Stake;
}

export interface LabelQueue {
  readonly role: string;
  /** Drawn and not yet judged. */
  readonly waiting: number;
  readonly tasks: readonly LabelTask[];
  /** What the judgements so far prove about everything that was settled. */
  readonly bound: AuditBound;
}

/**
 * What is to be looked at next, by what is at stake, and what was proved so far. What the LLM answered comes last: it says
 * nothing of what was settled, but with it the words are a fair sample of all traffic, which certifies the next models
 * (`auditedWords`). Words about messages that were not drawn do not count: people complain about what went wrong.
 * @param decisions settled ones of a role
 */
export function labelQueue(
  role: string,
  decisions: readonly LoggedDecision[],
  options: { readonly alpha: number; readonly delta: number; readonly limit: number },
): LabelQueue {
  const answered = decisions.filter((one) => one.settled && !one.shadow);
  const settled = answered.filter(({ tier }) => tier === 'dtr' || tier === 'lppm');
  const drawn = answered.filter(({ id }) => isDrawnForAudit(id));
  const judged = drawn.filter((one) => one.correct !== null && trusted.includes(one.judgedBy));
  const known = new Set(judged.map(({ id }) => id));
  const strata = stakes
    .filter((stake) => stake !== 'passed')
    .map((kind): AuditStratum => {
      const own = judged.filter((one) => stakeOf(one) === kind);
      return {
        name: kind,
        settled: settled.filter((one) => stakeOf(one) === kind).length,
        judged: own.length,
        errors: own.filter((one) => one.correct === false).length,
      };
    });
  const waiting = drawn
    .filter(({ id }) => !known.has(id))
    .toSorted((a, b) => stakes.indexOf(stakeOf(a)) - stakes.indexOf(stakeOf(b)) || auditOrder(a.id) - auditOrder(b.id));
  const tasks = waiting.slice(0, options.limit).map((one) => ({
    decision: one.id,
    conversation: one.conversation,
    role: one.role,
    text: one.text,
    tier: one.tier,
    outcome: one.outcome,
    confidence: one.confidence,
    stake: stakeOf(one),
  }));
  return { role, waiting: waiting.length, tasks, bound: boundByAudit(strata, options) };
}

export const labelsRequest = z.strictObject({
  role: z.string().min(1).optional(),
  /** Tasks of each role. */
  limit: z.number().int().min(0).max(1000).default(10),
});
export const labelAnswer = z.strictObject({
  decision: z.string().min(1),
  correct: z.boolean(),
  note: z.string().optional(),
});

/** The newest settled messages that the audit speaks of. */
const mostAudited = 10_000;

/** The queues of all roles, or of the one that is asked for. */
export function labelQueues(
  log: Pick<ConversationLog, 'decisions'>,
  roles: readonly string[],
  { alpha, delta }: { readonly alpha: number; readonly delta: number },
  { role, limit }: z.output<typeof labelsRequest>,
): Promise<LabelQueue[]> {
  return Promise.all(
    (role === undefined ? roles : [role]).map(async (each) => {
      const decisions = await log.decisions({ role: each, settled: true, limit: mostAudited });
      return labelQueue(each, decisions, { alpha, delta, limit });
    }),
  );
}
