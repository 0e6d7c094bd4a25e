import type { Conversation } from '../../engine/core/conversation.ts';
import { contextFetch } from '../../engine/core/context-fetch.ts';
import type { ContextChoice, Decision } from '../../engine/core/decision.ts';
import { textOf, toolCallsOf } from '../../engine/core/message.ts';

/** What became of the context that was chosen for a message. */
export interface ContextOutcome {
  /** What went in and what stayed out, as it was logged. */
  readonly choices: readonly ContextChoice[];
  /** Ids of what was held back and the LLM fetched: it cannot have done without. */
  readonly fetched: readonly string[];
  /** False where somebody called the answer wrong; null where nobody judged it. */
  readonly correct: boolean | null;
}

type Choosing = Pick<Decision, 'message' | 'time' | 'tier' | 'choices' | 'shadow'>;
interface Judgement {
  readonly message: string;
  readonly correct: boolean | null;
  readonly time: number;
}

/** By message of the caller: the last choice that was made for it, what was fetched, and the last word on the answer. */
export function contextOutcomes(
  conversations: readonly Conversation[],
  decisions: readonly Choosing[],
  feedback: readonly Judgement[],
): Map<string, ContextOutcome> {
  const chosen = new Map<string, Choosing>();
  for (const decision of decisions) {
    if (decision.tier !== 'cet' || decision.shadow || decision.choices.length === 0) continue;
    const other = chosen.get(decision.message);
    if (other === undefined || decision.time >= other.time) chosen.set(decision.message, decision);
  }
  const judged = new Map<string, Judgement>();
  for (const word of feedback) {
    const other = judged.get(word.message);
    if (word.correct !== null && (other === undefined || word.time >= other.time)) judged.set(word.message, word);
  }
  const texts = new Map<string, string>();
  for (const { messages } of conversations) for (const message of messages) texts.set(message.id, textOf(message));
  // Pieces that were said elsewhere stand in their own conversation alone.
  const whole = (choice: ContextChoice): ContextChoice => {
    const text = choice.kind === undefined ? undefined : (choice.text ?? texts.get(choice.id));
    return text === undefined ? choice : { ...choice, text };
  };
  const outcomes = new Map<string, ContextOutcome>();
  for (const { messages } of conversations) {
    let asked: string | null = null;
    const fetched = new Map<string, string[]>();
    for (const message of messages) {
      if (message.author === 'user') asked = message.id;
      for (const call of toolCallsOf(message)) {
        const id = call.arguments['id'];
        if (asked === null || call.name !== contextFetch || typeof id !== 'string') continue;
        fetched.set(asked, [...(fetched.get(asked) ?? []), id]);
      }
    }
    for (const { id } of messages) {
      const { choices } = chosen.get(id) ?? { choices: [] };
      const pieces = fetched.get(id) ?? [];
      const correct = judged.get(id)?.correct ?? null;
      if (choices.length > 0 || pieces.length > 0 || correct !== null)
        outcomes.set(id, { choices: choices.map(whole), fetched: pieces, correct });
    }
  }
  return outcomes;
}
