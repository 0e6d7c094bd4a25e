import { drawnWordPrefix, type Feedback, type FeedbackSource } from '../../datasets/log/feedback.ts';
import { auditOrder, isDrawnForAudit, stakeOf, type Stake } from '../../engine/core/audit-draw.ts';
import type { Decision } from '../../engine/core/decision.ts';
import type { Correction } from '../examples/correction.ts';

type Answer = Pick<Decision, 'id' | 'message' | 'tier' | 'settled' | 'shadow' | 'outcome' | 'time'>;

/** Whose unasked word takes a message off the queue; see `labelQueue`. */
const trusted: readonly FeedbackSource[] = ['human', 'tool', 'verifier'];

/**
 * What people said of drawn messages, as a fair sample of all traffic. Those with most at stake are looked at first, so
 * each kind gives as many words as the one that was looked at least allows, in proportion to how many were drawn of it;
 * where of one kind nobody looked at any, there is no fair sample. What somebody judged unasked is shown to nobody any more:
 * these words count where it would have been shown by now, or complaints would take the mistakes out of the sample.
 * @returns null outcomes: what was done was wrong, and nobody said what was right
 */
export function auditedWords(feedback: readonly Feedback[], decisions: readonly Answer[]): Correction[] {
  const drawn = new Map<Stake, Answer[]>();
  for (const answer of lastAnswers(decisions)) {
    if (!isDrawnForAudit(answer.id)) continue;
    const stake = stakeOf(answer);
    drawn.set(stake, [...(drawn.get(stake) ?? []), answer]);
  }
  const asked = new Map<string, Feedback>();
  const unasked = new Map<string, Feedback>();
  for (const one of feedback) {
    const isAsked = one.decision !== null && one.correct !== null && one.id.startsWith(drawnWordPrefix);
    if (!isAsked && !(trusted.includes(one.source) && (one.correct !== null || one.outcome !== null))) continue;
    const [words, about] = isAsked ? [asked, one.decision ?? ''] : [unasked, one.message];
    const other = words.get(about);
    if (other === undefined || one.time >= other.time) words.set(about, one);
  }
  const kinds = [...drawn.values()].map((answers) => {
    const ordered = answers.toSorted((a, b) => auditOrder(a.id) - auditOrder(b.id));
    const shown = ordered.slice(0, ordered.findLastIndex(({ id }) => asked.has(id)) + 1);
    return {
      drawn: answers.length,
      judged: shown.flatMap(({ id, message }) => asked.get(id) ?? unasked.get(message) ?? []),
    };
  });
  const share = Math.min(...kinds.map((kind) => kind.judged.length / kind.drawn));
  if (!Number.isFinite(share)) return [];
  return kinds.flatMap((kind) =>
    kind.judged.slice(0, Math.round(share * kind.drawn)).map(({ message, outcome, id }) => ({
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
