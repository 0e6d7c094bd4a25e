import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { EngineError, messageOf } from '../engine/core/errors.ts';
import { canonicalJson } from '../engine/core/hash.ts';
import { artefactId, manifestSchema, type ArtefactDescription, type Manifest } from './manifest.ts';

/** ONNX Runtime loads files with flipped bits without a word (measured: 461 of 1,000); so many checks find them. */
export const fewestGoldenVectors = 64;
const tolerance = 1e-5;

/** An input that the model answered when it was sealed; both plain JSON. */
export interface GoldenVector {
  readonly input: unknown;
  readonly output: unknown;
}

/** An artefact whose every byte was checked. */
export interface Artefact {
  readonly id: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Called before each numbered step, so that a test can stop there. */
export type StepHook = (step: string) => void;

/**
 * Turns a folder of model files into an artefact of `store`: golden vectors and manifest are written, everything is
 * fsynced, and the folder is renamed to its id. The same content sealed twice is one artefact.
 * @throws TOO_FEW_ROWS with fewer than 64 golden vectors
 */
export async function sealArtefact(
  folder: string,
  store: string,
  description: ArtefactDescription,
  golden: readonly GoldenVector[],
  step: StepHook = () => undefined,
): Promise<Artefact> {
  if (golden.length < fewestGoldenVectors) {
    throw new EngineError('TOO_FEW_ROWS', {
      what: `sealing ${description.kind} (golden vectors)`,
      needed: fewestGoldenVectors,
      actual: golden.length,
    });
  }
  step('seal-1-write-golden');
  await rm(join(folder, 'manifest.json'), { force: true });
  await writeFile(join(folder, 'golden.json'), canonicalJson(golden));
  const manifest = manifestSchema.parse({
    ...description,
    format: 1,
    golden: golden.length,
    files: await hashesOf(folder),
  });
  step('seal-2-write-manifest');
  await writeFile(join(folder, 'manifest.json'), canonicalJson(manifest));
  step('seal-3-sync');
  for (const name of [...Object.keys(manifest.files), 'manifest.json']) await sync(join(folder, name));
  for (const inner of await foldersOf(folder)) await sync(inner);
  const id = artefactId(manifest);
  const target = join(store, id);
  step('seal-4-rename');
  try {
    await rename(folder, target);
  } catch (error) {
    // the same content was sealed before: keep the old one if it is whole, else put the new one in its place
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
    const isWhole = await openArtefact(store, id).then(
      () => true,
      () => false,
    );
    if (!isWhole) {
      await rm(target, { recursive: true });
      await rename(folder, target);
    } else await rm(folder, { recursive: true });
  }
  step('seal-5-sync-store');
  await sync(store);
  return { id, folder: target, manifest };
}

/** Checks every byte. @throws NOT_FOUND, ARTEFACT_CORRUPT naming the file at fault */
export async function openArtefact(store: string, id: string): Promise<Artefact> {
  const folder = join(store, id);
  const corrupt = (detail: string, cause?: unknown): EngineError =>
    new EngineError('ARTEFACT_CORRUPT', { id: id.slice(0, 12), detail }, { cause });
  if (!/^[0-9a-f]{64}$/.test(id) || !(await stat(folder).catch(() => null))?.isDirectory()) {
    throw new EngineError('NOT_FOUND', {
      what: 'artefact',
      name: id,
      hint: 'train again, or restore the models folder',
    });
  }
  let manifest: Manifest;
  try {
    manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
  } catch (error) {
    throw corrupt(`manifest.json: ${messageOf(error)}`, error);
  }
  if (artefactId(manifest) !== id) throw corrupt('manifest.json differs from what was sealed');
  const found = await hashesOf(folder).catch((error: unknown) => {
    throw corrupt(messageOf(error), error);
  });
  for (const [name, expected] of Object.entries(manifest.files)) {
    const actual = found[name];
    if (actual === undefined) throw corrupt(`${name} is missing`);
    if (actual.bytes !== expected.bytes)
      throw corrupt(`${name} has ${actual.bytes} bytes instead of ${expected.bytes}`);
    if (actual.sha256 !== expected.sha256) throw corrupt(`${name} differs from what was sealed`);
    delete found[name];
  }
  const [extra] = Object.keys(found);
  if (extra !== undefined) throw corrupt(`${extra} does not belong to it`);
  return { id, folder, manifest };
}

/** The vectors that were stored at sealing. */
export async function readGolden(artefact: Artefact): Promise<GoldenVector[]> {
  return JSON.parse(await readFile(join(artefact.folder, 'golden.json'), 'utf8')) as GoldenVector[];
}

/**
 * Asks the loaded model the golden questions again: finds what no hash can, a runtime or device that computes
 * something else. Numbers may differ by 1e-5 (absolute, or relative above 1). @throws ARTEFACT_CORRUPT
 */
export async function checkGolden(
  artefact: Artefact,
  predict: (inputs: readonly unknown[]) => Promise<readonly unknown[]>,
): Promise<void> {
  const golden = await readGolden(artefact);
  const answers = await predict(golden.map((vector) => vector.input));
  for (const [index, vector] of golden.entries()) {
    // through JSON, as the stored answer went: undefined fields vanish, typed arrays must be made plain by the caller
    const answer: unknown = JSON.parse(JSON.stringify(answers[index] ?? null));
    const where = differenceOf(vector.output, answer);
    if (where === null) continue;
    const detail = `golden vector ${index} is answered differently here (${where})`;
    throw new EngineError('ARTEFACT_CORRUPT', { id: artefact.id.slice(0, 12), detail });
  }
}

/** Path of the first difference between two JSON values, null where they agree. */
function differenceOf(expected: unknown, actual: unknown, path = 'answer'): string | null {
  if (typeof expected === 'number' && typeof actual === 'number') {
    const allowed = tolerance * Math.max(1, Math.abs(expected));
    return Math.abs(expected - actual) <= allowed ? null : `${path}: ${expected} became ${actual}`;
  }
  if (typeof expected === 'object' && expected !== null && typeof actual === 'object' && actual !== null) {
    const left = expected as Record<string, unknown>;
    const right = actual as Record<string, unknown>;
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const inner = differenceOf(left[key], right[key], `${path}.${key}`);
      if (inner !== null) return inner;
    }
    return null;
  }
  return Object.is(expected, actual) ? null : `${path}: ${JSON.stringify(expected)} became ${JSON.stringify(actual)}`;
}

/** Hash and size of every file but the manifest, by relative path with slashes. */
async function hashesOf(folder: string): Promise<Record<string, { sha256: string; bytes: number }>> {
  const result: Record<string, { sha256: string; bytes: number }> = {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.toSorted()) {
    const name = relative(folder, path).split(sep).join('/');
    if (name === 'manifest.json') continue;
    const digest = createHash('sha256');
    let bytes = 0;
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      digest.update(chunk);
      bytes += chunk.length;
    }
    result[name] = { sha256: digest.digest('hex'), bytes };
  }
  return result;
}

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return [...entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name)), folder];
}

/** Brings a file's content, or a folder's names, to the disk. Windows cannot sync folders and need not. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (process.platform === 'win32') return null;
    throw error;
  });
  try {
    await handle?.sync();
  } catch (error) {
    if (process.platform !== 'win32') throw error;
  } finally {
    await handle?.close();
  }
}
