import { messageOf } from '../engine/core/errors.ts';
import type { Logger } from '../engine/core/logger.ts';

/** What happens within this time is looked at together; milliseconds. */
const togetherMs = 200;
/** A look that took long is followed by a rest of so many times that: a large log is not read all the while. */
const rest = 10;

export interface MovementWatchParts {
  /** Looks what moved between the tiers; see `Graduation.review`. */
  readonly review: () => Promise<void>;
  readonly logger: Logger;
  readonly waitMs?: number;
}

/** Looks soon after anything that may move a process or a route: words of people, approvals, bundles. */
export class MovementWatch {
  readonly #parts: MovementWatchParts;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> = Promise.resolve();
  #isClosed = false;
  #tookMs = 0;

  constructor(parts: MovementWatchParts) {
    this.#parts = parts;
  }

  /** Any number of calls are one look; a look that fails is told to the log, and the next call looks again. */
  soon(): void {
    if (this.#timer !== null || this.#isClosed) return;
    const waitMs = Math.max(this.#parts.waitMs ?? togetherMs, rest * this.#tookMs);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#looking = this.#looking.then(() => this.#look());
    }, waitMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    if (this.#isClosed) return;
    const started = performance.now();
    try {
      await this.#parts.review();
    } catch (error) {
      this.#parts.logger.warn({ error: messageOf(error) }, 'movements were not looked at');
    }
    this.#tookMs = performance.now() - started;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#looking;
  }
}
