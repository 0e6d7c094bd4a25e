/**
 * Groups of features. Each group is scaled to a length of its own, so that a long history never drowns the words of
 * the last turn.
 */
export const groups = ['words', 'state', 'agent', 'history', 'cross'] as const;
export type Group = (typeof groups)[number];
export const groupNumber: Readonly<Record<Group, number>> = { words: 0, state: 1, agent: 2, history: 3, cross: 4 };

/** Most features that one dialogue may have; the rest is dropped. */
export const featureLimit = 6144;

/** A growing list of (hash, group) pairs, used again for every dialogue. */
export class FeatureList {
  readonly hashes = new Uint32Array(featureLimit);
  readonly groups = new Uint8Array(featureLimit);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  add(hash: number, group: number): void {
    if (this.length === featureLimit) return;
    this.hashes[this.length] = hash;
    this.groups[this.length] = group;
    this.length += 1;
  }
}
