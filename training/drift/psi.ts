/** Rows that a comparison needs on each side; with fewer nobody can tell. */
export const fewestRows = 200;
/** Bands of use: below 0.1 nothing changed, from 0.2 it did. A convention of credit scoring, no theorem. */
const usualLimit = 0.2;
/** Chance of a false alarm that is put up with for one comparison. */
export const falseAlarm = 0.001;

export interface Shift {
  readonly psi: number;
  /** From here on it is more than convention and chance explain. */
  readonly limit: number;
}

/**
 * Population stability index of two samples in the same bins: Σ (p − q) ln(p / q), shares with half a row added to each
 * bin. Without a change it is about χ² with bins − 1 degrees, times (1/n + 1/m) (Yurdakul and Naranjo, "Statistical
 * properties of the population stability index", Journal of Risk Model Validation 14(4), 2020): small samples need
 * more than the usual 0.2.
 */
export function shiftOf(before: readonly number[], now: readonly number[]): Shift {
  const n = sum(before);
  const m = sum(now);
  const bins = before.length;
  let psi = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    const p = ((before[bin] ?? 0) + 0.5) / (n + bins / 2);
    const q = ((now[bin] ?? 0) + 0.5) / (m + bins / 2);
    psi += (p - q) * Math.log(p / q);
  }
  return { psi, limit: Math.max(usualLimit, (1 / n + 1 / m) * chiSquareQuantile(Math.max(1, bins - 1))) };
}

/** Counts of both samples in the categories of the first, the rarest and the new ones together at the end. */
export function categoryCounts(
  before: readonly string[],
  now: readonly string[],
  most = 10,
): readonly [number[], number[]] {
  const frequency = new Map<string, number>();
  for (const one of before) frequency.set(one, (frequency.get(one) ?? 0) + 1);
  const names = [...frequency].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, most);
  const places = new Map(names.map(([name], index) => [name, index]));
  return [before, now].map((rows) => {
    const counts = Array.from({ length: names.length + 1 }, () => 0);
    for (const row of rows) (counts[places.get(row) ?? names.length] as number) += 1;
    return counts;
  }) as [number[], number[]];
}

/** Counts of both samples between the quantiles of the first. */
export function quantileCounts(
  before: readonly number[],
  now: readonly number[],
  bins = 10,
): readonly [number[], number[]] {
  const sorted = before.toSorted((a, b) => a - b);
  const cuts = new Set<number>();
  for (let bin = 1; bin < bins; bin += 1) cuts.add(sorted[Math.floor((bin * sorted.length) / bins)] as number);
  const edges = [...cuts];
  return [before, now].map((rows) => {
    const counts = Array.from({ length: edges.length + 1 }, () => 0);
    for (const row of rows) (counts[edges.filter((edge) => row >= edge).length] as number) += 1;
    return counts;
  }) as [number[], number[]];
}

/** Upper quantile at `falseAlarm` by Wilson and Hilferty's cube (1931); within 2 % from one degree on. */
function chiSquareQuantile(degrees: number): number {
  const normal = 3.0902;
  const part = 2 / (9 * degrees);
  return degrees * (1 - part + normal * Math.sqrt(part)) ** 3;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
