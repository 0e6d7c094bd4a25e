/** Sequences from..to, both included. */
export interface SequenceRange {
  readonly from: number;
  readonly to: number;
}

/** What of `ranges` is not covered by `known`; both in any order. */
export function subtractRanges(ranges: readonly SequenceRange[], known: readonly SequenceRange[]): SequenceRange[] {
  let left = [...ranges];
  for (const hole of known) {
    left = left.flatMap((range) => {
      if (hole.to < range.from || hole.from > range.to) return [range];
      const parts: SequenceRange[] = [];
      if (range.from < hole.from) parts.push({ from: range.from, to: hole.from - 1 });
      if (range.to > hole.to) parts.push({ from: hole.to + 1, to: range.to });
      return parts;
    });
  }
  return left;
}

export function countSequences(ranges: readonly SequenceRange[]): number {
  return ranges.reduce((sum, range) => sum + range.to - range.from + 1, 0);
}
