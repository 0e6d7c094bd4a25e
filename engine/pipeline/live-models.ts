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
  /** The bundle that is tried out beside it, and its share of the conversations; null where there is none. */
  challenger?(role: string): Promise<{ readonly bundle: string; readonly share: number } | null>;
  /** @throws ARTEFACT_CORRUPT, ARTEFACT_MISMATCH */
  load(role: string, bundle: string): Promise<LoadedBundle>;
  /** A challenger did not load; it is tried no further. */
  refuse?(role: string, bundle: string, reason: string): Promise<void>;
}

/** A pinned bundle: it stays loaded until it is released, whatever is promoted meanwhile. */
export interface Lease {
  readonly bundle: LoadedBundle | null;
  release(): void;
}

/** A pinned challenger. */
export interface Trial {
  readonly bundle: LoadedBundle;
  /** Of the role's conversations, in [0, 1]. */
  readonly share: number;
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
 * load never replaces one that serves. A challenger that is promoted is not loaded a second time.
 */
export class LiveModels {
  readonly #source: BundleSource;
  readonly #logger: Logger;
  readonly #held = new Map<string, Held>();
  readonly #tried = new Map<string, { readonly held: Held; readonly share: number }>();
  readonly #loading = new Map<string, Promise<void>>();
  readonly #refused = new Map<string, string>();

  constructor(source: BundleSource, logger: Logger) {
    this.#source = source;
    this.#logger = logger;
  }

  /** Pins the role's bundle; `bundle` is null where the role has no models yet. */
  async acquire(role: string): Promise<Lease> {
    if (!this.#held.has(role)) await this.refresh(role);
    const held = this.#held.get(role);
    return held === undefined ? { bundle: null, release: () => undefined } : this.#pin(held);
  }

  /** Pins the role's challenger; null where none is tried out. */
  acquireTrial(role: string): Trial | null {
    const tried = this.#tried.get(role);
    return tried === undefined ? null : { ...this.#pin(tried.held), share: tried.share };
  }

  /** Loads the role's current bundle where it is not the one in use. Calls for one role at a time. */
  async refresh(role: string): Promise<void> {
    const before = this.#loading.get(role);
    const mine = (before ?? Promise.resolve()).then(() => this.#refresh(role)).then(() => this.#refreshTrial(role));
    this.#loading.set(role, mine);
    await mine;
    if (this.#loading.get(role) === mine) this.#loading.delete(role);
  }

  /** Bundle ids in use, by role. */
  inUse(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#held].map(([role, held]) => [role, held.bundle.id]));
  }

  /** Why the bundle that should serve a role does not, by role; the one before may serve instead. */
  refused(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#refused);
  }

  async dispose(): Promise<void> {
    await Promise.allSettled(this.#loading.values());
    const bundles = new Set([...this.#held.values(), ...[...this.#tried.values()].map(({ held }) => held)]);
    this.#held.clear();
    this.#tried.clear();
    await Promise.all([...bundles].map(({ bundle }) => bundle.dispose()));
  }

  #pin(held: Held): { readonly bundle: LoadedBundle; release(): void } {
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

  async #refresh(role: string): Promise<void> {
    let wanted: string | null = null;
    try {
      wanted = await this.#source.current(role);
      const now = this.#held.get(role);
      if (wanted === null || now?.bundle.id === wanted) {
        this.#refused.delete(role);
        return;
      }
      const tried = this.#tried.get(role)?.held;
      const next = tried?.bundle.id === wanted ? tried : await this.#load(role, wanted);
      if (next === tried) this.#tried.delete(role);
      this.#held.set(role, next);
      this.#refused.delete(role);
      this.#logger.info({ role, bundle: wanted, replaces: now?.bundle.id ?? null }, 'models in use');
      if (now !== undefined) this.#retire(now);
    } catch (error) {
      const kept = this.#held.get(role)?.bundle.id ?? null;
      this.#refused.set(role, messageOf(error));
      this.#logger.error({ role, bundle: wanted, kept, error: messageOf(error) }, 'bundle refused');
    }
  }

  async #refreshTrial(role: string): Promise<void> {
    let bundle: string | null = null;
    try {
      const wanted = (await this.#source.challenger?.(role)) ?? null;
      const now = this.#tried.get(role);
      bundle = wanted?.bundle ?? null;
      if (wanted !== null && now?.held.bundle.id === wanted.bundle) {
        this.#tried.set(role, { held: now.held, share: wanted.share });
        return;
      }
      const held = wanted === null ? null : await this.#load(role, wanted.bundle);
      if (held === null) this.#tried.delete(role);
      else this.#tried.set(role, { held, share: wanted?.share ?? 0 });
      if (now !== undefined) this.#retire(now.held);
    } catch (error) {
      this.#logger.error({ role, bundle, error: messageOf(error) }, 'challenger refused');
      if (bundle !== null) await this.#source.refuse?.(role, bundle, `it does not load: ${messageOf(error)}`);
    }
  }

  async #load(role: string, id: string): Promise<Held> {
    return { bundle: await this.#source.load(role, id), leases: 0, isRetired: false };
  }

  #retire(held: Held): void {
    held.isRetired = true;
    this.#freeIfUnused(held);
  }

  #freeIfUnused(held: Held): void {
    if (!held.isRetired || held.leases > 0) return;
    held.bundle.dispose().catch((error: unknown) => {
      this.#logger.warn({ bundle: held.bundle.id, error: messageOf(error) }, 'bundle was not freed');
    });
  }
}
