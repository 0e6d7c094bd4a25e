import { join } from 'node:path';
import { retireSnapshots } from '../../datasets/log/snapshot-ledger.ts';
import type { Clock } from '../../engine/core/clock.ts';
import { messageOf } from '../../engine/core/errors.ts';
import type { Logger } from '../../engine/core/logger.ts';
import type { Registry } from '../../models/registry/registry.ts';
import { pruneRegistry, type PruneOptions } from '../../models/registry/pruning.ts';
import type { DataFolder } from './data-folder.ts';

/** What went, by id, and what was left alone. */
export interface Cleared {
  readonly bundles: readonly string[];
  readonly artefacts: readonly string[];
  /** Names in the registry's quarantine. */
  readonly quarantined: readonly string[];
  /** Snapshots whose rows are gone; the sealed ones too. */
  readonly snapshots: readonly string[];
  /** Roles that may be in training: nothing of theirs was touched. */
  readonly busy: readonly string[];
}

/**
 * Removes what nothing in the data folder needs any more: bundles and models (`pruneRegistry` says which stay), damaged
 * ones after a month, and rows of snapshots that no kept model was made from and that are older than a week.
 */
export async function clear(folder: DataFolder, registry: Registry, options: PruneOptions): Promise<Cleared> {
  const {
    bundles,
    artefacts,
    quarantined,
    busy,
    snapshots: needed,
  } = await pruneRegistry(folder.models, registry, options);
  const { keep: newest, now, isDryRun = false } = options;
  const retired = await retireSnapshots(folder.snapshots, new Set(needed), { newest, now, isDryRun });
  // sealed ones judged a candidate once; nothing refers to them afterwards
  const sealed = await retireSnapshots(join(folder.root, 'sealed'), new Set(), { newest, now, isDryRun });
  return { bundles, artefacts, quarantined, busy, snapshots: [...retired, ...sealed] };
}

export interface HousekeepingParts {
  readonly folder: DataFolder;
  readonly registry: Registry;
  /** See `PruneOptions`. */
  readonly keep: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

const hourMs = 3_600_000;
/** A server that is started every morning clears too, but not while it begins; milliseconds. */
const firstMs = 15 * 60_000;

/** Keeps the data folder of a server from growing for ever. */
export class Housekeeping {
  readonly #parts: HousekeepingParts;
  #timer: NodeJS.Timeout | null = null;
  #clearing: Promise<void> = Promise.resolve();

  constructor(parts: HousekeepingParts) {
    this.#parts = parts;
  }

  /** Clears soon, and then every so many hours; 0 for never. */
  start(everyHours: number, soonMs: number = firstMs): void {
    if (everyHours > 0) this.#wait(soonMs, everyHours * hourMs);
  }

  #wait(waitMs: number, everyMs: number): void {
    const look = async (): Promise<void> => {
      await this.clear();
      if (this.#timer !== null) this.#wait(everyMs, everyMs);
    };
    this.#timer = setTimeout(() => void (this.#clearing = look()), waitMs);
    this.#timer.unref();
  }

  /** Once, now; says in the server's log what went. Never throws: what cannot be removed now is tried again. */
  async clear(): Promise<void> {
    const { folder, registry, keep, clock, logger } = this.#parts;
    try {
      const { busy, ...gone } = await clear(folder, registry, { keep, now: clock.now() });
      const removed = Object.fromEntries(Object.entries(gone).filter(([, ids]) => ids.length > 0));
      if (Object.keys(removed).length > 0) logger.warn({ ...removed, busy }, 'removed what nothing needs any more');
    } catch (error) {
      logger.warn({ error: messageOf(error) }, 'old models and snapshots were not removed; it is tried again');
    }
  }

  /** Ends it; what is under way is finished first. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#clearing;
  }
}
