import { randomBytes } from 'node:crypto';

/** Time, chance and names are arguments, so that a run can be replayed. */
export interface Clock {
  /** Wall clock in milliseconds since 1970-01-01 UTC; for display and logs only. */
  now(): number;
  /** Monotonic microseconds; for durations. */
  ticks(): number;
}

/** A uniform number in [0, 1). */
export type Random = () => number;

/** Makes ids that never repeat, with a prefix that says what they name: `msg_...`, `dec_...`. */
export type IdSource = (prefix: string) => string;

export const systemClock: Clock = {
  now: () => Date.now(),
  ticks: () => performance.now() * 1000,
};

export const systemIds: IdSource = (prefix) => `${prefix}_${randomBytes(12).toString('hex')}`;

/** Stands still until told; for tests and replays. */
export class ManualClock implements Clock {
  #now: number;

  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  ticks(): number {
    return this.#now * 1000;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** Counts from 1; for tests and replays. */
export function sequentialIds(): IdSource {
  let next = 0;
  return (prefix) => `${prefix}_${(next += 1)}`;
}
