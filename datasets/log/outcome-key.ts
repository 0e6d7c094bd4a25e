import type { Outcome } from '../../engine/core/decision.ts';
import { canonicalJson } from '../../engine/core/hash.ts';

/**
 * Two outcomes with one key do the same: the tool and its arguments, the step of a process that speaks, the words of a
 * free reply, the policy of a refusal.
 */
export function outcomeKey(outcome: Outcome | null): string | null {
  if (outcome === null) return null;
  if (outcome.kind === 'tool-call') return canonicalJson(['tool-call', outcome.name, outcome.arguments]);
  if (outcome.kind === 'refuse') return canonicalJson(['refuse', outcome.policy]);
  if (outcome.process !== undefined && outcome.step !== undefined) {
    return canonicalJson(['reply', outcome.process, outcome.step]);
  }
  return canonicalJson(['reply', outcome.text]);
}

/** False for free text: other words may be as right. */
export function isComparable(outcome: Outcome): boolean {
  return outcome.kind !== 'reply' || (outcome.process !== undefined && outcome.step !== undefined);
}
