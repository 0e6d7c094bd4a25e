import { clopperPearsonUpper } from '../../models/binomial.ts';
import { certify } from '../../models/certificate/certificate.ts';

/** What a model would do with a row, and whether that is right. */
export interface Judged {
  readonly confidence: number;
  readonly correct: boolean;
  /** False where the model passes the row up whatever its confidence. */
  readonly settles: boolean;
}

export const alphas = [0.01, 0.02, 0.05, 0.1] as const;

export interface Coverage {
  readonly alpha: number;
  /** Lowest confidence that keeps the error on val at or below alpha; null where none does. */
  readonly threshold: number | null;
  /** Share of all test rows at or above it, the error among them, and its upper bound at level delta. */
  readonly coverage: number;
  readonly error: number;
  readonly errorUpper: number;
  /** The same with a threshold that val certifies (fixed-sequence test at level delta). */
  readonly certified: { readonly threshold: number | null; readonly coverage: number; readonly error: number };
}

/**
 * Share that may be settled under an error budget: thresholds from val, figures from test. `choose`: share of val, from
 * its start, that only chooses where the certifying test begins; without it the test begins at the surest rows, which is
 * best where these are nearly all right.
 */
export function coverageFigures(
  val: readonly Judged[],
  test: readonly Judged[],
  delta: number,
  choose = 0,
): Coverage[] {
  const rows = val.filter(({ settles }) => settles);
  const first = Math.round(rows.length * choose);
  const chosen = choose === 0 ? {} : { choose: rows.slice(0, first) };
  return alphas.map((alpha) => {
    const threshold = empiricalThreshold(rows, alpha);
    const certificate = certify(rows.slice(first), { alpha, delta, ...chosen });
    const { settled, wrong } = settledAt(test, threshold);
    const certified = settledAt(test, certificate.threshold);
    return {
      alpha,
      threshold,
      coverage: settled / Math.max(1, test.length),
      error: settled === 0 ? 0 : wrong / settled,
      errorUpper: settled === 0 ? 0 : clopperPearsonUpper(wrong, settled, delta),
      certified: {
        threshold: certificate.threshold,
        coverage: certified.settled / Math.max(1, test.length),
        error: certified.settled === 0 ? 0 : certified.wrong / certified.settled,
      },
    };
  });
}

export function settledAt(rows: readonly Judged[], threshold: number | null): { settled: number; wrong: number } {
  if (threshold === null) return { settled: 0, wrong: 0 };
  const settled = rows.filter((row) => row.settles && row.confidence >= threshold);
  return { settled: settled.length, wrong: settled.filter(({ correct }) => !correct).length };
}

/** The confidence above which the most rows lie with an error of at most alpha; null where there is none. */
function empiricalThreshold(rows: readonly Judged[], alpha: number): number | null {
  const sorted = rows.toSorted((a, b) => b.confidence - a.confidence);
  let wrong = 0;
  let threshold: number | null = null;
  for (const [index, row] of sorted.entries()) {
    if (!row.correct) wrong += 1;
    const isLast = sorted[index + 1]?.confidence !== row.confidence;
    if (isLast && wrong <= alpha * (index + 1)) threshold = row.confidence;
  }
  return threshold;
}

/** p50 and p99 of durations. */
export function quantiles(durations: readonly number[]): { p50: number; p99: number } {
  const sorted = durations.toSorted((a, b) => a - b);
  const at = (q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Share of rows whose prediction is the truth, and F1 averaged over every label that occurs in either. */
export function labelFigures(rows: readonly { readonly truth: string; readonly predicted: string }[]): {
  accuracy: number;
  macroF1: number;
} {
  const counts = new Map<string, { hit: number; truth: number; predicted: number }>();
  const of = (label: string): { hit: number; truth: number; predicted: number } => {
    const held = counts.get(label) ?? { hit: 0, truth: 0, predicted: 0 };
    counts.set(label, held);
    return held;
  };
  let right = 0;
  for (const { truth, predicted } of rows) {
    of(truth).truth += 1;
    of(predicted).predicted += 1;
    if (truth !== predicted) continue;
    right += 1;
    of(truth).hit += 1;
  }
  let sum = 0;
  for (const { hit, truth, predicted } of counts.values()) sum += (2 * hit) / (truth + predicted);
  return { accuracy: right / Math.max(1, rows.length), macroF1: sum / Math.max(1, counts.size) };
}

/** Precision, recall and F1 of found things. */
export function findingFigures(
  right: number,
  found: number,
  wanted: number,
): { precision: number; recall: number; f1: number } {
  const precision = found === 0 ? 0 : right / found;
  const recall = wanted === 0 ? 0 : right / wanted;
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}
