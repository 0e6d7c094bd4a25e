import { drawnWordPrefix, type Feedback } from '../../datasets/log/feedback.ts';
import { auditOrder, isDrawnForAudit, stakeOf, type Stake } from '../../engine/core/audit-draw.ts';
import type { Decision } from '../../engine/core/decision.ts';
import type { Correction } from '../examples/correction.ts';

type Answer = Pick<Decision, 'id' | 'message' | 'tier' | 'settled' | 'shadow' | 'outcome' | 'time'>;

/**
 * What people said of drawn messages, as a fair sample of all traffic. Those with most at stake are looked at first, so
 * each kind gives as many words as the one that was looked at least allows, in proportion to how many were drawn of it;
 * where of one kind nobody looked at any, there is no fair sample.
 * @returns null outcomes: what was done was wrong, and nobody said what was right
 */
export function auditedWords(feedback: readonly Feedback[], decisions: readonly Answer[]): Correction[] {
  const drawn = new Map<Stake, Answer[]>();
  for (const answer of lastAnswers(decisions)) {
    if (!isDrawnForAudit(answer.id)) continue;
    const stake = stakeOf(answer);
    drawn.set(stake, [...(drawn.get(stake) ?? []), answer]);
  }
  const words = new Map<string, Feedback>();
  for (const one of feedback) {
    if (one.decision === null || one.correct === null || !one.id.startsWith(drawnWordPrefix)) continue;
    const other = words.get(one.decision);
    if (other === undefined || one.time >= other.time) words.set(one.decision, one);
  }
  const kinds = [...drawn.values()].map((answers) => ({
    drawn: answers.length,
    judged: answers.flatMap(({ id }) => words.get(id) ?? []),
  }));
  const share = Math.min(...kinds.map((kind) => kind.judged.length / kind.drawn));
  if (!Number.isFinite(share)) return [];
  return kinds.flatMap((kind) =>
    kind.judged
      .toSorted((a, b) => auditOrder(a.decision ?? '') - auditOrder(b.decision ?? ''))
      .slice(0, Math.round(share * kind.drawn))
      .map(({ message, outcome, id }) => ({
        message,
        outcome,
        source: 'human',
        evidence: `drawn and looked at (${id})`,
      })),
  );
}

/** A message that was escalated after all has two decisions; the later one answered. */
function lastAnswers(decisions: readonly Answer[]): Answer[] {
  const last = new Map<string, Answer>();
  for (const one of decisions) {
    if (!one.settled || one.shadow) continue;
    const other = last.get(one.message);
    if (other === undefined || one.time >= other.time) last.set(one.message, one);
  }
  return [...last.values()];
}
