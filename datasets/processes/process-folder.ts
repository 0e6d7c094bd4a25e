import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../engine/core/clock.ts';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { sha256 } from '../../engine/core/hash.ts';
import { syncFolder } from '../log/segment.ts';

/** Writing takes milliseconds: a mark that is older was left by a process that died. */
const staleMs = 10_000;
const lookAgainMs = 15;
const longestName = 120;

/** Any name as a file name that is still read by people: `refund order` is `refund%20order`. */
export function fileNameOf(name: string): string {
  const safe = encodeURIComponent(name).replace(/^\./, '%2E').replaceAll('*', '%2A');
  return safe.length <= longestName ? safe : `${safe.slice(0, longestName)}~${sha256(name).slice(0, 8)}`;
}

/** Names of the entries of a folder, in order; none where there is no folder. */
export async function entriesOf(folder: string, suffix: string): Promise<string[]> {
  try {
    const entries = await readdir(folder);
    return entries.filter((entry) => !entry.startsWith('.') && entry.endsWith(suffix)).toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw storageError(folder, error);
  }
}

/** Null where there is no such file. @throws STORAGE_FAILED */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw storageError(path, error);
  }
}

/** The old text or the new one, whenever the machine stops. @throws STORAGE_FULL, STORAGE_FAILED */
export async function writeText(path: string, text: string): Promise<void> {
  const folder = join(path, '..');
  const temporary = join(folder, `.new-${process.pid}-${sha256(path).slice(0, 12)}`);
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true });
    throw storageError(path, error);
  }
}

/** Does `work` while no other process or caller changes the folder. @throws what it throws, STORAGE_FAILED */
export async function exclusively<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const mark = join(folder, '.writing');
  await mkdir(folder, { recursive: true });
  while (!(await claim(mark))) await pause(lookAgainMs);
  try {
    return await work();
  } finally {
    await rm(mark, { force: true });
  }
}

async function claim(mark: string): Promise<boolean> {
  try {
    await (await open(mark, 'wx')).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw storageError(mark, error);
    const made = await stat(mark).catch(() => null);
    if (made !== null && systemClock.now() - made.mtimeMs > staleMs) await rm(mark, { force: true });
    return false;
  }
}

function storageError(path: string, error: unknown): EngineError {
  const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
  if (isFull) return new EngineError('STORAGE_FULL', { path }, { cause: error });
  return new EngineError('STORAGE_FAILED', { path, detail: messageOf(error) }, { cause: error });
}
