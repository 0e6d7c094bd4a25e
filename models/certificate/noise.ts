import { clopperPearsonLower } from '../binomial.ts';
import type { ScoredRow } from '../scored-row.ts';

/**
 * The teacher (the assistant whose logged deeds are the labels) is wrong now and then. Where its mistakes do not
 * depend on the content, a model of true error E disagrees with it at the rate D = E(1 - nu) + (1 - E)nu. With more
 * than two labels model and teacher seldom err alike, so the E that this gives errs to the high side.
 */
export function observedError(trueError: number, noise: number): number {
  return trueError * (1 - noise) + (1 - trueError) * noise;
}

/** The inverse of `observedError`, in [0, 1]. */
export function trueError(observed: number, noise: number): number {
  return Math.min(1, Math.max(0, (observed - noise) / (1 - 2 * noise)));
}

export interface NoiseOptions {
  /** Chance that the estimate is above the true noise although the assumption holds. */
  readonly delta?: number;
  /** Never estimates more; the owner's word on how bad the teacher can be. */
  readonly maximum?: number;
}

export interface LabelNoise {
  /** Lower confidence bound of the share of wrong labels; what a certificate may take off. */
  readonly rate: number;
  /** Share of disagreement among the rows that the bound rests on. */
  readonly observed: number;
  readonly rows: number;
  readonly assumptions: readonly string[];
}

/** Rows that the smaller of the two looks should hold; fewer make its bound too loose to be of use. */
const smallLook = 500;

/**
 * Disagreement that does not fall any more as confidence rises is noise of the labels, not error of the model. Looks
 * at the most confident tenth (quarter where rows are few) and half of the rows and returns the lower of their lower
 * confidence bounds (delta shared between them): a look in which the model still errs is left out, not counted. Rows
 * must be scored by a model that was not trained on them; `stable: false` rows (folds disagree) do not count.
 */
export function estimateLabelNoise(rows: readonly ScoredRow[], options: NoiseOptions = {}): LabelNoise {
  const delta = options.delta ?? 0.05;
  const usable = rows.filter((row) => row.stable !== false && Number.isFinite(row.confidence));
  const sorted = usable.toSorted((a, b) => b.confidence - a.confidence);
  const small = Math.max(0.1, Math.min(0.25, smallLook / Math.max(1, sorted.length)));
  const looks = [small, 0.5];
  let best = { rate: options.maximum ?? 0.1, observed: 0, rows: 0 };
  for (const share of looks) {
    let count = Math.floor(sorted.length * share);
    // rows of equal confidence stay together: within a tie any order would be a choice
    while (count > 0 && count < sorted.length && sorted[count]?.confidence === sorted[count - 1]?.confidence)
      count += 1;
    const errors = sorted.slice(0, count).filter((row) => !row.correct).length;
    const lower = clopperPearsonLower(errors, count, delta / looks.length);
    if (lower < best.rate || best.rows === 0) {
      best = { rate: Math.min(lower, best.rate), observed: count === 0 ? 0 : errors / count, rows: count };
    }
  }
  return {
    ...best,
    assumptions: [
      'wrong labels fall on messages independently of their content',
      `the model is right on its most confident ${best.rows} rows, so that disagreement there is noise`,
    ],
  };
}
