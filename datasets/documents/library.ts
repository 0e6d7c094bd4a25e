import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, relative, resolve } from 'node:path';
import { messageOf } from '../../engine/core/errors.ts';
import type { Hit, NewText } from '../search/text-index.ts';
import type { SearchIndex } from '../search/search-index.ts';
import { documentEndings, readDocument } from './read-document.ts';

/** What reading the documents came to. */
export interface LibraryReport {
  readonly documents: number;
  /** Read anew, since they are new or were changed. */
  readonly read: number;
  /** No longer there. */
  readonly removed: number;
  readonly failed: readonly { readonly path: string; readonly reason: string }[];
}

const scope = 'documents';
const notePrefix = 'document ';
/** Larger files are named and left out. */
const largestBytes = 32 * 1024 * 1024;
/** Files of all folders together; more are named and left out. */
const mostFiles = 20_000;

/** Documents in folders, kept in the index section by section. */
export class Library {
  readonly #index: SearchIndex;
  readonly #places: readonly string[];
  #refreshing: Promise<LibraryReport> | null = null;

  /** @param places folders and files; what lies in a folder counts at any depth, but for hidden folders */
  constructor(index: SearchIndex, places: readonly string[]) {
    this.#index = index;
    this.#places = places.map((place) => resolve(place));
  }

  /** Reads what is new or changed, and forgets what is gone. A file that cannot be read is named and left out. */
  refresh(): Promise<LibraryReport> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  /** Sections that share telling words with a text, best first. */
  search(text: string, limit: number): Promise<readonly Hit[]> {
    return this.#index.search({ text, scope, limit });
  }

  async #refresh(): Promise<LibraryReport> {
    const failed: { path: string; reason: string }[] = [];
    const files = await this.#files(failed);
    const known = await this.#index.notes(notePrefix);
    let read = 0;
    for (const [path, name] of files) {
      const note = notePrefix + path;
      try {
        const { mtimeMs, size } = await stat(path);
        const state = `${mtimeMs} ${size} ${name}`;
        if (known[note] === state) continue;
        if (size > largestBytes) throw new Error(`it has ${size} bytes, more than ${largestBytes}`);
        const sections = await textsOf(path, name, mtimeMs);
        if (known[note] !== undefined) await this.#index.remove(path);
        await this.#index.add(sections, { [note]: state });
        read += 1;
      } catch (error) {
        failed.push({ path, reason: messageOf(error) });
      }
    }
    const gone = Object.entries(known).filter(
      ([note, state]) => state !== '' && !files.has(note.slice(notePrefix.length)),
    );
    for (const [note] of gone) await this.#index.remove(note.slice(notePrefix.length), { [note]: '' });
    return { documents: files.size - failed.length, read, removed: gone.length, failed };
  }

  /** Paths of all documents, with the names that people know them by. */
  async #files(failed: { path: string; reason: string }[]): Promise<Map<string, string>> {
    const files = new Map<string, string>();
    for (const place of this.#places) {
      try {
        if ((await stat(place)).isFile()) files.set(place, basename(place));
        else {
          for (const path of await documentsIn(place)) {
            if (files.size < mostFiles) files.set(path, relative(place, path));
            else failed.push({ path, reason: `there are more than ${mostFiles} documents` });
          }
        }
      } catch (error) {
        failed.push({ path: place, reason: messageOf(error) });
      }
    }
    return files;
  }
}

async function documentsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && documentEndings.includes(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) =>
        !relative(folder, path)
          .split(/[/\\]/)
          .some((part) => part.startsWith('.') || part === 'node_modules'),
    )
    .sort();
}

async function textsOf(path: string, name: string, time: number): Promise<NewText[]> {
  const sections = await readDocument(path);
  return sections.map(({ headings, text, page }, at): NewText => {
    const where = [name, ...(page === undefined ? [] : [`page ${page}`]), ...headings];
    const place = where.join(', ');
    return {
      id: `${path}#${at + 1}`,
      source: path,
      kind: 'document',
      speaker: '',
      time,
      place,
      text,
      scope,
      marks: [],
    };
  });
}
