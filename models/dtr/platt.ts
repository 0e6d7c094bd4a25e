import { logOdds } from './router.ts';

/**
 * Slope and shift of the log-odds by logistic regression (Platt 1999, with smoothed targets), held near 1 and 0 by a
 * weak prior, so that few rows change little. Scores keep their order: the slope stays positive.
 */
export function fitPlatt(rows: readonly { readonly score: number; readonly right: boolean }[]): [number, number] {
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
      const error = p - (row.right ? high : low);
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
