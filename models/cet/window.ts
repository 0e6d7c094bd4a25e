import type { Batch } from '../nn/operations.ts';
import { smoothed } from './lexical-index.ts';
import { placesOfBest } from './lexical-match.ts';
import { rowNames, rowWidth } from './rows.ts';

/**
 * Of a candidate's row the transformer is given these alone; the rest reaches it through the screen's score. With all
 * signals it learned its training conversations by heart (nDCG on val fell from the first epoch on).
 */
const passedOn = ['short', 'length', 'speaker', 'otherSpeaker'].map((name) => rowNames.indexOf(name));

/** How far the screen's scores are spread along the conversation, in candidates. */
const reaches = [2, 8, 25] as const;

/** Numbers per candidate that the transformer is given. */
export const scorerWidth = passedOn.length + 1 + 2 * reaches.length;

/** The best candidates by the screen, in the order of the conversation, ready for the transformer. */
export interface Window {
  readonly places: readonly number[];
  /** [places, scorerWidth] */
  readonly rows: Float32Array;
  /** Screen scores below the best one's. */
  readonly prior: Float32Array;
}

/**
 * Chooses by the screen's score and, as much, by its mean within eight candidates: a turn without words of its own
 * belongs to the passage in which it stands.
 */
export function windowOf(rows: Float32Array, screen: ArrayLike<number>, most: number): Window {
  const scores = Float64Array.from(screen);
  const best = largest(scores);
  const likely = scores.map((score) => Math.exp(score - best));
  const spread = reaches.map((reach) => {
    const shares = meanAround(likely, reach);
    const levels = meanAround(scores, reach);
    const [top, level] = [largest(shares), largest(levels)];
    // Logarithms of shares, from 0 at the top to about -3.5; levels are logarithms already.
    return [shares.map((share) => Math.log(share / top + 1e-3) / 2), levels.map((one) => (one - level) / 3)] as const;
  });
  const passage = spread[1]![1];
  const chosenBy = scores.map((score, place) => score + 3 * passage[place]!);
  const places = placesOfBest(chosenBy, most).sort((a, b) => a - b);
  const wide = new Float32Array(places.length * scorerWidth);
  const prior = new Float32Array(places.length);
  for (const [at, place] of places.entries()) {
    prior[at] = scores[place]! - best;
    const row = [
      ...passedOn.map((column) => rows[place * rowWidth + column]!),
      prior[at] / 3,
      ...spread.flatMap(([shares, levels]) => [shares[place]!, levels[place]!]),
    ];
    wide.set(row, at * scorerWidth);
  }
  return { places, rows: wide, prior };
}

/** Mean over those within `reach`, the nearer the more. */
function meanAround(values: Float64Array, reach: number): Float64Array {
  const weights = smoothed(new Float64Array(values.length).fill(1), reach);
  return smoothed(values, reach).map((sum, place) => sum / weights[place]!);
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
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
  const inside = new Set(window.places);
  let floor = Infinity;
  for (let at = 0; at < window.places.length; at += 1) floor = Math.min(floor, scores[at]!);
  let edge = -Infinity;
  for (let place = 0; place < screen.length; place += 1) {
    if (!inside.has(place)) edge = Math.max(edge, screen[place]!);
  }
  const merged = Array.from(screen, (score) => floor - (edge - score) - 1e-3);
  for (const [at, place] of window.places.entries()) merged[place] = scores[at]!;
  return merged;
}
