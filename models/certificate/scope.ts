import { clopperPearsonLower, clopperPearsonUpper } from '../binomial.ts';
import type { ScoredRow } from '../scored-row.ts';

export interface ScopeOptions {
  readonly alpha: number;
  readonly delta: number;
  /** Largest share of the traffic that may lie out of scope, in [0, 1). */
  readonly shareMost: number;
}

export interface ScopeCertificate extends ScopeOptions {
  /** Lowest confidence that settles; null where nothing certifies. */
  readonly threshold: number | null;
  /** Share of the rows in scope, and of those out of scope, that it settles. */
  readonly coverage: number;
  readonly strangers: number;
  /** With probability 1 - delta the error is below it under every mix up to `shareMost`. */
  readonly errorUpper: number;
}

/** Of delta, what goes to strangers (few rows, so most), to errors in scope and to right answers in scope. */
const parts = { strangers: 0.8, wrong: 0.1, right: 0.1 } as const;
/** From one cut to the next the settled rows in scope grow by this share. */
const growth = 1.05;
/** The first cut settles at least this share of the rows in scope, and so many times what could pass at all. */
const first = { least: 0.3, most: 0.9, room: 1.5 } as const;

/**
 * A threshold that keeps its error under every share of out-of-scope traffic from 0 to `shareMost`: settled strangers are
 * always errors, and how often they are settled is bounded by itself, so that nothing depends on how many there were
 * among the rows. Fixed-sequence: thresholds fall, each is tested at delta, the first failure ends it. `known` are rows
 * in scope, `strangers` rows out of scope; neither was trained on.
 */
export function certifyUnderScope(
  known: readonly ScoredRow[],
  strangers: readonly { readonly confidence: number }[],
  options: ScopeOptions,
): ScopeCertificate {
  const none: ScopeCertificate = { ...options, threshold: null, coverage: 0, strangers: 0, errorUpper: 1 };
  const sorted = known.filter(({ confidence }) => confidence >= 0).toSorted((a, b) => b.confidence - a.confidence);
  let passed = none;
  let wrong = 0;
  let next = Math.max(1, Math.ceil(sorted.length * firstShare(strangers.length, options)));
  for (const [index, row] of sorted.entries()) {
    if (!row.correct) wrong += 1;
    const settled = index + 1;
    const isLast = settled === sorted.length;
    if (!isLast && (settled < next || sorted[settled]?.confidence === row.confidence)) continue;
    next = Math.max(settled + 1, Math.ceil(settled * growth));
    const taken = strangers.filter(({ confidence }) => confidence >= row.confidence).length;
    const errorUpper = worstError({ settled, wrong, known: known.length, taken, strangers: strangers.length }, options);
    if (errorUpper > options.alpha) break;
    const coverage = settled / known.length;
    passed = { ...options, threshold: row.confidence, coverage, strangers: taken / strangers.length, errorUpper };
  }
  return passed;
}

/** With few strangers even none among the settled leaves room for some: then only a wide cut can pass. */
function firstShare(strangers: number, { alpha, delta, shareMost }: ScopeOptions): number {
  const taken = clopperPearsonUpper(0, strangers, delta * parts.strangers);
  const needed = (taken * ((1 - alpha) / alpha) * shareMost) / (1 - shareMost);
  return Math.min(first.most, Math.max(first.least, first.room * needed));
}

/** What given thresholds settle of rows in scope (`known`) and of rows out of scope (`strangers`). */
export interface ScopeCounts {
  readonly settled: number;
  /** Of the settled rows in scope. */
  readonly wrong: number;
  readonly known: number;
  /** Strangers that are settled: always errors. */
  readonly taken: number;
  readonly strangers: number;
}

/** The error grows with the share of strangers, with errors in scope, and with fewer right answers in scope. */
export function worstError(
  counts: ScopeCounts,
  { delta, shareMost }: Pick<ScopeOptions, 'delta' | 'shareMost'>,
): number {
  const wrong = clopperPearsonUpper(counts.wrong, counts.known, delta * parts.wrong);
  const right = clopperPearsonLower(counts.settled - counts.wrong, counts.known, delta * parts.right);
  const taken = clopperPearsonUpper(counts.taken, counts.strangers, delta * parts.strangers);
  const errors = (1 - shareMost) * wrong + shareMost * taken;
  return errors / (errors + (1 - shareMost) * right);
}
