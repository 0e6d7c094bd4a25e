import { trueError } from '../../models/certificate/noise.ts';
import { compare, isRight, isWrong, pairUp, points, type Pair, type PairedDifference } from './paired.ts';
import type { SettledTurn } from '../ladder/evaluate.ts';

export interface Terms {
  /** Error budget that a candidate must not break. */
  readonly alpha: number;
  /** Share of wrong labels that the certificate takes off; 0 where labels are trusted. */
  readonly labelNoise: number;
  /** The owner wants a smaller budget than the champion's: settling less is its price. */
  readonly isStricter: boolean;
}

/** Candidate against champion on the same messages. */
export interface Comparison {
  /** Messages settled rightly, and settled wrongly: candidate minus champion, as shares of all messages. */
  readonly gain: PairedDifference;
  readonly harm: PairedDifference;
  /** More wrong answers are the price of settling clearly more, which the owner agreed to: inside the budget. */
  readonly isBought: boolean;
}

export function compareRows(pairs: readonly Pair[], terms: Terms): Comparison {
  const gain = compare(pairs, isRight);
  const harm = compare(pairs, isWrong);
  const settled = pairs.filter(([fresh]) => fresh.tier !== null);
  const weightOf = (rows: readonly Pair[]): number => rows.reduce((sum, [, , weight = 1]) => sum + weight, 0);
  const wrong = weightOf(settled.filter(([fresh]) => !fresh.correct));
  const error = settled.length === 0 ? 0 : trueError(wrong / weightOf(settled), terms.labelNoise);
  return { gain, harm, isBought: gain.lower > 0 && error <= terms.alpha };
}

/** A slice of fewer messages says nothing by itself. */
export const fewestOfSlice = 200;
/** Losses of a slice: refused at `most` whatever chance says, and at `least` where chance does not explain them. */
const sliceLoss = { most: 0.02, least: 0.005 } as const;

/** Kinds of messages on which the candidate is worse, each in a sentence, however it does on the whole. */
export function slicesLost(
  pairs: readonly Pair[],
  slicesOf: (message: string) => readonly string[],
  terms: Terms,
): string[] {
  const bySlice = new Map<string, Pair[]>();
  for (const pair of pairs) {
    for (const slice of slicesOf(pair[0].message)) {
      const held = bySlice.get(slice);
      if (held === undefined) bySlice.set(slice, [pair]);
      else held.push(pair);
    }
  }
  const faults: string[] = [];
  for (const [slice, own] of [...bySlice].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (own.length < fewestOfSlice) continue;
    const { gain, harm, isBought } = compareRows(own, terms);
    const isLost = (loss: number, least: number): boolean =>
      loss > sliceLoss.most || (loss > sliceLoss.least && least > 0);
    if (!terms.isStricter && isLost(-gain.difference, -gain.upper)) {
      faults.push(`of the ${own.length} messages "${slice}" it settles ${points(-gain.difference)} fewer rightly`);
    } else if (!isBought && isLost(harm.difference, harm.lower)) {
      faults.push(`of the ${own.length} messages "${slice}" it settles ${points(harm.difference)} more wrongly`);
    }
  }
  return faults;
}

/**
 * What small steps, each within the margin, have cost together: the candidate against the champion of a month ago.
 * Null where nothing was lost beyond the margin.
 */
export function lossSince(
  fresh: readonly SettledTurn[],
  old: readonly SettledTurn[],
  margin: number,
  terms: Terms,
): string | null {
  const { gain, harm, isBought } = compareRows(pairUp(fresh, old), terms);
  if (!terms.isStricter && gain.difference < -margin) {
    return `right answers have fallen by ${points(-gain.difference)} since the champion of 30 days ago`;
  }
  if (!isBought && harm.difference > margin) {
    return `wrong answers have risen by ${points(harm.difference)} since the champion of 30 days ago`;
  }
  return null;
}
