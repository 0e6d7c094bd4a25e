import { mkdir, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemIds, type Clock, type IdSource } from '../../engine/core/clock.ts';
import { EngineError } from '../../engine/core/errors.ts';
import { canonicalJson } from '../../engine/core/hash.ts';
import { quietLogger, type Logger } from '../../engine/core/logger.ts';
import { openArtefact, sealArtefact, type Artefact, type GoldenVector, type StepHook } from '../artefact.ts';
import { compareBundles, makeBundle, type Bundle, type BundleContent, type BundleDifference } from '../bundle.ts';
import { BundleFiles } from '../bundle-files.ts';
import { artefactKinds, type ArtefactDescription, type ArtefactKind } from '../manifest.ts';
import { RegistryLedger } from './ledger.ts';
import type { CandidateTested, RegistryEvent, RegistryRecord } from './log.ts';
import { removeLeftovers } from './leftovers.ts';
import type { Challenger } from './state.ts';

export interface RegistryOptions {
  readonly clock?: Clock;
  readonly ids?: IdSource;
  readonly logger?: Logger;
  /** Called before each numbered step of publish and promote; a test throws there, or ends the process. */
  readonly step?: StepHook;
  /** How often `watch` looks by itself, beside what the file system tells it. */
  readonly pollMs?: number;
}

export interface PromoteOptions {
  /** The champion that the caller compared with; null where there was none. */
  readonly expected: string | null;
  /** From `claim`; a caller without one (a person at the command) promotes on the comparison alone. */
  readonly token?: number;
  readonly reason: string;
}

/** A bundle whose artefacts were all checked byte by byte. */
export interface OpenBundle {
  readonly bundle: Bundle;
  readonly artefacts: Readonly<Partial<Record<ArtefactKind, Artefact>>>;
}

/**
 * Immutable artefacts, bundles of them, and which bundle serves each role. The truth is the log (`log.ts`);
 * everything else is written before its record, or can be made anew from it. Any number of processes may use one
 * folder at once; killed at any step, the next one finds the old state or the new one.
 */
export class Registry {
  readonly #root: string;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #logger: Logger;
  readonly #step: StepHook;
  readonly #ledger: RegistryLedger;
  readonly #bundles: BundleFiles;

