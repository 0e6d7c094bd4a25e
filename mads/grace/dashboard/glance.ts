import type { Savings, TierAccuracy } from '../../../datasets/log/queries.ts';
import { clopperPearsonInterval } from '../../../models/binomial.ts';
import type { Bundle } from '../../../models/bundle.ts';

/** The figures that a page or a report begins with. */
export interface Glance {
  /** Messages that were considered. */
  readonly messages: number;
  /** Settled below the LLM. */
  readonly avoided: number;
  /** avoided / messages; null where there are none. */
  readonly share: number | null;
  /** Of the messages that a cheap tier settled: how many somebody judged, and how many of these were right. */
  readonly judged: number;
  readonly correct: number;
  readonly accuracy: number | null;
  /** 95 % Clopper-Pearson interval of the accuracy. */
  readonly lower: number | null;
  readonly upper: number | null;
  readonly savedUsd: number | null;
  readonly meanImperatorUsd: number | null;
  /** The loosest proof among the roles that serve; null where nothing is certified. */
  readonly certified: { readonly role: string; readonly errorUpper: number; readonly delta: number } | null;
}

/** The same interval for a tier as for all cheap tiers together, so that the same counts say the same everywhere. */
export function withExactInterval(row: TierAccuracy): TierAccuracy {
  return row.judged === 0 ? row : { ...row, ...clopperPearsonInterval(row.correct, row.judged, 0.95) };
}

export function glanceOf(
  savings: Savings,
  accuracy: readonly TierAccuracy[],
  bundles: readonly (Bundle | null)[],
): Glance {
  const cheap = accuracy.filter((row) => row.tier !== 'imperator');
  const judged = cheap.reduce((sum, row) => sum + row.judged, 0);
  const correct = cheap.reduce((sum, row) => sum + row.correct, 0);
  const interval = judged === 0 ? null : clopperPearsonInterval(correct, judged, 0.95);
  let certified: Glance['certified'] = null;
  for (const bundle of bundles) {
    const proof = bundle?.certificate ?? null;
    if (bundle === null || proof === null || proof.settled === 0) continue;
    if (certified === null || proof.errorUpper > certified.errorUpper) {
      certified = { role: bundle.role, errorUpper: proof.errorUpper, delta: proof.delta };
    }
  }
  return {
    messages: savings.messages,
    avoided: savings.avoided,
    share: savings.messages === 0 ? null : savings.avoided / savings.messages,
    judged,
    correct,
    accuracy: judged === 0 ? null : correct / judged,
    lower: interval?.lower ?? null,
    upper: interval?.upper ?? null,
    savedUsd: savings.savedUsd,
    meanImperatorUsd: savings.meanImperatorUsd,
    certified,
  };
}
