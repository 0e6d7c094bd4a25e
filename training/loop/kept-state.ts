import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../../engine/core/errors.ts';
import type { Logger } from '../../engine/core/logger.ts';

/**
 * A small piece of state in a JSON file: written beside it, synced, then renamed over it, so that it is whole whenever
 * the process ends. What cannot be read begins anew and is told to the log; nothing in it may be the only copy.
 */
export class KeptState<State> {
  readonly #path: string;
  readonly #logger: Logger;
  #writing: Promise<void> = Promise.resolve();
  #written: string;
  value: State;

  private constructor(path: string, value: State, written: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
    this.#written = written;
    this.value = value;
  }

  static async open<State extends object>(path: string, initial: State, logger: Logger): Promise<KeptState<State>> {
    try {
      const text = await readFile(path, 'utf8');
      return new KeptState(path, { ...initial, ...(JSON.parse(text) as State) }, text, logger);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        logger.warn({ path, error: messageOf(error) }, 'what was kept cannot be read; it begins anew');
      }
      return new KeptState(path, initial, '', logger);
    }
  }

  /** Writes where something changed; calls are served one after another. Never throws: the state in memory counts. */
  save(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const text = JSON.stringify(this.value);
      if (text === this.#written) return;
      try {
        await mkdir(dirname(this.#path), { recursive: true });
        const temporary = `${this.#path}.new`;
        const handle = await open(temporary, 'w');
        try {
          await handle.writeFile(text);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(temporary, this.#path);
        this.#written = text;
      } catch (error) {
        this.#logger.warn({ path: this.#path, error: messageOf(error) }, 'state was not kept');
      }
    });
    return this.#writing;
  }
}
