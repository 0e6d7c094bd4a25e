import { feedbackSources, type Feedback } from '../../datasets/log/feedback.ts';
import { outcomeKey } from '../../datasets/log/outcome-key.ts';
import type { Decision, Outcome } from '../../engine/core/decision.ts';
import type { TierName } from '../../engine/core/tier-name.ts';

/** One visit of a message to a tier, and what was said about it later. Plain JSON. */
export interface JudgedVisit {
  readonly tier: TierName;
  readonly role: string;
  readonly time: number;
  readonly settled: boolean;
  readonly confidence: number | null;
  readonly threshold: number | null;
  /** What the tier did or would have done; null where it had nothing to propose. */
  readonly predicted: string | null;
  /** Null: nobody has said so. */
  readonly correct: boolean | null;
  /** What was right, as far as the words tell; null where nobody has said so. */
  readonly right: string | null;
}

/** Where a message belongs that no cheap tier should settle. */
export const forTheLlm = 'the LLM';

/** Visits with effect, each with the most trusted and then newest word on it, by the same rule as the log's own view. */
export function judgedVisits(decisions: readonly Decision[], feedback: readonly Feedback[]): JudgedVisit[] {
  const words = Map.groupBy(feedback, (word) => word.message);
  return decisions
    .filter((decision) => !decision.shadow)
    .map((decision) => {
      const verdict = verdictOf(decision, words.get(decision.message) ?? []);
      const { tier, role, time, settled, confidence, threshold, outcome } = decision;
      const predicted = outcome === null ? null : deedOf(outcome);
      const right = verdict === null ? null : rightDeed(verdict, predicted);
      return { tier, role, time, settled, confidence, threshold, predicted, correct: verdict?.correct ?? null, right };
    });
}

interface Verdict {
  readonly correct: boolean;
  readonly word: Feedback;
}

function verdictOf(decision: Decision, words: readonly Feedback[]): Verdict | null {
  const verdicts = words
    .map((word) => ({ word, correct: judge(decision, word) }))
    .filter((one): one is Verdict => one.correct !== null);
  const trust = ({ word }: Verdict): number => feedbackSources.indexOf(word.source);
  return verdicts.toSorted((a, b) => trust(a) - trust(b) || b.word.time - a.word.time)[0] ?? null;
}

function judge(decision: Decision, word: Feedback): boolean | null {
  if (word.decision === decision.id && word.correct !== null) return word.correct;
  const isOnMessage = word.decision === null && word.tier === null && word.correct !== null;
  if (isOnMessage && decision.settled) return word.correct;
  const right = outcomeKey(word.outcome);
  const done = outcomeKey(decision.outcome);
  if (right !== null && done !== null) return right === done;
  if (word.label !== null && decision.label !== null && word.tier === decision.tier)
    return word.label === decision.label;
  return null;
}

function rightDeed({ correct, word }: Verdict, predicted: string | null): string | null {
  if (correct) return predicted ?? forTheLlm;
  return word.outcome === null ? forTheLlm : deedOf(word.outcome);
}

/** A tool without its arguments, a process with its step. */
export function deedOf(outcome: Outcome): string {
  if (outcome.kind === 'tool-call') return outcome.name;
  if (outcome.kind === 'refuse') return `refuse ${outcome.policy}`;
  return outcome.process === undefined ? forTheLlm : `${outcome.process} · ${outcome.step ?? 'reply'}`;
}
