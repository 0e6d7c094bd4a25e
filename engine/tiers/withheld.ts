import type { Passed, Settled } from '../core/decision.ts';

/** A settled verdict that goes up all the same: what it would have done stays as the proposal. */
export function withheld(verdict: Settled, reason: string, propensity: number): Passed {
  const { tier, label, confidence, threshold, model, evidence, outcome } = verdict;
  return { settled: false, tier, label, confidence, threshold, model, evidence, propensity, reason, proposal: outcome };
}
