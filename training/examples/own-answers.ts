import type { Conversation } from '../../engine/core/conversation.ts';
import type { Decision } from '../../engine/core/decision.ts';
import { isDrawn } from '../../engine/pipeline/explored-tier.ts';

/** What must be known of a decision to tell who answered. */
export type Settling = Pick<Decision, 'message' | 'time' | 'tier' | 'settled' | 'shadow'>;

/**
 * Messages that our own cheap tiers answered, by id: what a tier decided is no label, or each model would learn and be
 * judged by the mistakes of the one before it. What a process did with the results of its own calls belongs to the
 * message that began it. Messages that nobody decided about were imported: somebody else answered them.
 */
export function ownAnswers(conversations: readonly Conversation[], decisions: readonly Settling[]): Set<string> {
  const last = new Map<string, Settling>();
  for (const decision of decisions) {
    if (!decision.settled || decision.shadow) continue;
    // a message that was escalated after all has two; the later one answered
    const other = last.get(decision.message);
    if (other === undefined || decision.time >= other.time) last.set(decision.message, decision);
  }
  const own = new Set<string>();
  for (const { messages } of conversations) {
    let isOwn = false;
    for (const { id, author } of messages) {
      if (author === 'assistant') continue;
      const decision = last.get(id);
      if (decision !== undefined) isOwn = decision.tier !== 'imperator';
      else if (author !== 'tool') isOwn = false;
      if (isOwn) own.add(id);
    }
  }
  return own;
}

/**
 * Messages that have a label only because the cheap tiers passed them up, by id: those that a tier with a threshold looked at,
 * but for the share that is drawn by hash to be answered by the LLM whatever the tiers say. What was passed up is no fair
 * sample of the traffic; what was drawn is one, and so is all from before there was a threshold.
 * @param share of messages that is drawn now; where it was smaller once, some of these messages are of the hard kind, so
 *   that a bound errs to the safe side
 */
export function passedUp(
  decisions: readonly Pick<Decision, 'message' | 'tier' | 'threshold' | 'shadow'>[],
  share: number,
): Set<string> {
  const selected = new Set<string>();
  for (const { message, tier, threshold, shadow } of decisions) {
    if (tier !== 'imperator' && threshold !== null && !shadow && !isDrawn(message, share)) selected.add(message);
  }
  return selected;
}
