import type { SettledTurn } from '../ladder/evaluate.ts';
import { pairUp, type Pair } from './paired.ts';

/** Messages that were passed up in service, as both ladders would settle them now. */
export interface PassedUp {
  readonly candidate: readonly SettledTurn[];
  readonly champion: readonly SettledTurn[];
  /** Share of the messages in service that were passed up, in [0, 1]. */
  readonly share: number;
}

/**
 * A fair sample of old traffic knows nothing of what is new, and what is passed up now is most of that. Post-stratified: what
 * the champion settles is represented by the fair rows that it settles, what it passes up by those that it passes up and by
 * what was passed up in service, each with its share of the traffic. Weights add up to the number of rows.
 * @param fair rows that were judged whatever became of them
 */
export function withPassedUp(fair: readonly Pair[], { candidate, champion, share }: PassedUp): readonly Pair[] {
  const isPassed = ([, old]: Pair): boolean => old.tier === null;
  // what the champion has learned to settle since is in the other stratum, which the fair rows represent
  const asked = pairUp(candidate, champion);
  const fresh = asked.filter(isPassed);
  const up = [...fair.filter(isPassed), ...fresh];
  const settled = fair.filter((pair) => !isPassed(pair));
  if (fresh.length === 0 || settled.length === 0) return fair;
  const passed = (share * fresh.length) / asked.length;
  const rows = up.length + settled.length;
  const weighed = (pairs: readonly Pair[], part: number): Pair[] =>
    pairs.map(([one, other]) => [one, other, (rows * part) / pairs.length]);
  return [...weighed(settled, 1 - passed), ...weighed(up, passed)];
}
