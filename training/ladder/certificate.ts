import { splitBudget, type LadderCertificate, type LadderRow } from '../../models/certificate/budget.ts';
import { applyIsotonic, fitIsotonic } from '../../models/calibration.ts';
import { trueError } from '../../models/certificate/noise.ts';
import { boundOf, certify, estimateLabelNoise } from '../../models/certificate/certificate.ts';
import { plainWordsLabel } from '../../models/dtr/mixed/plain-words.ts';
import { thresholdFor, type Thresholds } from '../../models/thresholds.ts';
import { figuresOf, settleTurns, type SettledTurn } from './evaluate.ts';
import type { JudgedProposal, JudgedTurn } from './judged-turn.ts';
import { scopeOf, withinScope, type LadderScope } from './scope.ts';

export interface CertifiedLadder {
  readonly thresholds: { readonly dtr: Thresholds; readonly lppm: Thresholds };
  readonly certificate: ScopedCertificate;
  /** Share of the log's own labels that are likely wrong, for comparisons on them. The certificate may rest on better ones. */
  readonly teacherNoise: number;
}

/** With what is known about more traffic from outside; absent in bundles of earlier versions. */
export type ScopedCertificate = LadderCertificate & { readonly scope?: LadderScope };

/** Turns that were scored by models that had not seen them. */
export interface ScoredTurns {
  /** They choose the thresholds. */
  readonly choosing: readonly JudgedTurn[];
  /** They test what was chosen; no message is in both. */
  readonly certifying: readonly JudgedTurn[];
  /** The certifying ones were drawn at random and judged by people or verifiers, whose words have no noise to take off. */
  readonly isAudited?: boolean;
}

/**
 * Audited messages with which a certificate by their labels alone is tried: twice as many as have to be settled without an
 * error, since about half of the messages are settled.
 */
export function fewestAudited(alpha: number, delta: number): number {
  return 2 * Math.ceil(Math.log(delta) / Math.log1p(-alpha));
}

const keptScriptAssumption =
  'a question that the learned order of its process puts next is right where the assistant took another step of that process';

const auditedAssumption = 'people or verifiers judged messages that were drawn at random, whatever became of them';

/**
 * One error budget for the ladder. Part of the certifying turns may have been scored by models of folds, which learned
 * from less than the ones that will serve; the certificate says so.
 */
export function certifyLadder(
  { choosing, certifying, isAudited = false }: ScoredTurns,
  options: {
    readonly alpha: number;
    readonly delta: number;
    /** Messages that only an LLM can answer; without them nothing is said about other shares of these. */
    readonly strangers?: ReadonlySet<string>;
    /** Share of such messages, in [0, 1), under which the budget has to hold, whatever their share was. */
    readonly scopeShare?: number;
    /** Questions that are next in the learned order of their process were counted as right; see `keptScript`. */
    readonly keepsScript?: boolean;
  },
): CertifiedLadder {
  const { alpha, delta, strangers, scopeShare, keepsScript = false } = options;
  const seen = isAudited ? [0, 0] : noiseOfTiers([...choosing, ...certifying]);
  const labelNoise = Math.max(...seen);
  const teacherNoise = isAudited ? likelyNoise(choosing) : labelNoise;
  // What a cut keeps from the tree router goes on to the next tier, so the budget is split over what is left.
  const cuts = executingCuts(choosing, delta);
  const proof = splitBudget(
    certifying.map((turn) => ladderRow(turn, cuts)),
    {
      alpha,
      delta,
      tiers: ['dtr', 'lppm'],
      choose: choosing.map((turn) => ladderRow(turn, cuts)),
      labelNoise,
      noiseOfTiers: seen,
      byShare: isAudited,
    },
  );
  const assumptions = [
    ...proof.assumptions,
    ...(isAudited ? [auditedAssumption] : []),
    ...(keepsScript && !isAudited ? [keptScriptAssumption] : []),
    'models that learned from more of the log err no more than those of its folds',
  ];
  const standard = (tier: 'dtr' | 'lppm'): number | null =>
    proof.tiers.find((share) => share.tier === tier)?.threshold ?? null;
  const thresholds = {
    dtr: { standard: standard('dtr'), byLabel: notBelow(standard('dtr'), cuts) },
    lppm: { standard: standard('lppm'), byLabel: {} },
  };
  if (strangers === undefined) return { thresholds, certificate: { ...proof, assumptions }, teacherNoise };
  const terms = { alpha, delta, labelNoise: proof.labelNoise, strangers };
  const kept = scopeShare === undefined ? thresholds : withinScope(certifying, thresholds, scopeShare, terms);
  const rows = settleTurns(certifying, kept);
  const scope = scopeOf(rows, terms);
  const percents = [scope.holdsUpTo, scope.observed].map((share) => `${(share * 100).toFixed(0)} %`);
  const known = `at most ${percents[0]} of the messages are such as only an LLM can answer (here ${percents[1]} were)`;
  const certificate = scopeShare === undefined ? proof : recount(proof, rows, kept, terms);
  return {
    thresholds: kept,
    certificate: { ...certificate, assumptions: [...assumptions, known], scope },
    teacherNoise,
  };
}

