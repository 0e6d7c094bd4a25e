import { fitPlattMap } from '../platt.ts';
import { logOdds } from './router.ts';

/** Shares of rows whose label may be a slip of the log, whatever the score. */
const slipShares = [0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.1, 0.12, 0.15];
/** Strength of the pull to the identity, in rows. */
const prior = 1;
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

/** Slope and shift with the smoothed targets of Platt (1999). */
export function fitPlatt(
  rows: readonly { readonly score: number; readonly right: boolean }[],
  slips = 0,
): [number, number] {
  const n = rows.length;
  const positives = rows.filter((row) => row.right).length;
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (n - positives + 2);
  const target = (row: number, p: number): number => {
    if (rows[row]?.right === true) return high;
    // A row that looks wrong may be a slip: it then speaks for "right" with the chance that it is one.
    return slips === 0 ? low : (slips * p) / (1 - (1 - slips) * p);
  };
  const odds = rows.map((row) => logOdds(row.score));
  const { slope, shift } = fitPlattMap(odds, target, prior);
  return [slope, shift];
}
