import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../../engine/core/hash.ts';
import { sync } from '../artefact.ts';
import type { Bundle } from '../bundle.ts';
import type { ArtefactKind, Manifest } from '../manifest.ts';

/** What remains of a bundle that served once and whose weights are gone: what a decision of it goes back to. */
export interface Ancestor {
  readonly bundle: Bundle;
  /** Data, code, seed and parent of each artefact; one whose manifest could not be read is missing. */
  readonly manifests: Readonly<Partial<Record<ArtefactKind, Manifest>>>;
}

/** `<root>/lineage/<bundle>.json`, a few kilobytes each. */
function folderOf(root: string): string {
  return join(root, 'lineage');
}

/** Keeps what a bundle was made of; call it before anything of the bundle is removed. */
export async function keepAncestor(root: string, bundle: Bundle): Promise<void> {
  const manifests: Partial<Record<ArtefactKind, Manifest>> = {};
  for (const [kind, id] of Object.entries(bundle.artefacts)) {
    const text = await readFile(join(root, 'artefacts', id, 'manifest.json'), 'utf8').catch(() => null);
    if (text !== null) manifests[kind as ArtefactKind] = JSON.parse(text) as Manifest;
  }
  const folder = folderOf(root);
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${bundle.id}.json`);
  const temporary = `${path}.${process.pid}.new`;
  await writeFile(temporary, canonicalJson({ bundle, manifests } satisfies Ancestor));
  await sync(temporary);
  await rename(temporary, path);
  await sync(folder);
}

/** By the bundle's id or a unique beginning of at least six digits; null where none is kept. */
export async function findAncestor(root: string, id: string): Promise<Ancestor | null> {
  if (!/^[0-9a-f]{6,64}$/.test(id)) return null;
  const names = await readdir(folderOf(root)).catch((): string[] => []);
  const [name, other] = names.filter((one) => one.startsWith(id) && one.endsWith('.json'));
  if (name === undefined || other !== undefined) return null;
  return JSON.parse(await readFile(join(folderOf(root), name), 'utf8')) as Ancestor;
}
