import { constants, writeSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Place } from './record.ts';

/** The few file operations that the journal needs; a test puts a failing disk behind them. */
export interface SegmentFile {
  write(content: Buffer, position: number): Promise<number>;
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export type OpenSegment = (path: string) => Promise<SegmentFile>;

/** Bytes up to which a write does not leave the thread. */
const smallWrite = 65_536;

export const openSegment: OpenSegment = async (path) => {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  return {
    write: async (content, position) => {
      // Into the system's cache, which takes some 10 microseconds: less than the way to another thread and back.
      if (content.length <= smallWrite) return writeSync(handle.fd, content, 0, content.length, position);
      return (await handle.write(content, 0, content.length, position)).bytesWritten;
    },
    datasync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  };
};

const extension = '.journal';

/** A segment is named by the sequence of its first record. */
export function segmentName(firstSequence: number): string {
  return `${String(firstSequence).padStart(16, '0')}${extension}`;
}

export function firstSequenceOf(path: string): number {
  return Number(basename(path, extension));
}

/** Paths of all segments, oldest first. */
export async function listSegments(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /^\d{16}\.journal$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** Makes a creation or rename in the folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error; // file systems without folder sync
  } finally {
    await handle.close();
  }
}

/** Copies a damaged file aside; returns the copy's path. */
export async function setAside(path: string, folder: string, time: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (let attempt = 0; ; attempt += 1) {
    const copy = join(folder, `${basename(path)}.${time}${attempt === 0 ? '' : `.${attempt}`}`);
    try {
      await copyFile(path, copy, constants.COPYFILE_EXCL);
      return copy;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Rewrites a segment with its intact records alone; atomic. */
export async function keepIntact(path: string, content: Buffer, places: readonly Place[]): Promise<void> {
  const temporary = `${path}.new`;
  const kept = places.flatMap((place) => [content.subarray(place.start, place.end - 1), Buffer.from('\n')]);
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(Buffer.concat(kept));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

export async function cutTail(path: string, length: number): Promise<void> {
  if (length === 0) {
    await rm(path);
    return;
  }
  const handle = await open(path, 'r+');
  try {
    await handle.truncate(length);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
