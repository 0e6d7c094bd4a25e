import { hashFraction } from '../../engine/core/hash.ts';
import type { DtrExample } from './example.ts';

/** A row that trees learned from. */
export interface MemoryRow {
  readonly text: string;
  /** Index into `treeClasses`. */
  readonly tree: number;
  /** 1 where the text is a sentence that wants a payload run or kept. */
  readonly mixed: number;
  readonly weight: number;
  /**
   * The learned columns of its row of features, as a model told them that had not seen the text. They cannot be worked
   * out later: the tables that serve have learned the text by heart.
   */
  readonly learned: readonly number[];
  /** Source and class: no stratum crowds another one out. */
  readonly stratum: string;
}

/** What a tree router has to remember so that it can learn more without forgetting. Holds texts: keep it where the log is. */
export interface Memory {
  readonly lessons: readonly MemoryRow[];
  /** Examples that nothing learned from; they calibrate. */
  readonly checks: readonly DtrExample[];
}

/** Lessons that are kept: with these a refit takes seconds. */
export const memoryLimit = 50_000;
export const checksLimit = 2_000;

/**
 * At most `limit` rows: of every stratum the same number, so that rare sources stay, and within it those of the smallest
 * hashes, which is a uniform sample whatever the order in which rows came.
 */
export function keepSample<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => { readonly text: string; readonly stratum: string },
): Row[] {
  if (rows.length <= limit) return [...rows];
  const strata = new Map<string, { row: Row; rank: number }[]>();
  for (const row of rows) {
    const { text, stratum } = keyOf(row);
    const ranked = { row, rank: hashFraction(`memory ${text}`) };
    const held = strata.get(stratum);
    if (held === undefined) strata.set(stratum, [ranked]);
    else held.push(ranked);
  }
  const smallestFirst = [...strata.values()].toSorted((a, b) => a.length - b.length);
  const kept = new Set<Row>();
  for (const [index, held] of smallestFirst.entries()) {
    const share = Math.floor((limit - kept.size) / (smallestFirst.length - index));
    const ranked = held.toSorted((a, b) => a.rank - b.rank);
    for (const { row } of ranked.slice(0, share)) kept.add(row);
  }
  return rows.filter((row) => kept.has(row));
}
