import type { Outcome } from '../core/decision.ts';
import { canonicalJson } from '../core/hash.ts';

/** Overlap of words (F1) from which two replies say the same. */
const sameWords = 0.6;

/** Whether two proposals of cheap tiers come to the same deed. */
export function isSameOutcome(one: Outcome | null, other: Outcome | null): boolean {
  if (one === null || other === null) return one === other;
  return keyOf(one) === keyOf(other);
}

/**
 * Whether a proposal was right, by what an LLM or a person did with the message; null where nobody can tell, since other
 * words may be as right.
 */
export function isRightBy(proposal: Outcome, right: Outcome): boolean | null {
  if (keyOf(proposal) === keyOf(right)) return true;
  if (proposal.kind !== right.kind) return false;
  if (proposal.kind !== 'reply' || right.kind !== 'reply') return false;
  return overlap(wordsOf(proposal.text), wordsOf(right.text)) >= sameWords ? true : null;
}

function keyOf(outcome: Outcome): string {
  if (outcome.kind === 'tool-call') return canonicalJson([outcome.name, outcome.arguments]);
  if (outcome.kind === 'refuse') return canonicalJson(['refuse', outcome.policy]);
  if (outcome.process !== undefined && outcome.step !== undefined) {
    return canonicalJson(['step', outcome.process, outcome.step]);
  }
  return canonicalJson(['reply', outcome.text]);
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

function overlap(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  if (one.size + other.size === 0) return 1;
  let common = 0;
  for (const word of one) if (other.has(word)) common += 1;
  return (2 * common) / (one.size + other.size);
}
