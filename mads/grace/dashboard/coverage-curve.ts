import type { ConfidenceRow } from '../../../datasets/log/queries.ts';
import type { TierName } from '../../../engine/core/tier-name.ts';
import { clopperPearsonUpper } from '../../../models/binomial.ts';

/** What settling more would cost: at each threshold the share settled, and how much of it was wrong. */
export interface CoverageCurve {
  readonly tier: TierName;
  /** Judged visits that the curve is made of. */
  readonly rows: number;
  readonly points: readonly CoveragePoint[];
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
  const step = Math.max(1, Math.ceil(sorted.length / points));
  const curve: CoveragePoint[] = [];
  let wrong = 0;
  for (const [index, row] of sorted.entries()) {
    if (!row.correct) wrong += 1;
    const settled = index + 1;
    if (settled % step !== 0 && settled !== sorted.length) continue;
    curve.push({
      threshold: row.confidence,
      coverage: settled / sorted.length,
      error: wrong / settled,
      errorUpper: clopperPearsonUpper(wrong, settled, 0.05),
    });
  }
  return { tier, rows: sorted.length, points: curve };
}
