import { canonicalJson, sha256 } from '../../engine/core/hash.ts';

/**
 * Names for records that bring none: the hash of what they say, so that the same file read again, or read from another
 * place, gives the same names. The n-th record of a file that says word for word the same is told apart by its n.
 */
export class Namer {
  readonly #seen = new Map<string, number>();

  conversation(content: unknown): string {
    const hash = sha256(canonicalJson(content)).slice(0, 24);
    const count = (this.#seen.get(hash) ?? 0) + 1;
    this.#seen.set(hash, count);
    return count === 1 ? `conv_${hash}` : `conv_${hash}-${count}`;
  }
}

/**
 * The name of a message in the whole log. An id that only counts inside its conversation (`1`, `m3`, `msg-12`) gets the
 * conversation's name before it; any other is kept, so that verifiers and feedback find it.
 */
export function messageName(conversation: string, given: string | null, index: number): string {
  if (given === null) return `${conversation}/${index}`;
  return /^[a-z]{0,8}[-_.]?\d{1,5}$/i.test(given) ? `${conversation}/${given}` : given;
}

/** Conversations of a source without times follow each other at this distance: line n begins at (n - 1) minutes. */
export const lineSpacingMs = 60_000;
/** Messages of a conversation without times of their own follow each other at this distance. */
export const messageSpacingMs = 1000;

/**
 * Times of one conversation's messages, strictly increasing in file order (the file's order is the truth; a time that
 * runs backwards is raised to 1 ms after the message before it). Without any time a conversation begins at 1970-01-01
 * plus its line's place, which is clearly no real date, the same in every run, and keeps the order of the file.
 */
export function messageTimes(
  given: readonly (number | null)[],
  conversationTime: number | null,
  line: number,
): readonly number[] {
  const times: number[] = [];
  const isUntimed = given.every((time) => time === null);
  const base = conversationTime ?? (line - 1) * lineSpacingMs;
  for (const [index, time] of given.entries()) {
    const before = times[index - 1];
    const wanted = isUntimed ? base + index * messageSpacingMs : (time ?? (before === undefined ? base : before + 1));
    times.push(before === undefined ? wanted : Math.max(wanted, before + 1));
  }
  return times;
}
