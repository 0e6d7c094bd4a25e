import type { Conversation } from '../../engine/core/conversation.ts';
import type { Decision } from '../../engine/core/decision.ts';

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
