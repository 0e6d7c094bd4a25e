import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';

/** Work that may wait; beyond it the newest is left out, since nobody waits for it. */
const mostWaiting = 256;

/**
 * Work beside live traffic that has no effect on any answer: one piece at a time, each in a turn of the event loop of
 * its own, dropped where the machine is too busy. What fails is told to the log.
 */
export class ShadowQueue {
  readonly #logger: Logger;
  readonly #waiting: (() => Promise<void>)[] = [];
  #running: Promise<void> | null = null;
  #isClosed = false;
  /** Pieces that were left out. */
  dropped = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** @returns false where it is left out; the caller frees what it pinned */
  add(work: () => Promise<void>): boolean {
    if (this.#isClosed || this.#waiting.length >= mostWaiting) {
      this.dropped += 1;
      return false;
    }
    this.#waiting.push(work);
    this.#running ??= this.#run();
    return true;
  }

  /** Resolves when all that was taken in is done. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  /** Takes nothing more in, forgets what waits, and lets what is under way end, in so many milliseconds. */
  async close(patienceMs = 2000): Promise<void> {
    this.#isClosed = true;
    this.#waiting.length = 0;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)));
    await Promise.race([this.idle(), late]);
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    for (let work = this.#waiting.shift(); work !== undefined; work = this.#waiting.shift()) {
      await new Promise((resolve) => setImmediate(resolve));
      await work().catch((error: unknown) => {
        this.#logger.warn({ error: messageOf(error) }, 'shadow run failed');
      });
    }
    this.#running = null;
  }
}
