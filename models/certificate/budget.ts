import { binomialTail } from '../binomial.ts';
import { observedError, trueError } from './noise.ts';
import { boundOf, firstOf, percent, type Bound, type CertifyOptions } from './certificate.ts';
import type { ScoredRow } from '../scored-row.ts';

/** One message as every tier scored it, lowest tier first; null where a tier proposed nothing. */
export type LadderRow = readonly (ScoredRow | null)[];

export interface TierShare {
  readonly tier: string;
  /** Lowest confidence that settles; null: the tier passes everything up. */
  readonly threshold: number | null;
  readonly settled: number;
  readonly errors: number;
  /** settled / all rows of the ladder. */
  readonly coverage: number;
  /** Error estimate of this tier alone, label noise taken off; not certified by itself. */
  readonly error: number;
}

/** One proof for all that the tiers settle together. */
export interface LadderCertificate extends Bound {
  readonly tiers: readonly TierShare[];
}

export interface BudgetOptions extends CertifyOptions<LadderRow> {
  /** Names of the tiers in the order of `LadderRow`. */
  readonly tiers: readonly string[];
  /** Share of wrong labels for each tier, in that order, where not all of them can take off `labelNoise`. */
  readonly noiseOfTiers?: readonly number[];
  /**
   * Plans are tried by the share that they settle, not by the errors of the choosing rows: for choosing rows with labels of
   * another kind, whose noise may differ between tiers.
   */
  readonly byShare?: boolean;
}

interface Plan {
  /** Infinity: the tier is off. */
  readonly thresholds: readonly number[];
  readonly settled: number;
  readonly errors: number;
}

/**
 * Thresholds tried per tier, at even steps of its proposals: 2 % for the lower tiers, and finer for the last, which spends
 * what the others leave of the budget (at 2 % as much as half a point of error was left unspent).
 */
const steps = { lower: 48, last: 120 } as const;
/** Observed errors on the choosing rows, as shares of alpha, whose best plans are tested from strict to generous. */
const targets = Array.from({ length: 80 }, (_, index) => (index + 1) / 50);

/** From one share that is tried to the next. */
const stride = 1.1;
/**
 * Plans begin with this share, unless fewer rows than that could prove nothing. On the scored rows of two simulated years
 * (noise .1, 40 draws of 600 words each) 78 of 80 certify from here; 48 do where the first plan is as small as can pass.
 */
const modestShare = 0.3;

/**
 * One error budget over several tiers: a message is settled by the first tier that is sure enough, and all settled
 * messages together may err at most at alpha, so that an almost perfect tier leaves its room to the others. Pareto
 * testing (Laufer-Goldshtein et al. 2023): the choosing rows give, for falling strictness, the thresholds that settle
 * most; the certifying rows test these plans in that order (fixed-sequence, each at delta) from the one with the
 * strongest evidence on; the last that passed holds. Without `choose` every second row chooses.
 */
