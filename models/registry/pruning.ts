import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundle } from '../bundle.ts';
import { keepAncestor } from './lineage.ts';
import type { Registry } from './registry.ts';
import type { RegistryRecord } from './log.ts';

export interface PruneOptions {
  /** Of each role so many champions, and so many bundles that never served, are kept. */
  readonly keep: number;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: number;
  /** Says what would be removed, and removes nothing. */
  readonly isDryRun?: boolean;
}

export interface Pruned {
  readonly bundles: readonly string[];
  readonly artefacts: readonly string[];
  /** Names in `quarantine/`. */
  readonly quarantined: readonly string[];
  /** Roles that a trainer may be at work for; nothing of theirs was touched. */
  readonly busy: readonly string[];
  /** Snapshots that the kept models were made from. */
  readonly snapshots: readonly string[];
}

const day = 86_400_000;
/** A champion of this age is what the next candidates are compared with too. */
const month = 30 * day;

/**
 * Removes what no bundle needs any more. Kept: what serves, is tried out, or served at any time of the last 30 days, the
 * newest few champions and the newest few others, and every artefact of these. Of a champion that goes, what it was made
 * of stays (`lineage.ts`). Bundles go before their artefacts, so that a prune that is killed leaves only what
 * the next one removes.
 * @param root the registry's folder
 * @throws the system's error where a bundle cannot be read; nothing is removed then
 */
export async function pruneRegistry(root: string, registry: Registry, options: PruneOptions): Promise<Pruned> {
  const busy: string[] = [];
  const gone: Bundle[] = [];
  const ancestors: Bundle[] = [];
  const kept: Bundle[] = [];
  const roles = new Set<string>();
  for (const name of await readdir(join(root, 'bundles'))) {
    // One that cannot be read just now may serve: then nothing goes.
    await readFile(join(root, 'bundles', name));
    const role = await registry.show(name.replace('.json', '')).then(
      (bundle) => bundle.role,
      () => null,
    );
    if (role !== null) roles.add(role);
  }
  for (const role of roles) {
    const history = await registry.history(role);
    const bundles = await registry.bundles(role);
    const isBusy = mayBeTraining(history, options.now);
    if (isBusy) busy.push(role);
    const needed = new Set(neededOf(history, bundles, options));
    const tried = await registry.challenger(role);
    if (tried !== null) needed.add(tried.bundle);
    for (const bundle of bundles) {
      if (isBusy || needed.has(bundle.id)) kept.push(bundle);
      else gone.push(bundle);
    }
    const served = new Set(history.map(({ event }) => (event.kind === 'model-promoted' ? event.bundle : null)));
    ancestors.push(...gone.filter(({ id }) => served.has(id)));
  }
  const referenced = new Set(kept.flatMap(({ artefacts }) => Object.values(artefacts)));
  const unused: string[] = [];
  const snapshots = new Set<string>();
  for (const id of await readdir(join(root, 'artefacts'))) {
    const manifest = await manifestOf(join(root, 'artefacts', id));
    const isKept = referenced.has(id) || (manifest !== null && busy.includes(manifest.role));
    if (isKept && manifest !== null) snapshots.add(manifest.dataSnapshot);
    if (!isKept && (await ageOf(join(root, 'artefacts', id), options.now)) > day) unused.push(id);
  }
  const stale: string[] = [];
  for (const name of await readdir(join(root, 'quarantine'))) {
    if ((await ageOf(join(root, 'quarantine', name), options.now)) > month) stale.push(name);
  }
  if (options.isDryRun !== true) {
    for (const bundle of ancestors) await keepAncestor(root, bundle);
    for (const { id } of gone) await rm(join(root, 'bundles', `${id}.json`), { force: true });
    for (const id of unused) await rm(join(root, 'artefacts', id), { recursive: true, force: true });
    for (const name of stale) await rm(join(root, 'quarantine', name), { recursive: true, force: true });
  }
  return {
    bundles: gone.map(({ id }) => id),
    artefacts: unused,
    quarantined: stale,
    busy,
    snapshots: [...snapshots].toSorted(),
  };
}

/** Somebody claimed the role within a day, and nothing has come of it yet: artefacts may wait for their bundle. */
function mayBeTraining(history: readonly RegistryRecord[], now: number): boolean {
  const claimed = history.findLastIndex(({ event }) => event.kind === 'role-claimed');
  if (claimed < 0 || now - (history[claimed]?.time ?? 0) > day) return false;
  const ends = ['model-promoted', 'candidate-tested', 'challenger-offered'];
  return !history.slice(claimed).some(({ event }) => ends.includes(event.kind));
}

function neededOf(
  history: readonly RegistryRecord[],
  bundles: readonly Bundle[],
  { keep, now }: PruneOptions,
): ReadonlySet<string> {
  const champions: { readonly bundle: string; readonly time: number }[] = [];
  const needed = new Set<string>();
  for (const { event, time } of history) {
    if (event.kind === 'model-promoted' || event.kind === 'model-rolled-back') {
      champions.push({ bundle: event.bundle, time });
    }
    if (event.kind === 'challenger-offered' && now - time < month) needed.add(event.bundle);
  }
  for (const [index, { bundle }] of champions.entries()) {
    // it served until the next one took over
    const until = champions[index + 1]?.time ?? now;
    if (now - until < month) needed.add(bundle);
  }
  const served = [...new Set(champions.map(({ bundle }) => bundle).toReversed())];
  for (const bundle of served.slice(0, keep)) needed.add(bundle);
  const others = bundles.filter(({ id }) => !served.includes(id)).toReversed();
  for (const { id } of others.slice(0, keep)) needed.add(id);
  return needed;
}

async function manifestOf(folder: string): Promise<{ readonly role: string; readonly dataSnapshot: string } | null> {
  try {
    return JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as never;
  } catch {
    return null;
  }
}

async function ageOf(path: string, now: number): Promise<number> {
  return now - (await stat(path)).mtimeMs;
}
