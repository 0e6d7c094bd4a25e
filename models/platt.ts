/** Probability = 1 / (1 + exp(-(slope * log-odds + shift))). */
export interface PlattMap {
  readonly slope: number;
  readonly shift: number;
}

export const identityMap: PlattMap = { slope: 1, shift: 0 };

/** Scores keep their order: the slope stays above it. */
const lowestSlope = 0.05;
const mostRounds = 50;
/** Longest Newton step, so that nearly separable rows do not throw it off. */
const longestStep = 1;

/**
 * Slope and shift of log-odds by logistic regression (Platt 1999), by Newton steps. A prior of so many rows pulls to the
 * identity, a tenth of it for the shift, so that few rows change little.
 * @param odds log-odds of each row
 * @param target probability that a row should have; may depend on the one that it has now
 */
export function fitPlattMap(
  odds: readonly number[],
  target: (row: number, probability: number) => number,
  prior: number,
): PlattMap {
  let slope = 1;
  let shift = 0;
  for (let round = 0; round < mostRounds; round += 1) {
    let gs = prior * (slope - 1);
    let gb = prior * 0.1 * shift;
    let hss = prior;
    let hsb = 0;
    let hbb = prior * 0.1;
    for (const [row, x] of odds.entries()) {
      const p = 1 / (1 + Math.exp(-(slope * x + shift)));
      const error = p - target(row, p);
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
    if (!Number.isFinite(stepSlope) || !Number.isFinite(stepShift)) break;
    slope = Math.max(lowestSlope, slope - clip(stepSlope));
    shift -= clip(stepShift);
    if (Math.abs(stepSlope) + Math.abs(stepShift) < 1e-9) break;
  }
  return { slope, shift };
}

function clip(value: number): number {
  return Math.min(longestStep, Math.max(-longestStep, value));
}