export function splitBudget(rows: readonly LadderRow[], options: BudgetOptions): LadderCertificate {
  const choose = options.choose ?? rows.filter((_, index) => index % 2 === 0);
  const certifying = options.choose === undefined ? rows.filter((_, index) => index % 2 === 1) : rows;
  const noise = options.labelNoise ?? 0;
  const noises = options.noiseOfTiers ?? options.tiers.map(() => noise);
  const level = observedError(options.alpha, noise);
  const first = firstOf(level, observedError(options.alpha / 4, noise), options.delta);
  const chain =
    options.byShare === true
      ? chainByShare(choose, options, shareToBegin(certifying.length, level, options.delta))
      : chainOf(choose, options, Math.min(first, choose.length / 2));

  let passed: Plan | null = null;
  let failed: Plan | null = null;
  for (const plan of chain) {
    const tried = count(certifying, plan.thresholds);
    const allowed = levelOf(certifying, plan.thresholds, noises, options.alpha);
    if (tried.settled === 0 || binomialTail(tried.errors, tried.settled, allowed.level) > options.delta) {
      failed = tried;
      break;
    }
    passed = tried;
  }
  const mixed = passed === null ? noise : levelOf(certifying, passed.thresholds, noises, options.alpha).noise;
  const bound = boundOf(certifying.length, passed?.settled ?? 0, passed?.errors ?? 0, {
    ...options,
    labelNoise: mixed,
  });
  const none = options.tiers.map(() => Number.POSITIVE_INFINITY);
  const settling = passed === null ? [] : shares(certifying, passed.thresholds, options.tiers, noises);
  // Of a tier that settled no certifying row nothing is known: it is off, which changes nothing on these rows.
  const thresholds = passed?.thresholds.map((threshold, tier) =>
    settling[tier]?.settled === 0 ? Infinity : threshold,
  );
  const reason =
    passed !== null
      ? `settling ${percent(bound.coverage)} of all messages is wrong in at most ${percent(bound.errorUpper)} of them`
      : failed === null
        ? `no thresholds keep the error on the ${choose.length} choosing rows below ${percent(options.alpha)}`
        : `${failed.errors} errors in the ${failed.settled} surest messages: too many to certify ${percent(options.alpha)}`;
  return { ...bound, reason, tiers: shares(certifying, thresholds ?? none, options.tiers, noises) };
}

/**
 * The share of disagreement at which a plan errs at alpha, where tiers take off different noise: at least that, wherever
 * its errors lie.
 */
function levelOf(
  rows: readonly LadderRow[],
  thresholds: readonly number[],
  noises: readonly number[],
  alpha: number,
): { readonly level: number; readonly noise: number } {
  const tiers = shares(rows, thresholds, thresholds.map(String), []);
  const settled = tiers.reduce((sum, tier) => sum + tier.settled, 0);
  const wrong = tiers.reduce((sum, tier, index) => sum + tier.settled * (noises[index] ?? 0), 0);
  const noise = settled === 0 ? 0 : wrong / settled;
  return { level: noise + alpha * (1 - 2 * Math.max(...noises)), noise };
}

/** Plans from the one with the strongest evidence to ever more generous ones. */
function chainOf(choose: readonly LadderRow[], options: BudgetOptions, fewest: number): Plan[] {
  const noise = options.labelNoise ?? 0;
  const level = observedError(options.alpha, noise);
  const plans = plansOf(choose, options).filter((plan) => plan.settled >= fewest && plan.settled > 0);
  const chain: Plan[] = [];
  for (const target of targets) {
    const limit = observedError(options.alpha * target, noise);
    let best: Plan | null = null;
    for (const plan of plans) {
      if (plan.errors / plan.settled <= limit && (best === null || isBetter(plan, best))) best = plan;
    }
    if (best !== null && best !== chain.at(-1)) chain.push(best);
  }
  const evidence = chain.map((plan) => binomialTail(plan.errors, plan.settled, level));
  return chain.slice(Math.max(0, evidence.indexOf(Math.min(...evidence))));
}

/**
 * Plans of ever larger shares, each the one that errs least on the choosing rows among those of about its share: noise of
 * their labels falls on all of these.
 */
function chainByShare(choose: readonly LadderRow[], options: BudgetOptions, from: number): Plan[] {
  const plans = plansOf(choose, options);
  const chain: Plan[] = [];
  for (let fewest = from * choose.length; fewest > 0 && fewest <= choose.length; fewest *= stride) {
    const own = plans.filter(({ settled }) => settled >= fewest && settled <= fewest * stride);
    const best = own.toSorted((a, b) => a.errors / a.settled - b.errors / b.settled || b.settled - a.settled)[0];
    if (best !== undefined && best !== chain.at(-1)) chain.push(best);
  }
  return chain;
}

/** Share of the first plan: no longer chain than needed, since each of its tests may be the one that fails by chance. */
function shareToBegin(rows: number, level: number, delta: number): number {
  const flawless = (1.2 * Math.log(delta)) / Math.log1p(-level);
  return Math.max(modestShare, flawless / Math.max(1, rows));
}

