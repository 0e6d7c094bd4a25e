/** From 32-bit hashes to the numbers 0, 1, 2, ... in order of arrival: open addressing in one typed array. */
export class HashIndex {
  #keys: Uint32Array;
  /** Number + 1; 0 marks a free place. */
  #numbers: Int32Array;
  #mask: number;
  #size = 0;

  constructor(expected = 1024) {
    let places = 1024;
    while (places < expected * 2) places *= 2;
    this.#keys = new Uint32Array(places);
    this.#numbers = new Int32Array(places);
    this.#mask = places - 1;
  }

  static of(hashes: Uint32Array): HashIndex {
    const index = new HashIndex(hashes.length);
    for (const hash of hashes) index.add(hash);
    return index;
  }

  get size(): number {
    return this.#size;
  }

  /** The number of a hash, -1 where it has none. */
  get(hash: number): number {
    return (this.#numbers[this.#place(hash)] as number) - 1;
  }

  /** The number of a hash, a new one where it had none. */
  add(hash: number): number {
    const place = this.#place(hash);
    const held = this.#numbers[place] as number;
    if (held > 0) return held - 1;
    this.#keys[place] = hash;
    this.#numbers[place] = this.#size += 1;
    if (this.#size * 2 > this.#mask) this.#grow();
    return this.#size - 1;
  }

  #place(hash: number): number {
    let place = hash & this.#mask;
    while ((this.#numbers[place] as number) > 0 && this.#keys[place] !== hash) place = (place + 1) & this.#mask;
    return place;
  }

  #grow(): void {
    const keys = this.#keys;
    const numbers = this.#numbers;
    this.#keys = new Uint32Array(keys.length * 2);
    this.#numbers = new Int32Array(keys.length * 2);
    this.#mask = keys.length * 2 - 1;
    for (let old = 0; old < keys.length; old += 1) {
      if ((numbers[old] as number) === 0) continue;
      const place = this.#place(keys[old] as number);
      this.#keys[place] = keys[old] as number;
      this.#numbers[place] = numbers[old] as number;
    }
  }
}
