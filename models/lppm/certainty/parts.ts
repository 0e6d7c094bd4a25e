import type { Parts } from '../weights.ts';

/** Strength of the pull to even parts, in rows of each member. */
const pull = 10;
const rounds = 100;

/** Every member counts the same. */
export function evenParts(members: number): readonly Parts[] {
  return Array.from({ length: members }, () => ({ step: 1 / members, process: 1 / members }));
}

/**
 * Parts of a mixture that make what was right most likely, by expectation and maximisation (Dempster, Laird, Rubin 1977).
 * @param rows probability that each member gave to what was right, for rows that none learned from
 * @returns one part a member, in [0, 1], summing to 1
 */
export function fitParts(rows: readonly (readonly number[])[], members: number): number[] {
  let parts = Array.from({ length: members }, () => 1 / members);
  for (let round = 0; round < rounds; round += 1) {
    const sums = parts.map(() => pull);
    for (const row of rows) {
      const all = parts.reduce((sum, part, member) => sum + part * (row[member] as number), 1e-12);
      for (let member = 0; member < members; member += 1)
        sums[member] = (sums[member] as number) + ((parts[member] as number) * (row[member] as number)) / all;
    }
    const total = sums.reduce((sum, one) => sum + one, 0);
    const next = sums.map((sum) => sum / total);
    const moved = Math.max(...next.map((part, member) => Math.abs(part - (parts[member] as number))));
    parts = next;
    if (moved < 1e-6) break;
  }
  return parts;
}
