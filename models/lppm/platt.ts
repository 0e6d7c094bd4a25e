/** Probability = 1 / (1 + exp(-(slope * logit(score) + shift))). */
export interface PlattMap {
  readonly slope: number;
  readonly shift: number;
}

export const identityMap: PlattMap = { slope: 1, shift: 0 };

/** Strength of the pull to the identity, in rows: a handful of rows must not bend a calibration. */
const prior = 10;
const edge = 1e-6;

export function logit(score: number): number {
  const inside = Math.min(1 - edge, Math.max(edge, score));
  return Math.log(inside / (1 - inside));
}

export function applyPlatt(map: PlattMap, score: number): number {
  return 1 / (1 + Math.exp(-(map.slope * logit(score) + map.shift)));
}

/**
 * Platt scaling of probabilities (Platt 1999, on the logit): slope and shift by Newton steps, pulled to the identity.
 * Rising for every input, so the order of scores is kept; the slope is held above 0.05.
 */
export function fitPlatt(rows: readonly { readonly score: number; readonly correct: boolean }[]): PlattMap {
  let slope = 1;
  let shift = 0;
  for (let round = 0; round < 50; round += 1) {
    let gradientSlope = prior * (slope - 1);
    let gradientShift = 0.1 * prior * shift;
    let slopeSlope = prior;
    let slopeShift = 0;
    let shiftShift = 0.1 * prior;
    for (const { score, correct } of rows) {
      const x = logit(score);
      const share = 1 / (1 + Math.exp(-(slope * x + shift)));
      const error = share - (correct ? 1 : 0);
      const weight = share * (1 - share);
      gradientSlope += error * x;
      gradientShift += error;
      slopeSlope += weight * x * x;
      slopeShift += weight * x;
      shiftShift += weight;
    }
    const determinant = slopeSlope * shiftShift - slopeShift * slopeShift;
    const stepSlope = (shiftShift * gradientSlope - slopeShift * gradientShift) / determinant;
    const stepShift = (slopeSlope * gradientShift - slopeShift * gradientSlope) / determinant;
    if (!Number.isFinite(stepSlope) || !Number.isFinite(stepShift)) break;
    slope = Math.max(0.05, slope - Math.max(-1, Math.min(1, stepSlope)));
    shift -= Math.max(-2, Math.min(2, stepShift));
    if (Math.abs(stepSlope) + Math.abs(stepShift) < 1e-9) break;
  }
  return { slope, shift };
}
