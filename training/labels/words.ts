import type { Feedback, FeedbackSource } from '../../datasets/log/feedback.ts';
import type { Correction } from '../examples/correction.ts';

/**
 * Whose word is a label, most trusted first: a person, then what a tool or a verifier found, then another answer of the
 * teacher. Signals that nobody meant as a word (`implicit`) only take trust away. A tier's own decision is no word.
 */
const ranks: Readonly<Record<FeedbackSource, number>> = { human: 0, tool: 1, verifier: 1, teacher: 2, implicit: 3 };

/**
 * How many logged answers a word counts as. A person looked at this very message, and one word of theirs must outweigh the
 * habit that led to the mistake; a verifier looks at all messages in the same way, and its own mistakes repeat.
 */
const weights = { human: 20, tool: 10, verifier: 10, teacher: 1 } as const;

/** A word that says what was right, or that what was done was wrong. */
function isCorrection(one: Feedback): boolean {
  return one.source !== 'implicit' && (one.outcome !== null || one.correct === false);
}

/** For each message what the most trusted source called right; of equal trust the later word counts. */
export function correctionsOf(feedback: readonly Feedback[]): Correction[] {
  const chosen = new Map<string, Feedback>();
  for (const one of feedback) {
    if (!isCorrection(one)) continue;
    const other = chosen.get(one.message);
    const better =
      other === undefined ||
      ranks[one.source] < ranks[other.source] ||
      (ranks[one.source] === ranks[other.source] && one.time >= other.time);
    if (better) chosen.set(one.message, one);
  }
  return [...chosen.values()].map((one) => ({
    message: one.message,
    outcome: one.outcome,
    source: one.source as keyof typeof weights,
    weight: weights[one.source as keyof typeof weights],
    evidence: `${one.source} said so (${one.id})${one.note === null ? '' : `: ${one.note}`}`,
  }));
}

/** Messages whose answer somebody who can be trusted called right: these are labels, whoever answered. */
export function confirmedBy(feedback: readonly Feedback[]): string[] {
  const corrected = new Set(correctionsOf(feedback).map((correction) => correction.message));
  return feedback
    .filter((one) => one.correct === true && ranks[one.source] <= 1 && !corrected.has(one.message))
    .map((one) => one.message);
}

/** Messages whose users showed that the answer was not what they wanted, without saying what was. */
export function doubtedBy(feedback: readonly Feedback[]): string[] {
  return feedback.filter((one) => one.source === 'implicit' && one.correct === false).map((one) => one.message);
}
