import type { Batch } from '../nn/operations.ts';
import { placesOfBest } from './lexical-match.ts';
import { rowWidth } from './rows.ts';

/** Numbers per candidate that the transformer is given: its row, and its screen score below the best one's. */
export const scorerWidth = rowWidth + 1;

/** The best candidates by the screen, in the order of the conversation, ready for the transformer. */
export interface Window {
  readonly places: readonly number[];
  /** [places, scorerWidth] */
  readonly rows: Float32Array;
  /** Screen scores below the best one's. */
  readonly prior: Float32Array;
}

export function windowOf(rows: Float32Array, screen: ArrayLike<number>, most: number): Window {
  const places = placesOfBest(screen, most).sort((a, b) => a - b);
  let best = -Infinity;
  for (const place of places) best = Math.max(best, screen[place]!);
  const wide = new Float32Array(places.length * scorerWidth);
  const prior = new Float32Array(places.length);
  for (const [at, place] of places.entries()) {
    prior[at] = screen[place]! - best;
    wide.set(rows.subarray(place * rowWidth, (place + 1) * rowWidth), at * scorerWidth);
    wide[at * scorerWidth + rowWidth] = prior[at] / 3;
  }
  return { places, rows: wide, prior };
}

/** Several windows as one batch, padded to the longest. */
export function batchOf(windows: readonly Window[]): Batch {
  const longest = windows.reduce((most, window) => Math.max(most, window.places.length), 1);
  const size = windows.length * longest;
  const signals = new Float32Array(size * scorerWidth);
  const prior = new Float32Array(size);
  const places = new Float32Array(size);
  const mask = new Float32Array(size);
  for (const [at, window] of windows.entries()) {
    signals.set(window.rows, at * longest * scorerWidth);
    prior.set(window.prior, at * longest);
    places.set(window.places, at * longest);
    mask.fill(1, at * longest, at * longest + window.places.length);
  }
  const shape = [windows.length, longest];
  return {
    signals: { data: signals, shape: [...shape, scorerWidth] },
    prior: { data: prior, shape },
    places: { data: places, shape },
    mask: { data: mask, shape },
  };
}

/**
 * Scores of all candidates: those in the window by the transformer, the others below all of these, in the order that
 * the screen gave them.
 */
export function mergedScores(screen: ArrayLike<number>, window: Window, scores: ArrayLike<number>): number[] {
  let floor = Infinity;
  let edge = Infinity;
  for (const [at, place] of window.places.entries()) {
    floor = Math.min(floor, scores[at]!);
    edge = Math.min(edge, screen[place]!);
  }
  const merged = Array.from(screen, (score) => floor - (edge - score) - 1e-3);
  for (const [at, place] of window.places.entries()) merged[place] = scores[at]!;
  return merged;
}
