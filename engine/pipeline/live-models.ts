import type { Logger } from '../core/logger.ts';
import { messageOf } from '../core/errors.ts';
import type { Tier } from '../tiers/tier.ts';

/** A role's tiers, loaded and ready; null where the bundle holds no such model. */
export interface LoadedBundle {
  readonly id: string;
  readonly role: string;
  readonly dtr: Tier | null;
  readonly lppm: Tier | null;
  readonly cet: Tier | null;
  dispose(): Promise<void>;
}

/** Where bundles come from; the registry is one. */
export interface BundleSource {
  /** Id of the role's current bundle, null where it has none. */
  current(role: string): Promise<string | null>;
  /** @throws ARTEFACT_CORRUPT, ARTEFACT_MISMATCH */
  load(role: string, bundle: string): Promise<LoadedBundle>;
}

/** A pinned bundle: it stays loaded until it is released, whatever is promoted meanwhile. */
export interface Lease {
  readonly bundle: LoadedBundle | null;
  release(): void;
}

interface Held {
  readonly bundle: LoadedBundle;
  leases: number;
  isRetired: boolean;
}

/**
 * The models in use, shared by everything in the process. A promotion is noticed by `refresh`; requests under way keep
 * the bundle that they began with, and an old bundle is freed when its last lease is released. A bundle that does not
 * load never replaces one that serves.
 */
export class LiveModels {
  readonly #source: BundleSource;
  readonly #logger: Logger;
  readonly #held = new Map<string, Held>();
  readonly #loading = new Map<string, Promise<void>>();

  constructor(source: BundleSource, logger: Logger) {
    this.#source = source;
    this.#logger = logger;
  }

  /** Pins the role's bundle; `bundle` is null where the role has no models yet. */
  async acquire(role: string): Promise<Lease> {
    if (!this.#held.has(role)) await this.refresh(role);
    const held = this.#held.get(role);
    if (held === undefined) return { bundle: null, release: () => undefined };
    held.leases += 1;
    let isReleased = false;
    return {
      bundle: held.bundle,
      release: () => {
        if (isReleased) return;
        isReleased = true;
        held.leases -= 1;
        this.#freeIfUnused(held);
      },
    };
  }

  /** Loads the role's current bundle where it is not the one in use. Calls for one role at a time. */
  async refresh(role: string): Promise<void> {
    const before = this.#loading.get(role);
    const mine = (before ?? Promise.resolve()).then(() => this.#refresh(role));
    this.#loading.set(role, mine);
    await mine;
    if (this.#loading.get(role) === mine) this.#loading.delete(role);
  }

  /** Bundle ids in use, by role. */
  inUse(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#held].map(([role, held]) => [role, held.bundle.id]));
  }

  async dispose(): Promise<void> {
    await Promise.allSettled(this.#loading.values());
    const bundles = [...this.#held.values()].map((held) => held.bundle);
    this.#held.clear();
    await Promise.all(bundles.map((bundle) => bundle.dispose()));
  }

  async #refresh(role: string): Promise<void> {
    let wanted: string | null = null;
    try {
      wanted = await this.#source.current(role);
      const now = this.#held.get(role);
      if (wanted === null || now?.bundle.id === wanted) return;
      const bundle = await this.#source.load(role, wanted);
      this.#held.set(role, { bundle, leases: 0, isRetired: false });
      this.#logger.info({ role, bundle: wanted, replaces: now?.bundle.id ?? null }, 'models in use');
      if (now !== undefined) {
        now.isRetired = true;
        this.#freeIfUnused(now);
      }
    } catch (error) {
      const kept = this.#held.get(role)?.bundle.id ?? null;
      this.#logger.error({ role, bundle: wanted, kept, error: messageOf(error) }, 'bundle refused');
    }
  }

  #freeIfUnused(held: Held): void {
    if (!held.isRetired || held.leases > 0) return;
    held.bundle.dispose().catch((error: unknown) => {
      this.#logger.warn({ bundle: held.bundle.id, error: messageOf(error) }, 'bundle was not freed');
    });
  }
}
