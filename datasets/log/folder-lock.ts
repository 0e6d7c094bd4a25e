import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EngineError, messageOf } from '../../engine/core/errors.ts';

/** Who holds the data folder and where to reach it; kept in `owner.json`. */
export interface Owner {
  readonly pid: number;
  /** Where the owner answers HTTP; absent while it serves nothing. */
  readonly port?: number;
  /** Bearer token of that server, where it asks for one. */
  readonly token?: string;
}

const busy = 5; // SQLITE_BUSY
const notADatabase = 26; // SQLITE_NOTADB

/**
 * Exclusive hold on a data folder, over processes, threads and copies of this module alike. The operating system holds
 * the lock (an SQLite write lock on an empty file), so it dies with its process: no stale lock files, no pid to guess.
 */
export class FolderLock {
  readonly #folder: string;
  readonly #handle: DatabaseSync;

  private constructor(folder: string, handle: DatabaseSync) {
    this.#folder = folder;
    this.#handle = handle;
  }

  /** @throws LOG_LOCKED naming the pid of the holder; STORAGE_FAILED where the folder cannot be written */
  static acquire(folder: string): FolderLock {
    const path = join(folder, 'owner.lock');
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new EngineError('STORAGE_FAILED', { path: folder, detail: messageOf(error) }, { cause: error });
    }
    let handle: DatabaseSync | undefined;
    for (let attempt = 0; ; attempt += 1) {
      try {
        handle = new DatabaseSync(path, { timeout: 0 });
        handle.exec('BEGIN EXCLUSIVE');
        break;
      } catch (error) {
        handle?.close();
        handle = undefined;
        const code = (error as { errcode?: number }).errcode;
        if (code === busy) throw locked(folder, error);
        if (code !== notADatabase || attempt > 0) {
          throw new EngineError('STORAGE_FAILED', { path, detail: messageOf(error) }, { cause: error });
        }
        truncateSync(path, 0); // nobody holds it (that would be `busy`), and nothing belongs in it
      }
    }
    const lock = new FolderLock(folder, handle);
    lock.announce({});
    return lock;
  }

  /** Tells other processes where this one can be asked. */
  announce(address: Omit<Owner, 'pid'>): void {
    const path = join(this.#folder, 'owner.json');
    const temporary = `${path}.new`;
    try {
      writeFileSync(temporary, `${JSON.stringify({ pid: process.pid, ...address })}\n`, { mode: 0o600 });
      renameSync(temporary, path);
    } catch {
      // A full disk must not keep the log from opening: owner.json only helps others to find this process.
    }
  }

  release(): void {
    if (!this.#handle.isOpen) return;
    rmSync(join(this.#folder, 'owner.json'), { force: true });
    this.#handle.close();
  }
}

/** The live owner of a data folder, null where there is none. */
export function readOwner(folder: string): Owner | null {
  try {
    const owner = JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')) as Owner;
    process.kill(owner.pid, 0);
    return owner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null;
    return JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')) as Owner; // alive, of another user
  }
}

function locked(folder: string, cause: unknown): EngineError {
  return new EngineError('LOG_LOCKED', { path: folder, pid: readOwner(folder)?.pid ?? 'unknown' }, { cause });
}
