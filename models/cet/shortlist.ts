import type { Batch } from '../nn/operations.ts';
import { placesOfBest } from './lexical-match.ts';
import { rowWidth } from './rows.ts';
import { secondWidth } from './second-signals.ts';

/** Numbers per candidate that the transformer is given: its own row, and what the screen's scores say beside it. */
export const scorerWidth = rowWidth + secondWidth;

/** Candidates of one question as the transformer takes them, in the order of the conversation. */
export interface Shortlist {
  readonly places: readonly number[];
  /** [places, scorerWidth] */
  readonly rows: Float32Array;
  /** Places of the best by the screen, over which all attend. */
  readonly attended: readonly number[];
  /** [attended, secondWidth] */
  readonly keys: Float32Array;
}

/** Places that the transformer judges: the best by the screen, in the order of the conversation. */
export function bestPlaces(screen: ArrayLike<number>, most: number): number[] {
  return placesOfBest(screen, most).sort((a, b) => a - b);
}

/**
 * Brings own rows and second rows of some places together.
 * @param rows standardised rows of all candidates, [candidates, rowWidth]
 * @param second rows of all candidates, [candidates, secondWidth]
 */
export function shortlistOf(
  places: readonly number[],
  rows: Float32Array,
  second: Float32Array,
  screen: ArrayLike<number>,
  attended: number,
): Shortlist {
  const wide = new Float32Array(places.length * scorerWidth);
  for (const [at, place] of places.entries()) {
    wide.set(rows.subarray(place * rowWidth, (place + 1) * rowWidth), at * scorerWidth);
    wide.set(second.subarray(place * secondWidth, (place + 1) * secondWidth), at * scorerWidth + rowWidth);
  }
  const best = bestPlaces(screen, attended);
  const keys = new Float32Array(best.length * secondWidth);
  for (const [at, place] of best.entries()) {
    keys.set(second.subarray(place * secondWidth, (place + 1) * secondWidth), at * secondWidth);
  }
  return { places, rows: wide, attended: best, keys };
}

/** Several lists as one batch, padded to the longest. */
export function batchOf(lists: readonly Shortlist[]): Batch {
  const longest = lists.reduce((most, { places }) => Math.max(most, places.length), 1);
  const widest = lists.reduce((most, { attended }) => Math.max(most, attended.length), 1);
  const signals = new Float32Array(lists.length * longest * scorerWidth);
  const places = new Float32Array(lists.length * longest);
  const keys = new Float32Array(lists.length * widest * secondWidth);
  const keyPlaces = new Float32Array(lists.length * widest);
  const keyMask = new Float32Array(lists.length * widest);
  for (const [at, list] of lists.entries()) {
    signals.set(list.rows, at * longest * scorerWidth);
    places.set(list.places, at * longest);
    keys.set(list.keys, at * widest * secondWidth);
    keyPlaces.set(list.attended, at * widest);
    keyMask.fill(1, at * widest, at * widest + list.attended.length);
  }
  const size = lists.length;
  return {
    signals: { data: signals, shape: [size, longest, scorerWidth] },
    places: { data: places, shape: [size, longest] },
    keys: { data: keys, shape: [size, widest, secondWidth] },
    keyPlaces: { data: keyPlaces, shape: [size, widest] },
    keyMask: { data: keyMask, shape: [size, widest] },
  };
}

/**
 * Scores of all candidates: those on the list by the transformer, the others below all of these, in the order that the
 * screen gave them.
 */
export function mergedScores(
  screen: ArrayLike<number>,
  places: readonly number[],
  scores: ArrayLike<number>,
): number[] {
  if (places.length === screen.length) return Array.from(scores);
  const inside = new Set(places);
  let floor = Infinity;
  for (let at = 0; at < places.length; at += 1) floor = Math.min(floor, scores[at]!);
  let edge = -Infinity;
  for (let place = 0; place < screen.length; place += 1) {
    if (!inside.has(place)) edge = Math.max(edge, screen[place]!);
  }
  const merged = Array.from(screen, (score) => floor - (edge - score) - 1e-3);
  for (const [at, place] of places.entries()) merged[place] = scores[at]!;
  return merged;
}
