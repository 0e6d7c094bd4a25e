/** Why a tier passes up that is not sure enough, with as many digits as it takes to tell the two numbers apart. */
export function belowThreshold(confidence: number, threshold: number): string {
  let digits = 3;
  while (digits < 6 && confidence.toFixed(digits) === threshold.toFixed(digits)) digits += 1;
  return `confidence ${confidence.toFixed(digits)} is below ${threshold.toFixed(digits)}`;
}
