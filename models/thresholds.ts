/** Lowest confidence at which a tier settles, in [0, 1]; null where nothing certifies and everything passes up. */
export interface Thresholds {
  /** For every label without one of its own. */
  readonly standard: number | null;
  /** By label: a destination key (DTR) or a step (LPPM). Irreversible tools have stricter ones. */
  readonly byLabel: Readonly<Record<string, number | null>>;
}

export const passEverything: Thresholds = { standard: null, byLabel: {} };

export function thresholdFor(thresholds: Thresholds, label: string): number | null {
  const own = thresholds.byLabel[label];
  return own === undefined ? thresholds.standard : own;
}