  private constructor(root: string, options: RegistryOptions) {
    this.#root = root;
    this.#clock = options.clock ?? systemClock;
    this.#ids = options.ids ?? systemIds;
    this.#logger = options.logger ?? quietLogger;
    this.#step = options.step ?? (() => undefined);
    this.#bundles = new BundleFiles(join(root, 'bundles'), () => this.#temporary('bundle'), this.#step);
    this.#ledger = new RegistryLedger({
      folder: join(root, 'log'),
      clock: this.#clock,
      logger: this.#logger,
      temporary: () => this.#temporary('record'),
      step: this.#step,
      pollMs: options.pollMs ?? 1000,
    });
  }

  /** `root`: `<data folder>/models`; made where it is missing. */
  static async open(root: string, options: RegistryOptions = {}): Promise<Registry> {
    const registry = new Registry(root, options);
    for (const folder of ['artefacts', 'bundles', 'roles', 'quarantine', 'temporary']) {
      await mkdir(join(root, folder), { recursive: true });
    }
    await removeLeftovers(join(root, 'temporary'));
    await registry.#ledger.open();
    for (const role of registry.#ledger.state.roles()) await registry.#point(role);
    return registry;
  }

  /** A fresh folder to save a model into before `publish`; removed at the next start where it was not published. */
  async workspace(): Promise<string> {
    const folder = this.#temporary('artefact');
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** Seals the folder (it is moved away) and records it. @throws TOO_FEW_ROWS with fewer than 64 golden vectors */
  async publish(folder: string, description: ArtefactDescription, golden: readonly GoldenVector[]): Promise<Artefact> {
    const artefact = await sealArtefact(folder, join(this.#root, 'artefacts'), description, golden, this.#step);
    await this.#ledger.commit(() =>
      this.#ledger.state.isPublished(artefact.id) && !this.#ledger.state.isQuarantined(artefact.id)
        ? null
        : { kind: 'artefact-published', artefact: artefact.id, role: description.role, tier: description.kind },
    );
    return artefact;
  }

  /**
   * Hands out a fencing token for a role. Whoever claims last may promote; a trainer that was stopped and woke up
   * after another one had claimed is refused.
   */
  async claim(role: string, owner: string): Promise<number> {
    const record = await this.#ledger.commit(() => ({ kind: 'role-claimed', role, owner }));
    return record?.sequence ?? 0;
  }

  /** Notes that a candidate was compared with a champion, and which share of the role's error budget for that it used. */
  async recordTest(test: Omit<CandidateTested, 'kind'>): Promise<void> {
    await this.#ledger.commit(() => ({ kind: 'candidate-tested', ...test }));
  }

  /** Writes a bundle without making it serve: a candidate that can be looked at and promoted later. */
  async addBundle(content: BundleContent): Promise<Bundle> {
    const bundle = makeBundle(content, this.#clock.now());
    const known = await this.#bundles.read(bundle.id);
    if (known !== null) return known;
    for (const id of Object.values(bundle.artefacts)) await this.artefact(id);
    await this.#bundles.write(bundle);
    return bundle;
  }

  /** Compare and set: makes the bundle serve its role. @throws REGISTRY_CONFLICT, NOT_FOUND, ARTEFACT_CORRUPT */
  async promote(role: string, bundle: BundleContent | string, options: PromoteOptions): Promise<Bundle> {
    const stored = await this.#ofRole(role, bundle);
    await this.#ledger.commit(async () => {
      const current = await this.#expect(role, stored.id, options);
      if (current === stored.id) return null;
      const token = options.token ?? null;
      return { kind: 'model-promoted', role, bundle: stored.id, previous: current, token, reason: options.reason };
    });
    await this.#point(role);
    return stored;
  }

  /**
   * Compare and set: tries a bundle out beside the champion, for this share of the conversations; 0 for none, where its
   * answers have no effect. @throws REGISTRY_CONFLICT, also where it was tried and failed; NOT_FOUND, ARTEFACT_MISMATCH
   */
  async offer(role: string, bundle: string, options: PromoteOptions & { readonly share: number }): Promise<Bundle> {
    const stored = await this.#ofRole(role, bundle);
    await this.#ledger.commit(async () => {
      const champion = await this.#expect(role, stored.id, options);
      const before = this.#ledger.state.challenger(role);
      if (champion === null || this.#ledger.state.hasFailed(role, stored.id)) {
        const actual = champion === null ? 'no bundle' : 'one that failed when it was tried';
        throw new EngineError('REGISTRY_CONFLICT', { role, expected: 'a champion and a fresh challenger', actual });
      }
      if (champion === stored.id) return null;
      if (before?.bundle === stored.id && before.share === options.share) return null;
      const { share, token = null, reason } = options;
      return { kind: 'challenger-offered', role, bundle: stored.id, champion, share, token, reason };
    });
    return stored;
  }

  /** Ends the trial of a challenger (of this one alone, where it is named). Null where none was tried out. */
  async withdraw(role: string, reason: string, bundle?: string): Promise<string | null> {
    const event = (await this.#ledger.commit(() => this.#withdrawal(role, reason, bundle)))?.event;
    return event?.kind === 'challenger-withdrawn' ? event.bundle : null;
  }

  /** The bundle that is tried out beside the champion. */
  async challenger(role: string): Promise<Challenger | null> {
    await this.#ledger.refresh();
    return this.#ledger.state.challenger(role);
  }

  /** Whether the bundle was tried out and withdrawn, or served and was rolled back. */
  async hasFailed(role: string, bundle: string): Promise<boolean> {
    await this.#ledger.refresh();
    return this.#ledger.state.hasFailed(role, bundle);
  }

  #withdrawal(role: string, reason: string, only = this.#ledger.state.challenger(role)?.bundle): RegistryEvent | null {
    const isTried = only !== undefined && only === this.#ledger.state.challenger(role)?.bundle;
    return isTried ? { kind: 'challenger-withdrawn', role, bundle: only, reason } : null;
  }

  /**
   * Undoes the newest change: ends the trial of a challenger where one is under way, else makes the bundle before the
   * current one serve again. @returns what serves now @throws NOTHING_TO_ROLL_BACK
   */
  async rollback(role: string, reason = 'asked for'): Promise<Bundle> {
    const record = await this.#ledger.commit(async () => {
      const withdrawal = this.#withdrawal(role, reason);
      if (withdrawal !== null) return withdrawal;
      const [current, before] = await this.#whole(role, 2);
      if (current === undefined || before === undefined) throw new EngineError('NOTHING_TO_ROLL_BACK', { role });
      return { kind: 'model-rolled-back', role, bundle: before.id, previous: current.id, reason };
    });
    await this.#point(role);
    if (record?.event.kind === 'model-rolled-back') return this.show(record.event.bundle);
    return (await this.current(role)) as Bundle;
  }

  /** The bundle that serves a role: the newest promoted one of which no artefact is quarantined; null for none. */
  async current(role: string): Promise<Bundle | null> {
    await this.#ledger.refresh();
    return (await this.#firstWhole(role)) ?? null;
  }

  /**
   * The current bundle with every byte of its artefacts checked. A damaged artefact is quarantined and the bundle
   * before takes over; null where none is whole.
   */
  async openCurrent(role: string): Promise<OpenBundle | null> {
    for (;;) {
      const bundle = await this.current(role);
      if (bundle === null) return null;
      const opened = await this.#openAll(bundle);
      if (opened !== null) return { bundle, artefacts: opened };
    }
  }

  /** One artefact, checked; a damaged one is quarantined. @throws NOT_FOUND, ARTEFACT_CORRUPT */
  async artefact(id: string): Promise<Artefact> {
    try {
      return await openArtefact(join(this.#root, 'artefacts'), id);
    } catch (error) {
      if (EngineError.isInstance(error) && error.code === 'ARTEFACT_CORRUPT') await this.quarantine(id, error.message);
      throw error;
    }
  }

  /** Any bundle with every byte of its artefacts checked; null where it is damaged. @throws NOT_FOUND */
  async openBundle(id: string): Promise<OpenBundle | null> {
    const bundle = await this.show(id);
    const artefacts = await this.#openAll(bundle);
    return artefacts === null ? null : { bundle, artefacts };
  }

  /** Sets an artefact aside, so that no bundle with it serves. A model that fails its golden vectors comes here too. */
  async quarantine(id: string, detail: string): Promise<void> {
    await this.#ledger.commit(() =>
      this.#ledger.state.isQuarantined(id) ? null : { kind: 'artefact-quarantined', artefact: id, detail },
    );
    this.#logger.error({ artefact: id, detail }, 'artefact quarantined');
    await rename(join(this.#root, 'artefacts', id), join(this.#root, 'quarantine', this.#ids(id.slice(0, 12)))).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      },
    );
    for (const role of this.#ledger.state.roles()) await this.#point(role);
  }

  /** Any bundle by its id or a unique beginning of it of at least six digits. @throws NOT_FOUND */
  show(id: string): Promise<Bundle> {
    return this.#bundles.find(id);
  }

  /** Everything that happened to a role, oldest first. */
  async history(role: string): Promise<readonly RegistryRecord[]> {
    await this.#ledger.refresh();
    return this.#ledger.state.records(role);
  }

  /** Roles with their current bundle. */
  async list(): Promise<readonly { readonly role: string; readonly current: Bundle | null }[]> {
    await this.#ledger.refresh();
    const roles = this.#ledger.state.roles();
    return Promise.all(roles.map(async (role) => ({ role, current: (await this.#firstWhole(role)) ?? null })));
  }

  /** All bundles of a role that were ever written, oldest first. */
  bundles(role: string): Promise<readonly Bundle[]> {
    return this.#bundles.ofRole(role);
  }

  async diff(from: string, to: string): Promise<BundleDifference[]> {
    return compareBundles(await this.show(from), await this.show(to));
  }

  /** Numbers of log records that could not be read; they were skipped. */
  get damaged(): readonly number[] {
    return this.#ledger.damaged;
  }

  /**
   * Calls back whenever a bundle other than `known` (or than the last one told) serves the role, or is tried out beside
   * it, whichever process made it so. Returns the function that ends it.
   */
  watch(role: string, known: string | null, callback: (bundle: Bundle | null) => void): () => void {
    let last = `${known} `;
    let isEnded = false;
    const stop = this.follow(async () => {
      const bundle = await this.current(role);
      const { bundle: tried = '', share = '' } = this.#ledger.state.challenger(role) ?? {};
      const now = `${bundle?.id ?? null} ${tried}${share}`;
      if (!isEnded && now !== last) callback(bundle);
      last = now;
    });
    return () => {
      isEnded = true;
      stop();
    };
  }

  /** Looks at once and after every record, whichever process wrote it. Returns the function that ends it. */
  follow(look: () => Promise<void>): () => void {
    return this.#ledger.follow(look);
  }

  async #ofRole(role: string, bundle: BundleContent | string): Promise<Bundle> {
    const stored = typeof bundle === 'string' ? await this.show(bundle) : await this.addBundle(bundle);
    if (stored.role === role) return stored;
    throw new EngineError('ARTEFACT_MISMATCH', { id: stored.id, what: 'role', expected: role, actual: stored.role });
  }

  /** What serves, where nobody claimed the role since the token and it is what was expected, or what is wanted. */
  async #expect(role: string, wanted: string, { expected, token }: PromoteOptions): Promise<string | null> {
    const newest = this.#ledger.state.token(role);
    if (token !== undefined && token < newest) {
      throw new EngineError('REGISTRY_CONFLICT', { role, expected: `token ${token}`, actual: `token ${newest}` });
    }
    const current = (await this.#firstWhole(role))?.id ?? null;
    if (current === wanted || current === expected) return current;
    const actual = current ?? 'no bundle';
    throw new EngineError('REGISTRY_CONFLICT', { role, expected: expected ?? 'no bundle', actual });
  }

  async #openAll(bundle: Bundle): Promise<Partial<Record<ArtefactKind, Artefact>> | null> {
    const opened: Partial<Record<ArtefactKind, Artefact>> = {};
    for (const kind of artefactKinds) {
      const id = bundle.artefacts[kind];
      if (id === undefined) continue;
      try {
        opened[kind] = await this.artefact(id);
      } catch (error) {
        if (!EngineError.isInstance(error)) throw error;
        // a folder that vanished serves no better than a damaged one
        if (error.code === 'NOT_FOUND') await this.quarantine(id, error.message);
        return null;
      }
    }
    return opened;
  }

  async #firstWhole(role: string): Promise<Bundle | undefined> {
    return (await this.#whole(role, 1))[0];
  }

  /** The newest champions of which nothing is quarantined, at most `count`. */
  async #whole(role: string, count: number): Promise<Bundle[]> {
    const found: Bundle[] = [];
    for (const id of this.#ledger.state.champions(role)) {
      if (found.length === count) break;
      const bundle = await this.#bundles.read(id);
      const ids = Object.values(bundle?.artefacts ?? {});
      if (bundle !== null && !ids.some((artefact) => this.#ledger.state.isQuarantined(artefact))) found.push(bundle);
    }
    return found;
  }

  /** Writes `roles/<role>.json`, for people and for tools that only look; made anew at every start. */
  async #point(role: string): Promise<void> {
    const bundle = await this.#firstWhole(role);
    const temporary = this.#temporary('pointer');
    this.#step('pointer-1-write');
    await writeFile(temporary, canonicalJson({ role, bundle: bundle?.id ?? null }));
    this.#step('pointer-2-rename');
    await rename(temporary, join(this.#root, 'roles', `${encodeURIComponent(role)}.json`));
  }

  #temporary(what: string): string {
    return join(this.#root, 'temporary', `${process.pid}@${hostname()}-${this.#ids(what)}`);
  }
}
