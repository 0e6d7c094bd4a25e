import { z } from 'zod';
import type { ConversationLog } from '../../datasets/log/conversation-log.ts';
import type { LoggedDecision } from '../../datasets/log/reader.ts';
import type { FeedbackSource } from '../../datasets/log/feedback.ts';
import { hashFraction } from '../../engine/core/hash.ts';
import { boundByAudit, type AuditBound, type AuditStratum } from '../../models/certificate-audit.ts';

/** Of the messages that a cheap tier settled, so many are drawn for somebody to look at. */
export const auditShare = 0.05;

/** Whose word counts as truth here. */
const trusted: readonly (FeedbackSource | null)[] = ['human', 'tool', 'verifier'];

/** Kinds of deeds, most at stake first: what is run, what is done in a process, what is said. */
const kinds = ['executes', 'acts', 'says'] as const;
type Kind = (typeof kinds)[number];

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
  readonly stake: Kind;
}

export interface LabelQueue {
  readonly role: string;
  /** Drawn and not yet judged. */
  readonly waiting: number;
  readonly tasks: readonly LabelTask[];
  /** What the judgements so far prove about everything that was settled. */
  readonly bound: AuditBound;
}

function kindOf({ outcome }: LoggedDecision): Kind {
  if (outcome?.kind !== 'tool-call') return 'says';
  return outcome.process === undefined ? 'executes' : 'acts';
}

/** Drawn by hash of the decision: whoever answers cannot choose, and what was drawn once stays drawn. */
function isDrawn({ id }: LoggedDecision): boolean {
  return hashFraction(`audit ${id}`) < auditShare;
}

/**
 * What is to be looked at next, by what is at stake, and what was proved so far. Within one kind the order is random, so
 * that those who stop early have still seen a fair sample of it. Words about messages that were not drawn do not count:
 * people complain about what went wrong.
 * @param decisions settled ones of a role
 */
export function labelQueue(
  role: string,
  decisions: readonly LoggedDecision[],
  options: { readonly alpha: number; readonly delta: number; readonly limit: number },
): LabelQueue {
  const settled = decisions.filter((one) => one.settled && !one.shadow && (one.tier === 'dtr' || one.tier === 'lppm'));
  const drawn = settled.filter(isDrawn);
  const judged = drawn.filter((one) => one.correct !== null && trusted.includes(one.judgedBy));
  const known = new Set(judged.map(({ id }) => id));
  const strata = kinds.map((kind): AuditStratum => {
    const own = judged.filter((one) => kindOf(one) === kind);
    return {
      name: kind,
      settled: settled.filter((one) => kindOf(one) === kind).length,
      judged: own.length,
      errors: own.filter((one) => one.correct === false).length,
    };
  });
  const waiting = drawn
    .filter(({ id }) => !known.has(id))
    .toSorted(
      (a, b) =>
        kinds.indexOf(kindOf(a)) - kinds.indexOf(kindOf(b)) ||
        hashFraction(`order ${a.id}`) - hashFraction(`order ${b.id}`),
    );
  const tasks = waiting.slice(0, options.limit).map((one) => ({
    decision: one.id,
    conversation: one.conversation,
    role: one.role,
    text: one.text,
    tier: one.tier,
    outcome: one.outcome,
    confidence: one.confidence,
    stake: kindOf(one),
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
