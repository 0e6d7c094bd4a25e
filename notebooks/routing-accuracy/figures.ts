import type { FeedbackSource } from '../../datasets/log/feedback.ts';
import { tierNames, type TierName } from '../../engine/core/tier-name.ts';
import { coverageCurve, type CoverageCurve } from '../../mads/grace/dashboard/coverage-curve.ts';
import { clopperPearsonInterval } from '../../models/binomial.ts';
import type { JudgedVisit } from './judged-visits.ts';

/** What the notebook reads. */
export interface NotebookData {
  /** Ids of the snapshots that it was made from. */
  readonly snapshots: readonly string[];
  readonly conversations: number;
  readonly messages: number;
  readonly visits: readonly JudgedVisit[];
}

export interface TierFigures {
  readonly tier: TierName;
  readonly settled: number;
  readonly judged: number;
  readonly correct: number;
  readonly accuracy: number;
  /** 95 % Clopper-Pearson. */
  readonly lower: number;
  readonly upper: number;
}

export function accuracyPerTier(visits: readonly JudgedVisit[]): TierFigures[] {
  return tierNames.flatMap((tier) => {
    const settled = visits.filter((visit) => visit.tier === tier && visit.settled);
    const judged = settled.filter((visit) => visit.correct !== null);
    if (judged.length === 0) return [];
    const correct = judged.filter((visit) => visit.correct).length;
    const bounds = clopperPearsonInterval(correct, judged.length, 0.95);
    const accuracy = correct / judged.length;
    return [{ tier, settled: settled.length, judged: judged.length, correct, accuracy, ...bounds }];
  });
}

export interface ConfusionCell {
  readonly predicted: string;
  readonly right: string;
  readonly visits: number;
}

const others = 'others';

/** What was taken for what, among the judged visits that proposed something; rare deeds are put together. */
export function confusion(visits: readonly JudgedVisit[], deeds = 12): ConfusionCell[] {
  const judged = visits.filter((visit) => visit.predicted !== null && visit.right !== null);
  const counts = new Map<string, number>();
  for (const { predicted, right } of judged) {
    for (const deed of [predicted, right]) if (deed !== null) counts.set(deed, (counts.get(deed) ?? 0) + 1);
  }
  const common = new Set(
    [...counts]
      .toSorted((a, b) => b[1] - a[1])
      .slice(0, deeds)
      .map(([deed]) => deed),
  );
  const named = (deed: string | null): string => (deed !== null && common.has(deed) ? deed : others);
  const cells = new Map<string, ConfusionCell>();
  for (const visit of judged) {
    const cell = { predicted: named(visit.predicted), right: named(visit.right) };
    const key = JSON.stringify([cell.predicted, cell.right]);
    cells.set(key, { ...cell, visits: (cells.get(key)?.visits ?? 0) + 1 });
  }
  return [...cells.values()];
}

export function coveragePerTier(visits: readonly JudgedVisit[]): CoverageCurve[] {
  const source: FeedbackSource = 'verifier';
  return (['dtr', 'lppm'] as const).map((tier) =>
    coverageCurve(
      tier,
      visits.flatMap((visit) => {
        const { confidence, correct, settled, threshold } = visit;
        if (visit.tier !== tier || confidence === null || correct === null) return [];
        return [{ tier, confidence, correct, settled, threshold, shadow: false, source }];
      }),
    ),
  );
}

export interface CalibrationBin {
  readonly tier: TierName;
  readonly visits: number;
  /** Mean confidence of the bin, and the share that was right. */
  readonly confidence: number;
  readonly accuracy: number;
  readonly lower: number;
  readonly upper: number;
}

/** Bins of equal size by confidence: where the points leave the diagonal, the confidence promises too much or too little. */
export function calibration(visits: readonly JudgedVisit[], bins = 8): CalibrationBin[] {
  return (['dtr', 'lppm'] as const).flatMap((tier) => {
    const judged = visits
      .filter((visit) => visit.tier === tier && visit.confidence !== null && visit.correct !== null)
      .toSorted((a, b) => (a.confidence ?? 0) - (b.confidence ?? 0));
    const size = Math.max(5, Math.ceil(judged.length / bins));
    const found: CalibrationBin[] = [];
    for (let start = 0; start < judged.length; start += size) {
      const bin = judged.slice(start, start + size);
      const correct = bin.filter((visit) => visit.correct).length;
      const confidence = bin.reduce((sum, visit) => sum + (visit.confidence ?? 0), 0) / bin.length;
      const bounds = clopperPearsonInterval(correct, bin.length, 0.95);
      found.push({ tier, visits: bin.length, confidence, accuracy: correct / bin.length, ...bounds });
    }
    return found;
  });
}

/** Expected calibration error: the mean distance from the diagonal, weighted by visits. */
export function calibrationError(bins: readonly CalibrationBin[]): number {
  const visits = bins.reduce((sum, bin) => sum + bin.visits, 0);
  return bins.reduce((sum, bin) => sum + bin.visits * Math.abs(bin.confidence - bin.accuracy), 0) / Math.max(1, visits);
}
