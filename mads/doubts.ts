import { readFile, writeFile } from 'node:fs/promises';
import type { IdSource } from '../engine/core/clock.ts';
import type { Config } from '../engine/core/config.ts';
import type { Logger } from '../engine/core/logger.ts';
import { BlamedWordings } from '../engine/tiers/blamed-wordings.ts';
import type { DataFolder } from './house/data-folder.ts';
import { SharedDoubts } from './house/shared-doubts.ts';
import { HeldProcesses } from './processes/held-processes.ts';

/** What people called wrong goes up: answers to single wordings, and whole processes; here, and at every server that shares. */
export class Doubts {
  readonly blamed = new BlamedWordings();
  readonly held = new HeldProcesses();
  #shared: SharedDoubts | null = null;
  #end = (): void => undefined;

  /** Heeds what other servers doubt, where there are any. @throws what the shared folder throws */
  async follow(
    { sharedDir }: Pick<Config, 'sharedDir'>,
    folder: DataFolder,
    { ids, logger }: { readonly ids: IdSource; readonly logger: Logger },
  ): Promise<void> {
    if (sharedDir === undefined) return;
    this.#shared = new SharedDoubts({
      folder: folder.doubts,
      server: await serverIn(folder.server, ids),
      heed: (others) => {
        this.blamed.heed(others.map(({ blamed }) => blamed));
        this.held.heed(others.flatMap(({ held }) => held));
      },
      logger,
    });
    this.#end = await this.#shared.follow();
  }

  /** Lets other servers know what is doubted here. */
  async tell(): Promise<void> {
    await this.#shared?.publish({ blamed: this.blamed.hashes(), held: this.held.held() });
  }

  close(): void {
    this.#end();
  }
}

/** The name of this server, given at its first start. */
async function serverIn(path: string, ids: IdSource): Promise<string> {
  const id = ids('srv');
  await writeFile(path, JSON.stringify({ id }), { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const { id: known } = JSON.parse(await readFile(path, 'utf8')) as { readonly id: string };
  // a name of a file: what somebody wrote there leads nowhere else
  return /^[\w-]+$/.test(known) ? known : id;
}
