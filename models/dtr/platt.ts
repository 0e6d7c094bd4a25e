import { logOdds } from './router.ts';

/** Shares of rows whose label may be a slip of the log, whatever the score. */
const slipShares = [0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.1, 0.12, 0.15];
/** A share of slips is believed where it explains the labels better by this many nats. */
const evidence = 2;

/**
 * Calibration for rows of which a share c is labelled wrong at random: the chance that a label agrees is (1 - c) times
 * the chance that the answer is right. Without this the slips, which no score can see, would flatten every confidence.
 */
export function fitNoisyPlatt(rows: readonly { readonly score: number; readonly right: boolean }[]): [number, number] {
  let best: [number, number] = [1, 0];
  let bestLikelihood = -Infinity;
  for (const slips of slipShares) {
    const fitted = fitPlatt(rows, slips);
    let likelihood = slips === 0 ? evidence : 0;
    for (const { score, right } of rows) {
      const p = (1 - slips) / (1 + Math.exp(-(fitted[0] * logOdds(score) + fitted[1])));
      likelihood += Math.log(Math.max(right ? p : 1 - p, 1e-12));
    }
    if (likelihood > bestLikelihood) {
      bestLikelihood = likelihood;
      best = fitted;
    }
  }
  return best;
}

/**
 * Slope and shift of the log-odds by logistic regression (Platt 1999, with smoothed targets), held near 1 and 0 by a
 * weak prior, so that few rows change little. Scores keep their order: the slope stays positive.
 */
export function fitPlatt(
  rows: readonly { readonly score: number; readonly right: boolean }[],
  slips = 0,
): [number, number] {
  let slope = 1;
  let shift = 0;
  const prior = 1;
  const n = rows.length;
  const positives = rows.filter((row) => row.right).length;
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (n - positives + 2);
  const odds = rows.map((row) => logOdds(row.score));
  for (let round = 0; round < 50; round += 1) {
    let gs = prior * (slope - 1);
    let gb = prior * 0.1 * shift;
    let hss = prior;
    let hsb = 0;
    let hbb = prior * 0.1;
    for (const [index, row] of rows.entries()) {
      const x = odds[index] as number;
      const p = 1 / (1 + Math.exp(-(slope * x + shift)));
      // A row that looks wrong may be a slip: it then speaks for "right" with the chance that it is one.
      const target = row.right ? high : slips === 0 ? low : (slips * p) / (1 - (1 - slips) * p);
      const error = p - target;
      const curve = Math.max(p * (1 - p), 1e-9);
      gs += error * x;
      gb += error;
      hss += curve * x * x;
      hsb += curve * x;
      hbb += curve;
    }
    const determinant = hss * hbb - hsb * hsb;
    const stepSlope = (hbb * gs - hsb * gb) / determinant;
    const stepShift = (hss * gb - hsb * gs) / determinant;
    slope = Math.max(0.05, slope - clip(stepSlope));
    shift -= clip(stepShift);
    if (Math.abs(stepSlope) + Math.abs(stepShift) < 1e-9) break;
  }
  return [slope, shift];
}

function clip(value: number): number {
  return Math.min(1, Math.max(-1, value));
}
