import type { ConversationLog } from '../../datasets/log/conversation-log.ts';
import type { RoleTotals, Savings, TierAccuracy } from '../../datasets/log/queries.ts';
import type { Bundle } from '../../models/bundle.ts';
import type { Population } from '../../models/certificate/certificate.ts';
import type { Registry } from '../../models/registry/registry.ts';

/** What a role's models would settle of its traffic, as proved on conversations that they were not trained on. */
export interface Prospect {
  readonly role: string;
  readonly conversations: number;
  readonly messages: number;
  /** Id of the bundle; null where nothing was trained yet. */
  readonly bundle: string | null;
  /** Error budget and share of messages settled below the LLM, in [0, 1]; null where nothing certifies. */
  readonly alpha: number | null;
  readonly settled: number | null;
  /** Share of the settled messages that is wrong: estimate, and upper bound with probability 1 - delta. */
  readonly error: number | null;
  readonly errorUpper: number | null;
  readonly delta: number | null;
  /** What the proof speaks of; null where there is none. */
  readonly madeFor: Population | null;
  /** Held-out messages that the figures rest on. */
  readonly rows: number | null;
  readonly reason: string;
  /** USD saved on a thousand messages, at the configured prices and the average cost of an LLM call. */
  readonly savedUsdPerThousand: number | null;
}

export interface Report {
  readonly prospects: readonly Prospect[];
  /** What was served so far. */
  readonly served: { readonly savings: Savings; readonly accuracy: readonly TierAccuracy[] };
}

/** Tokens of a call where none was made yet: a short history in, a short answer out. */
const assumedTokens = { input: 600, output: 120 };

export async function reportOf(
  parts: {
    readonly log: ConversationLog;
    readonly registry: Registry;
    readonly prices: { readonly input: number; readonly output: number };
  },
  role: string | null,
): Promise<Report> {
  const { log, registry, prices } = parts;
  const scope = role === null ? {} : { role };
  const [roles, savings, accuracy] = await Promise.all([
    log.queries.roles(),
    log.queries.savings(scope),
    log.queries.accuracyByTier(scope),
  ]);
  const assumed = (assumedTokens.input * prices.input + assumedTokens.output * prices.output) / 1_000_000;
  const callUsd = savings.meanImperatorUsd ?? assumed;
  const wanted = roles.filter((row) => role === null || row.role === role);
  const prospects = await Promise.all(
    wanted.map(async (row) => prospectOf(row, await registry.current(row.role), callUsd)),
  );
  return { prospects, served: { savings, accuracy } };
}

function prospectOf(totals: RoleTotals, bundle: Bundle | null, callUsd: number): Prospect {
  const { role, conversations, messages } = totals;
  const base = { role, conversations, messages, bundle: bundle?.id ?? null };
  const proof = bundle?.certificate ?? null;
  if (proof === null || proof.settled === 0) {
    const reason =
      bundle === null
        ? `not trained yet: run "thought-engine train --role ${role}"`
        : (proof?.reason ?? 'nothing could be certified: every message goes to the LLM');
    const nothing = { alpha: proof?.alpha ?? null, delta: proof?.delta ?? null, rows: proof?.rows ?? null };
    return {
      ...base,
      ...nothing,
      settled: null,
      error: null,
      errorUpper: null,
      madeFor: null,
      reason,
      savedUsdPerThousand: null,
    };
  }
  const { alpha, delta, rows, coverage, error, errorUpper, reason } = proof;
  return {
    ...base,
    alpha,
    delta,
    rows,
    settled: coverage,
    error,
    errorUpper,
    // bundles of earlier versions do not say it
    madeFor: proof.madeFor ?? 'in-distribution',
    reason,
    savedUsdPerThousand: coverage * callUsd * 1000,
  };
}
