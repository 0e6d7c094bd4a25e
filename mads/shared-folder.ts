import { lstat, mkdir, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../engine/core/config.ts';
import { EngineError } from '../engine/core/errors.ts';
import { dataFolder } from './data-folder.ts';

/** What servers of one deployment have in common; journal, tables and what a loop remembers stay with each. */
const sharedNames = ['models', 'roles', 'processes', 'snapshots', 'sealed'] as const;

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
    const found = await lstat(own).catch(() => null);
    if (found?.isSymbolicLink() === true) {
      if ((await realpath(own)) === (await realpath(shared))) continue;
      throw refused(`${own} is a link to another folder than ${shared}: remove it, and start again`);
    }
    if (found !== null) {
      const isEmpty = (await readdir(own, { recursive: true, withFileTypes: true })).every((one) => one.isDirectory());
      if (!isEmpty) throw refused(`${own} holds files of its own: move them to ${shared}, or away, and start again`);
      await rm(own, { recursive: true });
    }
    try {
      await symlink(shared, own, 'junction');
    } catch (error) {
      // another command of this folder was faster
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function refused(detail: string): EngineError {
  return new EngineError('CONFIG_INVALID', { detail: `sharedDir: ${detail}` });
}
