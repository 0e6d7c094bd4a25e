import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import type { Logger } from '../../engine/core/logger.ts';
import { watchFolder } from '../../models/registry/watch.ts';

const doubtsSchema = z.object({
  /** Hashes of wordings and deeds that people called wrong, by role; see `BlamedWordings`. */
  blamed: z.record(z.string(), z.array(z.string()).readonly()).readonly(),
  held: z
    .array(z.object({ role: z.string(), process: z.string(), mapper: z.string().nullable(), why: z.string() }))
    .readonly(),
});

/** What the people of one server doubt. No words of theirs: hashes, names of processes, and counts. */
export type ToldDoubts = Readonly<z.infer<typeof doubtsSchema>>;

export interface SharedDoubtsParts {
  /** Where all servers of a deployment meet. */
  readonly folder: string;
  /** This server, the same after a restart. */
  readonly server: string;
  /** Told what all other servers doubt now. */
  readonly heed: (others: readonly ToldDoubts[]) => void;
  readonly logger: Logger;
  readonly pollMs?: number;
}

/**
 * What was called wrong at one server is not done again by the others: each writes its doubts into a file of its own, and
 * reads those of the others when one changes. A server that is gone for good leaves its file behind: what it holds back
 * goes up, which is safe; deleting the file ends that.
 */
export class SharedDoubts {
  readonly #parts: SharedDoubtsParts;
  readonly #read = new Map<string, { readonly version: string; readonly doubts: ToldDoubts | null }>();
  #written = '';
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: SharedDoubtsParts) {
    this.#parts = parts;
  }

  /** Writes where something changed, one after another. Never throws: what failed is told to the log and tried next time. */
  publish(doubts: ToldDoubts): Promise<void> {
    const { folder, server, logger } = this.#parts;
    this.#writing = this.#writing.then(async () => {
      const text = JSON.stringify(doubts);
      if (text === this.#written) return;
      const path = join(folder, `${server}.json`);
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(`${path}.new`, text, { mode: 0o600 });
        await rename(`${path}.new`, path);
        this.#written = text;
      } catch (error) {
        logger.warn({ path, error: messageOf(error) }, 'other servers were not told what is doubted here');
      }
    });
    return this.#writing;
  }

  /** Reads what others doubt, at once and whenever that changes. Returns the function that ends it. */
  async follow(): Promise<() => void> {
    const { folder, logger, pollMs = 1000 } = this.#parts;
    await mkdir(folder, { recursive: true });
    await this.#look();
    return watchFolder({
      folder,
      pollMs,
      look: () => this.#look(),
      onError: (error) => logger.warn({ folder, error: messageOf(error) }, 'doubts of other servers were not read'),
    });
  }

  async #look(): Promise<void> {
    const { folder, server, heed } = this.#parts;
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json') && name !== `${server}.json`);
    let isNew = false;
    for (const gone of [...this.#read.keys()].filter((name) => !names.includes(name))) {
      isNew = this.#read.delete(gone) || isNew;
    }
    for (const name of names.toSorted()) {
      const { mtimeMs, size, ino } = await stat(join(folder, name));
      const version = `${mtimeMs} ${size} ${ino}`;
      if (this.#read.get(name)?.version === version) continue;
      this.#read.set(name, { version, doubts: await this.#readFrom(join(folder, name)) });
      isNew = true;
    }
    if (isNew) heed([...this.#read.values()].flatMap(({ doubts }) => (doubts === null ? [] : [doubts])));
  }

  /** Null where the file cannot be understood: that is told once, and the other servers are heeded all the same. */
  async #readFrom(path: string): Promise<ToldDoubts | null> {
    try {
      return doubtsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    } catch (error) {
      const detail = EngineError.isInstance(error) ? error.message : messageOf(error);
      this.#parts.logger.warn(
        { path, detail },
        'what another server doubts cannot be read; remove the file if it is gone',
      );
      return null;
    }
  }
}