function isBetter(a: Plan, b: Plan): boolean {
  return a.settled > b.settled || (a.settled === b.settled && a.errors < b.errors);
}

function plansOf(choose: readonly LadderRow[], { tiers }: BudgetOptions): Plan[] {
  const sizeOf = (tier: number): number => (tier < tiers.length - 1 ? steps.lower : steps.last);
  return sweep(
    choose,
    tiers.map((_, tier) => gridOf(choose, tier, sizeOf(tier))),
  );
}

/** Distinct confidences of a tier at even steps of coverage, falling, after Infinity. */
function gridOf(rows: readonly LadderRow[], tier: number, size: number): number[] {
  const confidences: number[] = [];
  for (const row of rows) {
    const confidence = row[tier]?.confidence ?? Number.NaN;
    if (confidence >= 0) confidences.push(confidence);
  }
  confidences.sort((a, b) => b - a);
  const grid = new Set([Number.POSITIVE_INFINITY]);
  for (let step = 1; step <= size; step += 1) {
    const confidence = confidences[Math.ceil((confidences.length * step) / size) - 1];
    if (confidence !== undefined) grid.add(confidence);
  }
  return [...grid];
}

/** Counts for every combination of thresholds. */
function sweep(rows: readonly LadderRow[], grids: readonly (readonly number[])[], tier = 0): Plan[] {
  const grid = grids[tier] ?? [];
  if (tier < grids.length - 1) {
    return grid.flatMap((threshold) => {
      const own = rows.filter((row) => (row[tier]?.confidence ?? -1) >= threshold);
      const errors = own.filter((row) => row[tier]?.correct === false).length;
      const rest = rows.filter((row) => !((row[tier]?.confidence ?? -1) >= threshold));
      return sweep(rest, grids, tier + 1).map((plan) => ({
        thresholds: [threshold, ...plan.thresholds],
        settled: plan.settled + own.length,
        errors: plan.errors + errors,
      }));
    });
  }
  // the last tier: one sorted pass serves all its thresholds
  const sorted = rows.flatMap((row) => row[tier] ?? []).filter((row) => row.confidence >= 0);
  sorted.sort((a, b) => b.confidence - a.confidence);
  let settled = 0;
  let errors = 0;
  return grid.map((threshold) => {
    for (; settled < sorted.length && (sorted[settled]?.confidence ?? -1) >= threshold; settled += 1) {
      if (sorted[settled]?.correct === false) errors += 1;
    }
    return { thresholds: [threshold], settled, errors };
  });
}

function count(rows: readonly LadderRow[], thresholds: readonly number[]): Plan {
  const tiers = shares(rows, thresholds, thresholds.map(String), []);
  return {
    thresholds,
    settled: tiers.reduce((sum, tier) => sum + tier.settled, 0),
    errors: tiers.reduce((sum, tier) => sum + tier.errors, 0),
  };
}

function shares(
  rows: readonly LadderRow[],
  thresholds: readonly number[],
  names: readonly string[],
  noises: readonly number[],
): TierShare[] {
  const settled = thresholds.map(() => 0);
  const errors = thresholds.map(() => 0);
  for (const row of rows) {
    const tier = thresholds.findIndex((threshold, index) => (row[index]?.confidence ?? -1) >= threshold);
    if (tier < 0) continue;
    settled[tier] = (settled[tier] ?? 0) + 1;
    if (row[tier]?.correct === false) errors[tier] = (errors[tier] ?? 0) + 1;
  }
  return names.map((tier, index) => {
    const threshold = thresholds[index] ?? Number.POSITIVE_INFINITY;
    const own = settled[index] ?? 0;
    const wrong = errors[index] ?? 0;
    return {
      tier,
      threshold: Number.isFinite(threshold) ? threshold : null,
      settled: own,
      errors: wrong,
      coverage: rows.length === 0 ? 0 : own / rows.length,
      error: own === 0 ? 0 : trueError(wrong / own, noises[index] ?? 0),
    };
  });
}
