import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../engine/core/errors.ts';
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
 * reads those of the others when one changes. What cannot be read leaves what was known of it. A server that is gone for
 * good leaves its file behind: what it holds back goes up, which is safe; deleting the file ends that.
 */
export class SharedDoubts {
  readonly #parts: SharedDoubtsParts;
  readonly #own: string;
  readonly #read = new Map<string, { version: string; doubts: ToldDoubts | null }>();
  readonly #warned = new Set<string>();
  /** Something was read that was not handed on yet. */
  #isNew = false;
  #told: string | null = null;
  #written: string | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: SharedDoubtsParts) {
    this.#parts = parts;
    this.#own = `${parts.server}.json`;
  }

  /**
   * Writes where something changed, one after another. Never throws: what failed is told to the log, and tried again at
   * each look while these doubts are followed.
   */
  publish(doubts: ToldDoubts): Promise<void> {
    this.#told = JSON.stringify(doubts);
    return this.#write();
  }

  /** Reads what others doubt, at once and whenever that changes. Returns the function that ends it. */
  async follow(): Promise<() => void> {
    const { folder, pollMs = 1000 } = this.#parts;
    const look = (): Promise<void> => this.#look().then(() => this.#complain('folder', null));
    const onError = (error: unknown): void => this.#complain('folder', error);
    await look().catch(onError);
    return watchFolder({ folder, pollMs, look, onError });
  }

  #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const text = this.#told;
      if (text === null || text === this.#written) return;
      const path = join(this.#parts.folder, this.#own);
      try {
        await mkdir(this.#parts.folder, { recursive: true });
        await writeFile(`${path}.new`, text);
        await rename(`${path}.new`, path);
        this.#written = text;
        this.#complain(this.#own, null);
      } catch (error) {
        this.#complain(this.#own, error);
      }
    });
    return this.#writing;
  }

  async #look(): Promise<void> {
    const { folder, heed } = this.#parts;
    await mkdir(folder, { recursive: true });
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
    if (!names.includes(this.#own)) this.#written = null;
    await this.#write();
    for (const gone of [...this.#read.keys()].filter((name) => !names.includes(name))) {
      this.#isNew = this.#read.delete(gone) || this.#isNew;
    }
    for (const name of names.toSorted()) if (name !== this.#own) await this.#readFile(name);
    if (!this.#isNew) return;
    this.#isNew = false;
    heed([...this.#read.values()].flatMap(({ doubts }) => (doubts === null ? [] : [doubts])));
  }

  async #readFile(name: string): Promise<void> {
    const path = join(this.#parts.folder, name);
    const known = this.#read.get(name);
    try {
      const { mtimeMs, size, ino } = await stat(path);
      const version = `${mtimeMs} ${size} ${ino}`;
      if (known?.version === version) return;
      const text = await readFile(path, 'utf8');
      // read for good, whatever stands there: another look would find the same
      this.#read.set(name, { version, doubts: known?.doubts ?? null });
      this.#read.set(name, { version, doubts: doubtsSchema.parse(JSON.parse(text)) });
      this.#isNew = true;
      this.#complain(name, null);
    } catch (error) {
      this.#complain(name, error);
    }
  }

  /** Told to the log once, until it is well again. */
  #complain(what: string, error: unknown): void {
    if (error === null) this.#warned.delete(what);
    else if (!this.#warned.has(what)) {
      this.#warned.add(what);
      const detail = { folder: this.#parts.folder, file: what, error: messageOf(error) };
      this.#parts.logger.warn(
        detail,
        'what servers doubt is not passed on as it should be; what was known stays in force',
      );
    }
  }
}
