import type { Feedback } from '../datasets/log/feedback.ts';
import type { Correction } from './examples/correction.ts';

/** Trust in this order; of equal trust the later word counts. */
const trusted = ['human', 'verifier', 'tool'] as const;

/** What people, verifiers and tools said was right; words that only judge are corrections where they say "wrong". */
export function correctionsOf(feedback: readonly Feedback[]): Correction[] {
  const chosen = new Map<string, Feedback>();
  const rank = (one: Feedback): number => trusted.indexOf(one.source as (typeof trusted)[number]);
  for (const one of feedback) {
    if (rank(one) < 0 || (one.outcome === null && one.correct !== false)) continue;
    const other = chosen.get(one.message);
    const isBetter =
      other === undefined || rank(one) < rank(other) || (rank(one) === rank(other) && one.time >= other.time);
    if (isBetter) chosen.set(one.message, one);
  }
  return [...chosen.values()].map((one) => ({ message: one.message, outcome: one.outcome }));
}

/** Messages whose answer somebody who can be trusted called right: these are labels, whoever answered. */
export function confirmedBy(feedback: readonly Feedback[]): string[] {
  const corrected = new Set(correctionsOf(feedback).map((correction) => correction.message));
  const isTrusted = (one: Feedback): boolean => trusted.includes(one.source as (typeof trusted)[number]);
  return feedback
    .filter((one) => one.correct === true && isTrusted(one) && !corrected.has(one.message))
    .map((one) => one.message);
}
