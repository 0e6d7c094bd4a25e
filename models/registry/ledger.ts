import type { Clock } from '../../engine/core/clock.ts';
import { messageOf } from '../../engine/core/errors.ts';
import type { Logger } from '../../engine/core/logger.ts';
import type { StepHook } from '../artefact.ts';
import { RegistryLog, type RegistryEvent, type RegistryRecord } from './log.ts';
import { RegistryState } from './state.ts';
import { watchFolder } from './watch.ts';

export interface LedgerParts {
  /** Folder of the numbered records. */
  readonly folder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A fresh path for a record that is being written. */
  readonly temporary: () => string;
  readonly step: StepHook;
  /** How often it looks by itself, beside what the file system tells it; milliseconds. */
  readonly pollMs: number;
}

/**
 * What all processes of a registry agree on: the records, and what they add up to here. Calls are served one after
 * another, so that no record is applied twice.
 */
export class RegistryLedger {
  /** As of the last `refresh` or `commit`. */
  readonly state = new RegistryState();
  readonly #log: RegistryLog;
  readonly #parts: LedgerParts;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.#log = new RegistryLog(parts.folder, parts.clock, parts.temporary, parts.step);
  }

  /** Makes the folder where it is missing, and reads what is there. */
  async open(): Promise<void> {
    await this.#log.create();
    await this.refresh();
  }

  /** Reads what others appended. */
  refresh(): Promise<void> {
    return this.#inTurn(() => this.#catchUp());
  }

  /** Decides on the newest state and appends; decides again where another process was faster. null: nothing to do. */
  commit(decide: () => RegistryEvent | null | Promise<RegistryEvent | null>): Promise<RegistryRecord | null> {
    return this.#inTurn(async () => {
      for (;;) {
        await this.#catchUp();
        const event = await decide();
        if (event === null) return null;
        const record = await this.#log.append(event);
        if (record === null) continue;
        this.state.apply(record);
        return record;
      }
    });
  }

  /** Looks at once and after every record, whichever process wrote it. Returns the function that ends it. */
  follow(look: () => Promise<void>): () => void {
    const { logger, pollMs } = this.#parts;
    const onError = (error: unknown): void => logger.error({ error: messageOf(error) }, 'registry not followed');
    return watchFolder({ folder: this.#log.folder, pollMs, look, onError });
  }

  /** Numbers of records that could not be read; they were skipped. */
  get damaged(): readonly number[] {
    return this.#log.damaged;
  }

  async #catchUp(): Promise<void> {
    for (const record of await this.#log.read()) this.state.apply(record);
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const run = this.#turn.then(work, work);
    this.#turn = run;
    return run;
  }
}
