import type { Clock, IdSource } from '../core/clock.ts';
import type { Decision, Verdict } from '../core/decision.ts';
import type { Turn } from '../core/turn.ts';

/** A message's way through the ladder: the last word, and one row per tier that was visited. */
export interface Trace {
  readonly verdict: Verdict;
  readonly decisions: readonly Decision[];
}

export interface Visit {
  readonly turn: Turn;
  readonly verdict: Verdict;
  /** Microseconds that the tier took. */
  readonly latencyUs: number;
  /** True where the visit had no effect. */
  readonly shadow: boolean;
}

/** The log row of a visit. */
export function decisionOf(visit: Visit, clock: Clock, ids: IdSource): Decision {
  const { turn, verdict } = visit;
  return {
    id: verdict.settled && !visit.shadow && turn.decision !== undefined ? turn.decision : ids('dec'),
    message: turn.message.id,
    conversation: turn.message.conversation,
    role: turn.role,
    time: clock.now(),
    tier: verdict.tier,
    settled: verdict.settled,
    outcome: verdict.settled ? verdict.outcome : (verdict.proposal ?? null),
    label: verdict.label,
    confidence: verdict.confidence,
    threshold: verdict.threshold,
    reason: verdict.reason,
    model: verdict.model,
    evidence: verdict.evidence,
    choices: verdict.settled ? [] : (verdict.prepared?.choices ?? []),
    propensity: verdict.propensity,
    latencyUs: Math.round(visit.latencyUs),
    costUsd: verdict.settled ? (verdict.usage?.costUsd ?? 0) : 0,
    shadow: visit.shadow,
  };
}
