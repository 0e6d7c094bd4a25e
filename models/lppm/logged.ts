import type { LppmExample } from './example.ts';

/** A logged conversation in which something like this was said. */
export interface LoggedNeighbour {
  readonly conversation: string;
  /** What was done there. */
  readonly step: string;
  /** Cosine of the two messages as the net sees them, in [0, 1]: its hidden values are never negative. */
  readonly similarity: number;
}

/** Some of the rows that taught a net, as it sees them: ids and hidden values, no words. */
export interface LoggedExamples {
  readonly conversations: readonly string[];
  readonly steps: readonly string[];
  readonly width: number;
  /** [rows, width]: hidden values of length 1, times 127. */
  readonly vectors: Int8Array;
}

/** Rows kept, shared evenly among the steps: a quarter of a megabyte. */
const mostRows = 2000;

/** The first rows of each step, up to an even share of what is kept. */
export function chooseLogged(examples: readonly LppmExample[]): LppmExample[] {
  const counts = new Map<string, number>();
  const steps = new Set(examples.map(({ step }) => step)).size;
  const share = Math.max(1, Math.floor(mostRows / Math.max(1, steps)));
  const chosen = examples.filter(({ step }) => {
    const count = (counts.get(step) ?? 0) + 1;
    counts.set(step, count);
    return count <= share;
  });
  return chosen.slice(0, mostRows);
}

/** @param hidden one row of hidden values for each example */
export function loggedOf(examples: readonly LppmExample[], hidden: readonly Float32Array[]): LoggedExamples {
  const width = hidden[0]?.length ?? 0;
  const vectors = new Int8Array(examples.length * width);
  hidden.forEach((values, row) => {
    const scale = 127 / lengthOf(values);
    values.forEach((value, place) => (vectors[row * width + place] = Math.round(value * scale)));
  });
  const conversations = examples.map(({ conversation }) => conversation);
  return { conversations, steps: examples.map(({ step }) => step), width, vectors };
}

/** The `count` rows most like a message, nearest first; of each conversation one. */
export function nearestLogged(logged: LoggedExamples, hidden: Float32Array, count: number): LoggedNeighbour[] {
  const { conversations, steps, width, vectors } = logged;
  const scale = 1 / (127 * lengthOf(hidden));
  const all = conversations.map((conversation, row) => {
    let sum = 0;
    for (let place = 0; place < width; place += 1)
      sum += (vectors[row * width + place] as number) * (hidden[place] as number);
    return { conversation, step: steps[row] as string, similarity: Math.min(1, sum * scale) };
  });
  const seen = new Set<string>();
  return all
    .sort((a, b) => b.similarity - a.similarity)
    .filter(({ conversation }) => !seen.has(conversation) && seen.add(conversation))
    .slice(0, count);
}

/** Not 0, so that a net with nothing to say divides by 1. */
function lengthOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum) || 1;
}
