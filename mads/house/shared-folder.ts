import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, realpath, rename, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../../engine/core/config.ts';
import { EngineError } from '../../engine/core/errors.ts';
import { dataFolder } from './data-folder.ts';

/** What servers of one deployment have in common; journal, tables and what a loop remembers stay with each. */
const sharedNames = ['models', 'roles', 'processes', 'snapshots', 'sealed', 'doubts'] as const;

/**
 * Makes the shared parts of a data folder links into `sharedDir`; nothing without that setting, and nothing where they
 * are links already. So every part of the program, and a worker elsewhere, finds them in its data folder.
 * @throws CONFIG_INVALID where a part holds files of its own, or is a link to another folder
 */
export async function shareFolder(config: Pick<Config, 'dataDir' | 'sharedDir'>): Promise<void> {
  if (config.sharedDir === undefined) return;
  const { root } = dataFolder(config.dataDir);
  await mkdir(root, { recursive: true });
  for (const name of sharedNames) {
    const [own, shared] = [join(root, name), join(resolve(config.sharedDir), name)];
    await mkdir(shared, { recursive: true });
    while (!(await isLinked(own, shared))) {
      try {
        await symlink(shared, own, 'junction');
      } catch (error) {
        // another command of this folder was faster; what it left is looked at
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }
}

/** Makes way for the link where there is an empty folder. @throws CONFIG_INVALID where something else stands there */
async function isLinked(own: string, shared: string): Promise<boolean> {
  const found = await lstat(own).catch(() => null);
  if (found === null) return false;
  if (found.isSymbolicLink()) {
    if ((await realpath(own).catch(() => null)) === (await realpath(shared))) return true;
    throw refused(`${own} is a link to another folder than ${shared}: remove it, and start again`);
  }
  if (!found.isDirectory()) throw refused(`${own} is no folder: move it away, and start again`);
  const inside = await readdir(own, { recursive: true, withFileTypes: true }).catch(() => []);
  const isStill = (await lstat(own).catch(() => null))?.isDirectory() === true;
  if (isStill && inside.some((one) => !one.isDirectory())) {
    throw refused(`${own} holds files of its own: move them to ${shared}, or away, and start again`);
  }
  if (!isStill) return false;
  // away in one step: whoever else does the same meets a folder, or none, and never half of one
  const away = `${own}.${randomUUID()}.old`;
  await rename(own, away).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rm(away, { recursive: true, force: true });
  return false;
}

function refused(detail: string): EngineError {
  return new EngineError('CONFIG_INVALID', { detail: `sharedDir: ${detail}` });
}
