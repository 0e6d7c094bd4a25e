import { fnv1a } from '../../engine/core/hash.ts';

const secondSeed = 0x9747b28c;

/**
 * Ids by a 64-bit fingerprint: 16 to 32 bytes an id, where a set of strings takes a hundred. `has` may, once in a
 * great while, say yes to an id that was never added; it never says no to one that was.
 */
export class IdSet {
  #slots = new Uint32Array(2 * 1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(id: string): boolean {
    const slot = this.#find(this.#slots, fnv1a(id), fingerprint(id));
    return this.#slots[slot + 1] !== 0;
  }

  add(id: string): void {
    if (4 * this.#size >= this.#slots.length) this.#grow();
    const low = fnv1a(id);
    const high = fingerprint(id);
    const slot = this.#find(this.#slots, low, high);
    if (this.#slots[slot + 1] !== 0) return;
    this.#slots[slot] = low;
    this.#slots[slot + 1] = high;
    this.#size += 1;
  }

  /** Linear probing; the slot of the fingerprint, or the free one where it belongs. */
  #find(slots: Uint32Array, low: number, high: number): number {
    const mask = slots.length / 2 - 1;
    for (let index = low & mask; ; index = (index + 1) & mask) {
      const slot = 2 * index;
      if (slots[slot + 1] === 0 || (slots[slot] === low && slots[slot + 1] === high)) return slot;
    }
  }

  #grow(): void {
    const grown = new Uint32Array(2 * this.#slots.length);
    for (let slot = 0; slot < this.#slots.length; slot += 2) {
      const low = this.#slots[slot] as number;
      const high = this.#slots[slot + 1] as number;
      if (high === 0) continue;
      const target = this.#find(grown, low, high);
      grown[target] = low;
      grown[target + 1] = high;
    }
    this.#slots = grown;
  }
}

/** Never 0: that marks a free slot. */
function fingerprint(id: string): number {
  return fnv1a(id, secondSeed) || 1;
}
