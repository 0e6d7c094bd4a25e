import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { IdSource } from '../engine/core/clock.ts';
import type { Config } from '../engine/core/config.ts';
import { EngineError, messageOf } from '../engine/core/errors.ts';
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

  /** Heeds what other servers doubt, where there are any. @throws STORAGE_FAILED where this server can be given no name */
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

  /** Lets other servers know what is doubted here; nobody waits for a folder on another machine. */
  tell(): void {
    void this.#shared?.publish({ blamed: this.blamed.hashes(), held: this.held.held() });
  }

  close(): void {
    this.#end();
  }
}

const nameSchema = z.object({ id: z.string().regex(/^[\w-]+$/) });

/**
 * The name of this server, given at its first start; one that cannot be read is given anew. The number of the file is part
 * of it: a data folder that was copied is another server.
 */
async function serverIn(path: string, ids: IdSource): Promise<string> {
  const read = async (): Promise<string | null> => {
    try {
      const [text, { ino }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
      return `${nameSchema.parse(JSON.parse(text)).id}-${ino.toString(36)}`;
    } catch {
      return null;
    }
  };
  const known = await read();
  if (known !== null) return known;
  try {
    await writeFile(`${path}.new`, JSON.stringify({ id: ids('srv') }));
    await rename(`${path}.new`, path);
  } catch (error) {
    throw new EngineError('STORAGE_FAILED', { path, detail: messageOf(error) }, { cause: error });
  }
  return (await read()) ?? ids('srv');
}
