import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../engine/core/clock.ts';
import { canonicalJson, sha256 } from '../../engine/core/hash.ts';
import { sync, type StepHook } from '../artefact.ts';

/** A candidate was compared with the champion that served. */
export interface CandidateTested {
  readonly kind: 'candidate-tested';
  readonly role: string;
  readonly bundle: string;
  readonly champion: string;
  /** Probability of a change without a reason that this test was given. */
  readonly level: number;
  readonly isPromoted: boolean;
}

export type RegistryEvent =
  | CandidateTested
  | { readonly kind: 'artefact-published'; readonly artefact: string; readonly role: string; readonly tier: string }
  | { readonly kind: 'artefact-quarantined'; readonly artefact: string; readonly detail: string }
  | { readonly kind: 'role-claimed'; readonly role: string; readonly owner: string }
  | {
      readonly kind: 'model-promoted';
      readonly role: string;
      readonly bundle: string;
      readonly previous: string | null;
      readonly token: number | null;
      readonly reason: string;
    }
  | {
      readonly kind: 'model-rolled-back';
      readonly role: string;
      readonly bundle: string;
      readonly previous: string;
      readonly reason: string;
    }
  | {
      /** A challenger runs beside the champion; said anew each time its share of the conversations changes. */
      readonly kind: 'challenger-offered';
      readonly role: string;
      readonly bundle: string;
      readonly champion: string;
      /** Of the role's conversations, in [0, 1]; 0: it is asked, and has no effect. */
      readonly share: number;
      readonly token: number | null;
      readonly reason: string;
    }
  | { readonly kind: 'challenger-withdrawn'; readonly role: string; readonly bundle: string; readonly reason: string };

export interface RegistryRecord {
  /** From 1, without gaps. */
  readonly sequence: number;
  /** Milliseconds since 1970-01-01 UTC; for display only, the order is `sequence`. */
  readonly time: number;
  readonly event: RegistryEvent;
}

/**
 * The registry's log: one file per record, `00000001.json`, ... A record is written and fsynced beside the log and then
 * hard-linked to the next free number. Linking is atomic and fails where the number is taken, so it is the commit
 * point and the compare-and-set in one, between processes too and without a lock that a killed process could leave.
 */
export class RegistryLog {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #step: StepHook;
  readonly #temporary: () => string;
  #sequence = 0;
  readonly damaged: number[] = [];

  constructor(folder: string, clock: Clock, temporary: () => string, step: StepHook) {
    this.#folder = folder;
    this.#clock = clock;
    this.#temporary = temporary;
    this.#step = step;
  }

  get folder(): string {
    return this.#folder;
  }

  async create(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
  }

  /** Records that were appended since the last call, by anyone. A damaged one is skipped and noted in `damaged`. */
  async read(): Promise<RegistryRecord[]> {
    const records: RegistryRecord[] = [];
    for (;;) {
      const sequence = this.#sequence + 1;
      let text: string;
      try {
        text = await readFile(this.#pathOf(sequence), 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return records;
        throw error;
      }
      this.#sequence = sequence;
      const record = parse(text, sequence);
      if (record === null) this.damaged.push(sequence);
      else records.push(record);
    }
  }

  /** Appends right behind what `read` has returned; null where someone else was faster: read, check again, retry. */
  async append(event: RegistryEvent): Promise<RegistryRecord | null> {
    const record: RegistryRecord = { sequence: this.#sequence + 1, time: this.#clock.now(), event };
    const temporary = this.#temporary();
    this.#step('log-1-write');
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(canonicalJson({ ...record, hash: sha256(canonicalJson(record)) }));
      this.#step('log-2-sync');
      await handle.sync();
    } finally {
      await handle.close();
    }
    this.#step('log-3-commit');
    try {
      await link(temporary, this.#pathOf(record.sequence));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
    this.#step('log-4-sync-folder');
    await sync(this.#folder);
    this.#sequence = record.sequence;
    return record;
  }

  #pathOf(sequence: number): string {
    return join(this.#folder, `${String(sequence).padStart(8, '0')}.json`);
  }
}

function parse(text: string, sequence: number): RegistryRecord | null {
  try {
    const { hash, ...record } = JSON.parse(text) as RegistryRecord & { hash: string };
    return record.sequence === sequence && sha256(canonicalJson(record)) === hash ? record : null;
  } catch {
    return null;
  }
}
