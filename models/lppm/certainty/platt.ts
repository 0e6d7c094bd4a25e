import { fitPlattMap, type PlattMap } from '../../platt.ts';

export { identityMap, type PlattMap } from '../../platt.ts';

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

/** Slope and shift of probabilities; see `fitPlattMap`. */
export function fitPlatt(rows: readonly { readonly score: number; readonly correct: boolean }[]): PlattMap {
  const odds = rows.map((row) => logit(row.score));
  return fitPlattMap(odds, (row) => (rows[row]?.correct === true ? 1 : 0), prior);
}
