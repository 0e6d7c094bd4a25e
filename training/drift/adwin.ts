interface Bucket {
  readonly count: number;
  readonly sum: number;
}

/** Buckets of one size; one more, and the two oldest become one of twice the size. */
const bucketsPerSize = 5;
/** Observations between two looks for a change, and that a window needs on each side of one. */
const lookEvery = 8;
const fewest = 16;

/**
 * A window over a stream of numbers in [0, 1] that holds as much of the past as looks like now: whenever two parts of it
 * have means further apart than chance explains, the older part is dropped. Source: Bifet and Gavaldà, "Learning from
 * time-changing data with adaptive windowing", SDM 2007 (ADWIN2, exponential histogram, variance-aware bound).
 */
export class Adwin {
  readonly #delta: number;
  /** Oldest first. */
  #buckets: Bucket[] = [];
  #count = 0;
  #sum = 0;
  #seen = 0;
  /** Changes to a higher mean that were found. */
  rises = 0;
  falls = 0;

  /** @param delta chance of a false alarm at each look, in (0, 1) */
  constructor(delta = 0.002) {
    this.#delta = delta;
  }

  /** @returns whether a change was found just now */
  add(value: number): boolean {
    this.#buckets.push({ count: 1, sum: value });
    this.#count += 1;
    this.#sum += value;
    this.#seen += 1;
    this.#compress();
    if (this.#seen % lookEvery !== 0) return false;
    let isChanged = false;
    while (this.#cut()) isChanged = true;
    return isChanged;
  }

  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  /** Observations in the window. */
  get width(): number {
    return this.#count;
  }

  #compress(): void {
    for (let size = 1; ; size *= 2) {
      const first = this.#buckets.findIndex(({ count }) => count === size);
      const many = this.#buckets.filter(({ count }) => count === size).length;
      if (many <= bucketsPerSize) return;
      const [a, b] = [this.#buckets[first] as Bucket, this.#buckets[first + 1] as Bucket];
      this.#buckets.splice(first, 2, { count: a.count + b.count, sum: a.sum + b.sum });
    }
  }

  /** Drops the oldest bucket where the window does not hold together. */
  #cut(): boolean {
    const variance = this.mean * (1 - this.mean);
    const logTerm = Math.log((2 * Math.log(Math.max(3, this.#count))) / this.#delta);
    let count = 0;
    let sum = 0;
    for (const bucket of this.#buckets) {
      count += bucket.count;
      sum += bucket.sum;
      const rest = this.#count - count;
      if (count < fewest || rest < fewest) continue;
      const harmonic = 1 / (1 / count + 1 / rest);
      const bound = Math.sqrt((2 / harmonic) * variance * logTerm) + (2 / (3 * harmonic)) * logTerm;
      const [before, after] = [sum / count, (this.#sum - sum) / rest];
      if (Math.abs(after - before) <= bound) continue;
      if (after > before) this.rises += 1;
      else this.falls += 1;
      const dropped = this.#buckets.shift() as Bucket;
      this.#count -= dropped.count;
      this.#sum -= dropped.sum;
      return true;
    }
    return false;
  }
}