/** What is left of a certificate whose thresholds were raised afterwards. */
function recount(
  proof: LadderCertificate,
  rows: readonly SettledTurn[],
  thresholds: CertifiedLadder['thresholds'],
  terms: { readonly alpha: number; readonly delta: number; readonly labelNoise: number },
): LadderCertificate {
  const { settled, errors, dtr, lppm } = figuresOf(rows);
  const tiers = (['dtr', 'lppm'] as const).map((tier) => {
    const own = rows.filter((row) => row.tier === tier);
    const wrong = own.filter((row) => !row.correct).length;
    const error = own.length === 0 ? 0 : trueError(wrong / own.length, terms.labelNoise);
    const { share: coverage } = { dtr, lppm }[tier];
    return { tier, threshold: thresholds[tier].standard, settled: own.length, errors: wrong, coverage, error };
  });
  const { assumptions: _, ...bound } = boundOf(rows.length, settled, errors, terms);
  const reason =
    settled === 0
      ? 'nothing keeps the budget under the share of foreign messages that is asked for'
      : `${proof.reason}; raised to keep it under more foreign messages`;
  return { ...proof, ...bound, reason, tiers };
}

/** Labels that are wrong more often than this tell nothing. */
const mostNoise = 0.4;
/**
 * With fewer proposals, or less than this share of the other tier's (where that is not `enough` already), a tier cannot tell
 * noise of the labels from errors of its own: the bound of a handful of rows is near zero, whatever the noise.
 */
const fewestProposals = { rows: 200, share: 0.25, enough: 800 };

/** Proposals of each tier; null where they are too few to have a say about the teacher. */
function telling(turns: readonly JudgedTurn[], fewest: number): (readonly JudgedProposal[] | null)[] {
  const proposals = (['dtr', 'lppm'] as const).map((tier) => turns.flatMap((turn) => turn[tier] ?? []));
  const most = Math.max(...proposals.map(({ length }) => length));
  return proposals.map((own) =>
    own.length >= fewest && own.length >= Math.min(fewestProposals.enough, most * fewestProposals.share) ? own : null,
  );
}

/**
 * How often the teacher is wrong, as far as each tier can tell. A tier that is bad at this traffic sees noise where it errs
 * itself, so the lowest estimate counts for all. A tier of too few proposals has no say, and nothing is taken off for
 * what it settles. A bound may rest on the rows that certify too: it holds for the teacher, not for the rows.
 */
function noiseOfTiers(turns: readonly JudgedTurn[]): number[] {
  const seen = telling(turns, fewestProposals.rows).map((own) => (own === null ? null : estimateLabelNoise(own).rate));
  const least = Math.min(...seen.map((rate) => rate ?? Number.POSITIVE_INFINITY));
  return seen.map((rate) => (rate === null ? 0 : least));
}

/** The likely noise, not a bound. */
function likelyNoise(turns: readonly JudgedTurn[]): number {
  const seen = telling(turns, 1).map((own) => {
    const surest = (own ?? [])
      .toSorted((a, b) => b.confidence - a.confidence)
      .slice(0, Math.ceil((own ?? []).length / 2));
    return surest.length === 0 ? mostNoise : surest.filter(({ correct }) => !correct).length / surest.length;
  });
  return Math.min(mostNoise, ...seen);
}

function ladderRow({ dtr, lppm }: JudgedTurn, cuts: Readonly<Record<string, number | null>>): LadderRow {
  const cut = dtr === null ? null : thresholdFor({ standard: 0, byLabel: cuts }, dtr.label);
  return [dtr !== null && cut !== null && dtr.confidence >= cut ? dtr : null, lppm];
}

function notBelow(
  standard: number | null,
  cuts: Readonly<Record<string, number | null>>,
): Readonly<Record<string, number | null>> {
  if (standard === null) return {};
  const raised = Object.entries(cuts).map(([label, cut]) => [label, cut === null ? null : Math.max(standard, cut)]);
  return Object.fromEntries(raised) as Record<string, number | null>;
}

/**
 * How much the share of unwanted executions may rise, at any confidence, above what it is where the router is surest.
 * There it is noise of the teacher, who now and then answers a command in words.
 */
const unsafeRise = 0.01;

/**
 * Executing what was meant as prose cannot be taken back, so executing destinations have a threshold of their own, never
 * below the standard one. Unwanted executions are looked at where they happen, not on average: an isotonic fit of their
 * share over falling confidence, cut where it leaves the level of the surest half. Commands in plain words are certified
 * by themselves, or pass up.
 */
function executingCuts(turns: readonly JudgedTurn[], delta: number): Readonly<Record<string, number | null>> {
  const executing = turns.flatMap(({ dtr }) => (dtr?.executes === true ? [dtr] : []));
  const ambiguous = executing.filter((row) => row.label === plainWordsLabel);
  const rows = executing.filter((row) => row.label !== plainWordsLabel);
  const sorted = rows.toSorted((a, b) => b.confidence - a.confidence);
  const surest = sorted.slice(0, Math.ceil(sorted.length / 2));
  const noise = surest.length === 0 ? 0 : surest.filter((row) => row.unsafe).length / surest.length;
  const safe = fitIsotonic(rows.map((row) => ({ confidence: row.confidence, correct: !row.unsafe })));
  const isSafe = (row: JudgedProposal): boolean => 1 - applyIsotonic(safe, row.confidence) <= noise + unsafeRise;
  const lowest = sorted.findLast(isSafe)?.confidence ?? null;
  const proof = certify(
    ambiguous.map((row) => ({ confidence: row.confidence, correct: !row.unsafe })),
    { alpha: unsafeRise, delta, labelNoise: 0 },
  );
  const labels = new Set(rows.map((row) => row.label));
  return { ...Object.fromEntries([...labels].map((label) => [label, lowest])), [plainWordsLabel]: proof.threshold };
}
