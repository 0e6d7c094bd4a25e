import { binomialTail, clopperPearsonUpper } from '../binomial.ts';
import { observedError, trueError } from './noise.ts';
import type { Population } from './population.ts';
import type { ScoredRow } from '../scored-row.ts';

export { clopperPearsonInterval, clopperPearsonLower, clopperPearsonUpper } from '../binomial.ts';
export { estimateLabelNoise } from './noise.ts';
export type { Population } from './population.ts';
export type { ScoredRow } from '../scored-row.ts';

export interface CertifyOptions<Row> {
  /** Largest share of wrongly settled messages that the owner accepts. */
  readonly alpha: number;
  /** Probability that the certificate may be wrong. */
  readonly delta: number;
  /** Rows that only choose where the test starts; disjoint from the rows that certify. */
  readonly choose?: readonly Row[];
  /** Share of wrong labels, independent of content; 0 where labels are trusted. Use a low estimate. */
  readonly labelNoise?: number;
  /** What the certifying rows are drawn from; `in-distribution` by default. */
  readonly madeFor?: Population;
}

/** What was counted, and what it proves. */
export interface Bound {
  readonly alpha: number;
  readonly delta: number;
  /** Rows that certify, settled or not. */
  readonly rows: number;
  readonly settled: number;
  /** Disagreements with the label among the settled. */
  readonly errors: number;
  /** settled / rows. */
  readonly coverage: number;
  /** Error estimate, label noise taken off. */
  readonly error: number;
  /** With probability 1 - delta the true error is below it; label noise taken off. */
  readonly errorUpper: number;
  readonly labelNoise: number;
  /** Absent in bundles of earlier versions, which were all made in-distribution. */
  readonly madeFor?: Population;
  /** One plain sentence: why this threshold, or why none. */
  readonly reason: string;
  readonly assumptions: readonly string[];
}

/** A threshold and the proof that settling above it keeps the error budget. */
export interface Certificate extends Bound {
  /** Lowest confidence that settles; null where nothing certifies. */
  readonly threshold: number | null;
}

/** A threshold with what it settles of some rows. */
interface Cut {
  readonly threshold: number;
  readonly settled: number;
  readonly errors: number;
}

/** From one cut to the next the settled rows grow by this share: fine enough, and few tests. */
const growth = 1.05;

/**
 * Fixed-sequence Learn then Test (Angelopoulos, Bates, Candes, Jordan, Lei 2021): thresholds are tested in falling
 * order, each at level delta, and the first failure ends it; the last that passed keeps error <= alpha with probability
 * 1 - delta. The order depends on confidences and on `choose` alone, never on the labels that certify. The test starts
 * where `choose` has the strongest evidence; without `choose` where a model of error alpha / 4 would pass for almost sure.
 */
export function certify(rows: readonly ScoredRow[], options: CertifyOptions<ScoredRow>): Certificate {
  const { alpha, delta } = options;
  const noise = options.labelNoise ?? 0;
  const level = observedError(alpha, noise);
  const needed = Math.ceil(Math.log(delta) / Math.log1p(-level));
  const cuts = cutsOf(rows, needed, firstOf(level, observedError(alpha / 4, noise), delta));
  const start = options.choose === undefined ? 0 : startOf(cuts, options.choose, level);
  let passed: Cut | null = null;
  let failed: Cut | null = null;
  for (const cut of cuts.slice(start)) {
    if (binomialTail(cut.errors, cut.settled, level) > delta) {
      failed = cut;
      break;
    }
    passed = cut;
  }
  const shown = passed ?? failed ?? { threshold: Number.NaN, settled: 0, errors: 0 };
  const bound = boundOf(rows.length, passed?.settled ?? 0, passed?.errors ?? 0, options);
  const reason =
    passed !== null
      ? `settling from ${passed.threshold.toFixed(4)} up is wrong in at most ${percent(bound.errorUpper)} of the cases`
      : failed === null
        ? `only ${rows.length} rows: at least ${needed} settled ones are needed to certify ${percent(alpha)}`
        : `the ${shown.settled} surest rows hold ${shown.errors} errors: too many to certify ${percent(alpha)}`;
  return { ...bound, threshold: passed?.threshold ?? null, reason };
}

/** Bound of counts that were not used for choosing anything. */
export function boundOf(
  rows: number,
  settled: number,
  errors: number,
  options: {
    readonly alpha: number;
    readonly delta: number;
    readonly labelNoise?: number;
    readonly madeFor?: Population;
  },
): Omit<Bound, 'reason'> {
  const noise = options.labelNoise ?? 0;
  const madeFor = options.madeFor ?? 'in-distribution';
  return {
    alpha: options.alpha,
    delta: options.delta,
    rows,
    settled,
    errors,
    coverage: rows === 0 ? 0 : settled / rows,
    error: settled === 0 ? 0 : trueError(errors / settled, noise),
    errorUpper: settled === 0 ? 0 : trueError(clopperPearsonUpper(errors, settled, options.delta), noise),
    labelNoise: noise,
    madeFor,
    assumptions: assumptionsOf(noise, madeFor),
  };
}

function assumptionsOf(noise: number, madeFor: Population): string[] {
  const drawn = {
    'in-distribution': 'served messages are drawn as the certifying rows were, from sources that were learned from',
    'source-shifted': 'served messages come from sources drawn as those were that nothing learned from',
  }[madeFor];
  const always = [drawn, 'certifying rows are independent'];
  if (noise === 0) return [...always, 'labels are right'];
  return [...always, `at least ${percent(noise)} of the labels are wrong, independently of the content`];
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** Fewest settled rows on which a model that errs at `expected` passes the test at `level` with probability 0.98. */
export function firstOf(level: number, expected: number, delta: number): number {
  for (let n = 20; n < 1_000_000; n = Math.ceil(n * 1.1)) {
    let allowed = -1;
    while (allowed < n && binomialTail(allowed + 1, n, level) <= delta) allowed += 1;
    if (allowed >= 0 && binomialTail(allowed, n, expected) >= 0.98) return n;
  }
  return 1_000_000;
}

/** Cuts of falling threshold; the first settles at least `first` rows, or half where there are fewer. */
function cutsOf(rows: readonly ScoredRow[], needed: number, first: number): Cut[] {
  const sorted = rows.filter((row) => row.confidence >= 0).toSorted((a, b) => b.confidence - a.confidence);
  const cuts: Cut[] = [];
  let errors = 0;
  let next = Math.min(first, Math.ceil(sorted.length / 2));
  for (const [index, row] of sorted.entries()) {
    if (!row.correct) errors += 1;
    const settled = index + 1;
    const last = settled === sorted.length;
    if (!last && (settled < next || sorted[settled]?.confidence === row.confidence)) continue;
    if (settled < needed) continue;
    cuts.push({ threshold: row.confidence, settled, errors });
    next = Math.max(settled + 1, Math.ceil(settled * growth));
  }
  return cuts;
}

/** Index of the cut for whose safety the choosing rows speak most strongly. */
function startOf(cuts: readonly Cut[], choose: readonly ScoredRow[], level: number): number {
  let best = 0;
  let strongest = Number.POSITIVE_INFINITY;
  for (const [index, { threshold }] of cuts.entries()) {
    const settled = choose.filter((row) => row.confidence >= threshold);
    const errors = settled.filter((row) => !row.correct).length;
    const chance = settled.length === 0 ? 1 : binomialTail(errors, settled.length, level);
    if (chance < strongest) {
      strongest = chance;
      best = index;
    }
  }
  return best;
}
