import type { ConfidenceRow } from '../../../datasets/log/queries.ts';
import type { TierName } from '../../../engine/core/tier-name.ts';
import { clopperPearsonUpper } from '../../../models/binomial.ts';

/** What settling more would cost: at each threshold the share settled, and how much of it was wrong. */
export interface CoverageCurve {
  readonly tier: TierName;
  /** Judged visits that the curve is made of. */
  readonly rows: number;
  readonly points: readonly CoveragePoint[];
  /** Where the tier worked, at the thresholds that were in force; null where it never reached one. */
  readonly working: Omit<CoveragePoint, 'threshold'> | null;
}

export interface CoveragePoint {
  readonly threshold: number;
  /** Share of the judged visits with at least this confidence, in [0, 1]. */
  readonly coverage: number;
  readonly error: number;
  /** 95 % upper bound of the error (Clopper-Pearson). */
  readonly errorUpper: number;
}

const points = 40;

export function coverageCurve(tier: TierName, judged: readonly ConfidenceRow[]): CoverageCurve {
  const sorted = judged.toSorted((a, b) => b.confidence - a.confidence);
  const curve: CoveragePoint[] = [];
  let wrong = 0;
  let next = 1;
  for (const [index, row] of sorted.entries()) {
    if (!row.correct) wrong += 1;
    const settled = index + 1;
    // Rows of one confidence settle together: no threshold can part them.
    if (sorted[settled]?.confidence === row.confidence) continue;
    if (settled < next && settled !== sorted.length) continue;
    curve.push({ threshold: row.confidence, ...pointOf(wrong, settled, sorted.length) });
    next = settled + Math.max(1, Math.ceil(sorted.length / points));
  }
  const above = judged.filter((row) => row.threshold !== null && row.confidence >= row.threshold);
  const errors = above.filter((row) => !row.correct).length;
  const working = above.length === 0 ? null : pointOf(errors, above.length, judged.length);
  return { tier, rows: sorted.length, points: curve, working };
}

function pointOf(wrong: number, settled: number, rows: number): Omit<CoveragePoint, 'threshold'> {
  return {
    coverage: settled / rows,
    error: wrong / settled,
    errorUpper: clopperPearsonUpper(wrong, settled, 0.05),
  };
}
