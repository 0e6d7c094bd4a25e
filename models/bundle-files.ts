import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../engine/core/hash.ts';
import { EngineError } from '../engine/core/errors.ts';
import { sync, type StepHook } from './artefact.ts';
import { readBundle, type Bundle } from './bundle.ts';

/** Bundles at rest: one file each, `<id>.json`, whole or not there. */
export class BundleFiles {
  readonly #folder: string;
  readonly #temporary: () => string;
  readonly #step: StepHook;

  constructor(folder: string, temporary: () => string, step: StepHook) {
    this.#folder = folder;
    this.#temporary = temporary;
    this.#step = step;
  }

  async write(bundle: Bundle): Promise<void> {
    const temporary = this.#temporary();
    this.#step('bundle-1-write');
    await writeFile(temporary, canonicalJson(bundle));
    this.#step('bundle-2-sync');
    await sync(temporary);
    this.#step('bundle-3-rename');
    await rename(temporary, this.#path(bundle.id));
    this.#step('bundle-4-sync-folder');
    await sync(this.#folder);
  }

  /** Null where it is missing, or not what was written. */
  async read(id: string): Promise<Bundle | null> {
    const text = await readFile(this.#path(id), 'utf8').catch(() => null);
    return text === null ? null : readBundle(text);
  }

  /** By its id or a unique beginning of it of at least six digits. @throws NOT_FOUND */
  async find(id: string): Promise<Bundle> {
    const names = /^[0-9a-f]{6,64}$/.test(id) ? await readdir(this.#folder) : [];
    const [name, other] = names.filter((candidate) => candidate.startsWith(id));
    const bundle = name === undefined || other !== undefined ? null : await this.read(name.replace('.json', ''));
    if (bundle !== null) return bundle;
    const hint =
      other === undefined
        ? 'give its id or the first digits of it, six or more; "thought-engine models list" shows all'
        : 'several begin so: give more digits';
    throw new EngineError('NOT_FOUND', { what: 'bundle', name: id, hint });
  }

  /** All that were ever written for a role, oldest first. */
  async ofRole(role: string): Promise<readonly Bundle[]> {
    const bundles: Bundle[] = [];
    for (const name of await readdir(this.#folder)) {
      const bundle = await this.read(name.replace('.json', ''));
      if (bundle?.role === role) bundles.push(bundle);
    }
    return bundles.toSorted((a, b) => a.createdAt - b.createdAt);
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}
