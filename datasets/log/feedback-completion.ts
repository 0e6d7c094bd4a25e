import { EngineError } from '../../engine/core/errors.ts';
import type { Feedback, FeedbackInput } from './feedback.ts';
import { isComparable } from './outcome-key.ts';
import type { LogReader } from './reader.ts';

/** Finds what a word is about. @throws BAD_REQUEST, DECISION_UNKNOWN, MESSAGE_UNKNOWN */
export async function completeFeedback(
  input: FeedbackInput,
  reader: LogReader,
  given: { readonly id: string; readonly time: number },
): Promise<Feedback> {
  const confidence = input.confidence ?? 1;
  if (!(confidence >= 0 && confidence <= 1)) refuse(`confidence ${confidence} is not in [0, 1]`);
  if (input.correct === undefined && input.label === undefined && input.outcome === undefined) {
    refuse('feedback says nothing: give correct, label or outcome');
  }
  const base = {
    ...given,
    correct: input.correct ?? null,
    label: input.label ?? null,
    source: input.source,
    confidence,
    note: input.note ?? null,
  };
  if (input.decision !== undefined) {
    const [decision] = await reader.plainDecisions([input.decision]);
    if (decision === undefined) throw new EngineError('DECISION_UNKNOWN', { id: input.decision });
    if (input.message !== undefined && input.message !== decision.message) {
      refuse(`decision ${decision.id} is about message ${decision.message}, not ${input.message}`);
    }
    // "That was right" tells the right outcome, by which other tiers' proposals can be judged as well.
    const confirmed = input.correct === true && decision.outcome !== null && isComparable(decision.outcome);
    return {
      ...base,
      conversation: decision.conversation,
      message: decision.message,
      decision: decision.id,
      tier: input.tier ?? decision.tier,
      outcome: input.outcome ?? (confirmed ? decision.outcome : null),
    };
  }
  if (input.message === undefined) refuse('feedback must name a decision or a message');
  const message = await reader.message(input.message);
  if (message === null) throw new EngineError('MESSAGE_UNKNOWN', { id: input.message });
  if (input.label !== undefined && input.tier === undefined) refuse('a label needs the tier whose label it is');
  return {
    ...base,
    conversation: message.conversation,
    message: message.id,
    decision: null,
    tier: input.tier ?? null,
    outcome: input.outcome ?? null,
  };
}

function refuse(detail: string): never {
  throw new EngineError('BAD_REQUEST', { detail });
}
