import { trueError } from '../../models/certificate/noise.ts';
import { worstError, type ScopeCounts } from '../../models/certificate/scope.ts';
import { settleTurns, type LadderThresholds, type SettledTurn } from './evaluate.ts';
import { textOf } from '../../engine/core/message.ts';
import type { AnsweredTurn } from '../examples/answered-turn.ts';
import { fold } from '../examples/comparable.ts';
import type { JudgedTurn } from './judged-turn.ts';

/** How a ladder keeps its budget where more messages than usual are none of its business. */
export interface LadderScope {
  /** Share of such messages among the certifying ones. */
  readonly observed: number;
  /** The largest share, up to `shareMost`, at which the bound is within the budget; 0 where it never is. */
  readonly holdsUpTo: number;
  /** Bound of the error at `shareMost`; 0 where nothing is settled. */
  readonly errorUpper: number;
}

/** Half of the traffic: beyond it a certificate says nothing. */
export const shareMost = 0.5;
/** Shares that are tried: 0, 0.05, ..., 0.5. */
const steps = 10;
/** Thresholds that are tried from the strictest to the ones that were certified. */
const cuts = 24;

/** Messages that only an LLM can answer: the assistant found words of its own, which it used no second time. */
export function strangersOf(turns: readonly AnsweredTurn[]): ReadonlySet<string> {
  const said = new Map<string, number>();
  const words = turns.map(({ call, answer }) => (call === null ? fold(textOf(answer)) : null));
  for (const one of words) if (one !== null) said.set(one, (said.get(one) ?? 0) + 1);
  return new Set(turns.filter((_, index) => said.get(words[index] ?? '') === 1).map(({ message }) => message.id));
}

interface ScopeTerms {
  readonly alpha: number;
  readonly delta: number;
  readonly labelNoise: number;
  readonly strangers: ReadonlySet<string>;
}

export function scopeOf(rows: readonly SettledTurn[], terms: ScopeTerms): LadderScope {
  const counts = countsOf(rows, terms.strangers);
  const observed = rows.length === 0 ? 0 : counts.strangers / rows.length;
  if (counts.settled + counts.taken === 0) return { observed, holdsUpTo: shareMost, errorUpper: 0 };
  let holdsUpTo = 0;
  for (let step = 1; step <= steps; step += 1) {
    const share = (shareMost * step) / steps;
    if (bound(counts, share, terms) > terms.alpha) break;
    holdsUpTo = share;
  }
  return { observed, holdsUpTo, errorUpper: bound(counts, shareMost, terms) };
}

/**
 * Thresholds that keep the budget under every share of strangers up to `share`: from the strictest to the certified ones,
 * each tested at delta, the first failure ends it. Fails closed: where none passes, everything goes up.
 */
export function withinScope(
  certifying: readonly JudgedTurn[],
  certified: LadderThresholds,
  share: number,
  terms: ScopeTerms,
): LadderThresholds {
  let passed: LadderThresholds = {
    dtr: { standard: null, byLabel: {} },
    lppm: { standard: null, byLabel: {} },
  };
  const confidences = (['dtr', 'lppm'] as const).map((tier) =>
    certifying
      .flatMap((turn) => turn[tier]?.confidence ?? [])
      .filter((one) => one >= (certified[tier].standard ?? Number.POSITIVE_INFINITY))
      .toSorted((a, b) => b - a),
  );
  for (let cut = 1; cut <= cuts; cut += 1) {
    const [dtr, lppm] = confidences.map((sorted) => sorted[Math.ceil((sorted.length * cut) / cuts) - 1] ?? null);
    const tried: LadderThresholds = {
      dtr: raised(certified.dtr, dtr ?? null),
      lppm: raised(certified.lppm, lppm ?? null),
    };
    const counts = countsOf(settleTurns(certifying, tried), terms.strangers);
    if (bound(counts, share, terms) > terms.alpha) {
      // the very first cuts hold too few rows to prove anything
      if (cut < cuts / 3) continue;
      break;
    }
    passed = tried;
  }
  return passed;
}

function raised(own: LadderThresholds['dtr'], standard: number | null): LadderThresholds['dtr'] {
  if (standard === null) return { standard: null, byLabel: {} };
  const byLabel = Object.entries(own.byLabel).map(([label, cut]) => [
    label,
    cut === null ? null : Math.max(standard, cut),
  ]);
  return { standard, byLabel: Object.fromEntries(byLabel) as Record<string, number | null> };
}

function bound(counts: ScopeCounts, share: number, { delta, labelNoise }: ScopeTerms): number {
  return trueError(worstError(counts, { delta, shareMost: share }), labelNoise);
}

function countsOf(rows: readonly SettledTurn[], strangers: ReadonlySet<string>): ScopeCounts {
  const outside = rows.filter((row) => strangers.has(row.message));
  const inside = rows.filter((row) => !strangers.has(row.message));
  const settled = inside.filter((row) => row.tier !== null);
  return {
    settled: settled.length,
    wrong: settled.filter((row) => !row.correct).length,
    known: inside.length,
    taken: outside.filter((row) => row.tier !== null).length,
    strangers: outside.length,
  };
}
