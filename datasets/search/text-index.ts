import { statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { sha256 } from '../../engine/core/hash.ts';
import { termsOf } from './terms.ts';

/** A text that can be found. */
export interface IndexedText {
  readonly id: string;
  /** What it belongs to and is removed with: a conversation, a document. */
  readonly source: string;
  readonly kind: string;
  readonly speaker: string;
  /** Milliseconds since 1970-01-01 UTC; null where unknown. */
  readonly time: number | null;
  /** Where it stands, in words. */
  readonly place: string;
  readonly text: string;
}

/** A text to be added, with what searches are narrowed by. */
export interface NewText extends IndexedText {
  /** Large part of the index to which its source belongs. */
  readonly scope: string;
  /** Small parts to which the text belongs. */
  readonly marks: readonly string[];
}

export interface Search {
  readonly text: string;
  readonly scope: string;
  /** Hits have this mark. */
  readonly mark?: string;
  readonly limit: number;
  /** Hits of this source are left out. */
  readonly notFrom?: string;
}

export interface Hit extends IndexedText {
  /** Weight of the words that it shares with the query, rare ones more, long texts less; higher is better. */
  readonly score: number;
}

/** Layout of the file; another one is made anew. */
const layout = 1;
/**
 * Texts that a search may score: of the query's words the rarest are taken until their postings reach this. A word that
 * half of the texts hold tells nothing and costs most: with this bound a search among a million stays in milliseconds.
 */
const mostPostings = 10_000;
const mostTerms = 24;
/** The best of so many texts are looked at for those of the scope. */
const mostLookedAt = 2000;
/** Length at which a text's score is halved. */
const typicalCharacters = 600;

/**
 * Words of texts that keep arriving, in one SQLite file (FTS5): adding one costs its own length, searching the postings
 * of the rare words of the query. It is a copy of what stands elsewhere, and can be deleted at any time.
 */
export class TextIndex {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #insertText: StatementSync;
  readonly #insertWords: StatementSync;
  readonly #countTerm: StatementSync;
  readonly #frequency: StatementSync;
  readonly #holding: StatementSync;
  readonly #text: StatementSync;

  /** @param path file, or `:memory:` @throws where the file is damaged */
  constructor(path: string) {
    this.#path = path;
    this.#database = new DatabaseSync(path);
    const database = this.#database;
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32000');
    const { user_version: found } = database.prepare('PRAGMA user_version').get() as { user_version: number };
    if (found !== layout && found !== 0) throw new Error(`layout ${found} is not known`);
    database.exec(`
      CREATE TABLE IF NOT EXISTS texts (key INTEGER PRIMARY KEY, id TEXT NOT NULL, source INTEGER NOT NULL,
        kind TEXT NOT NULL, speaker TEXT NOT NULL, time INTEGER, place TEXT NOT NULL, text TEXT NOT NULL) STRICT;
      CREATE INDEX IF NOT EXISTS texts_by_source ON texts (source);
      CREATE TABLE IF NOT EXISTS sources (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
        scope TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS terms (term TEXT PRIMARY KEY, texts INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
      CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (held, content = '', contentless_delete = 1, detail = none,
        tokenize = "ascii tokenchars '_'");
      PRAGMA user_version = ${layout};`);
    this.#insertText = database.prepare(
      'INSERT INTO texts (id, source, kind, speaker, time, place, text) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#insertWords = database.prepare('INSERT INTO words (rowid, held) VALUES (?, ?)');
    this.#countTerm = database.prepare(
      'INSERT INTO terms VALUES (?, ?) ON CONFLICT (term) DO UPDATE SET texts = texts + excluded.texts',
    );
    this.#frequency = database.prepare('SELECT texts FROM terms WHERE term = ?');
    this.#holding = database.prepare('SELECT rowid FROM words WHERE words MATCH ?');
    this.#holding.setReturnArrays(true);
    this.#text = database.prepare(
      `SELECT texts.id, sources.name AS source, sources.scope, kind, speaker, time, place, text
       FROM texts JOIN sources ON sources.key = texts.source WHERE texts.key = ?`,
    );
  }

  /** Adds texts and sets notes, all or nothing. An id that is known already is added again: callers add each once. */
  add(texts: readonly NewText[], notes: Readonly<Record<string, string>> = {}): void {
    this.#atOnce(() => {
      const counts = new Map<string, number>();
      for (const { id, source, scope, kind, speaker, time, place, text, marks } of texts) {
        const terms = [...termsOf(text), ...marks.map(markTerm)];
        const when = time === null ? null : Math.round(time);
        const from = this.#sourceKey(source, scope);
        const { lastInsertRowid: key } = this.#insertText.run(id, from, kind, speaker, when, place, text);
        this.#insertWords.run(key, terms.join(' '));
        for (const term of new Set(terms)) counts.set(term, (counts.get(term) ?? 0) + 1);
      }
      for (const [term, count] of counts) this.#countTerm.run(term, count);
      this.#setNotes(notes);
    });
  }

  /** Removes all texts of a source. */
  remove(source: string, notes: Readonly<Record<string, string>> = {}): void {
    this.#atOnce(() => {
      const found = this.#database.prepare('SELECT key FROM sources WHERE name = ?').get(source);
      const key = (found?.['key'] ?? -1) as number;
      const rows = this.#database.prepare('SELECT key, text FROM texts WHERE source = ?').all(key) as unknown as {
        key: number;
        text: string;
      }[];
      for (const row of rows) {
        this.#database.prepare('DELETE FROM words WHERE rowid = ?').run(row.key);
        for (const term of new Set(termsOf(row.text))) this.#countTerm.run(term, -1);
      }
      this.#database.prepare('DELETE FROM texts WHERE source = ?').run(key);
      this.#setNotes(notes);
    });
  }

  /** Texts that share a telling word with the query, best first. */
  search({ text, scope, mark, limit, notFrom }: Search): Hit[] {
    const terms = this.#telling(text);
    if (terms.length === 0 || limit <= 0) return [];
    const { size } = this.#database.prepare('SELECT max(key) AS size FROM texts').get() as { size: number };
    const narrowed = mark === undefined ? '' : ` AND "${markTerm(mark)}"`;
    const scores = new Map<number, number>();
    for (const { term, texts } of terms) {
      const weight = Math.log(1 + size / texts);
      for (const row of this.#holding.iterate(`"${term}"${narrowed}`)) {
        const key = (row as unknown as readonly number[])[0]!;
        scores.set(key, (scores.get(key) ?? 0) + weight);
      }
    }
    const hits: Hit[] = [];
    for (const [key, score] of best(scores, mostLookedAt)) {
      const row = this.#text.get(key);
      if (row === undefined || row['scope'] !== scope || row['source'] === notFrom) continue;
      // Two words in a line say more than the same two in a book.
      const length = 1 + Math.log2(1 + (row['text'] as string).length / typicalCharacters);
      const { scope: _known, ...found } = row;
      hits.push({ ...found, score: score / length } as unknown as Hit);
      if (hits.length >= limit * 3) break;
    }
    return hits.sort((a, b) => b.score - a.score).slice(0, limit);
  }

  note(name: string): string | null {
    const row = this.#database.prepare('SELECT value FROM notes WHERE name = ?').get(name);
    return (row?.['value'] as string | undefined) ?? null;
  }

  /** Notes whose name begins so. */
  notes(prefix: string): Record<string, string> {
    const rows = this.#database.prepare('SELECT name, value FROM notes WHERE name >= ? AND name < ?');
    const end = `${prefix}\u{10ffff}`;
    return Object.fromEntries(rows.all(prefix, end).map((row) => [row['name'], row['value']])) as Record<
      string,
      string
    >;
  }

  get size(): { readonly texts: number; readonly bytes: number } {
    const { count } = this.#database.prepare('SELECT count(*) AS count FROM texts').get() as { count: number };
    return { texts: count, bytes: this.#path === ':memory:' ? 0 : statSync(this.#path).size };
  }

  close(): void {
    this.#database.close();
  }

  /** The rarest words of the query, as many as the bound on postings lets in. */
  #telling(text: string): { readonly term: string; readonly texts: number }[] {
    const known: { readonly term: string; readonly texts: number }[] = [];
    for (const term of new Set(termsOf(text))) {
      const texts = (this.#frequency.get(term)?.['texts'] ?? 0) as number;
      if (texts > 0) known.push({ term, texts });
    }
    known.sort((a, b) => a.texts - b.texts);
    const kept: typeof known = [];
    let postings = 0;
    for (const one of known) {
      postings += one.texts;
      if (postings > mostPostings || kept.length >= mostTerms) break;
      kept.push(one);
    }
    return kept;
  }

  #sourceKey(name: string, scope: string): number {
    const find = this.#database.prepare('SELECT key FROM sources WHERE name = ?');
    const make = this.#database.prepare('INSERT INTO sources (name, scope) VALUES (?, ?) RETURNING key');
    return (find.get(name) ?? make.get(name, scope))!['key'] as number;
  }

  #setNotes(notes: Readonly<Record<string, string>>): void {
    const set = this.#database.prepare('INSERT OR REPLACE INTO notes VALUES (?, ?)');
    for (const [name, value] of Object.entries(notes)) set.run(name, value);
  }

  #atOnce(work: () => void): void {
    this.#database.exec('BEGIN');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

/** A mark as a term of its own. No word of a text can pass for it: words hold no underscore. */
function markTerm(mark: string): string {
  return `_${sha256(mark).slice(0, 16)}`;
}

/** The largest values, largest first, of equal ones the later key. */
function best(scores: ReadonlyMap<number, number>, limit: number): (readonly [number, number])[] {
  if (scores.size <= limit) return [...scores].sort((a, b) => b[1] - a[1] || b[0] - a[0]);
  const least = Float64Array.from(scores.values()).sort()[scores.size - limit]!;
  return [...scores]
    .filter(([, score]) => score >= least)
    .sort((a, b) => b[1] - a[1] || b[0] - a[0])
    .slice(0, limit);
}
