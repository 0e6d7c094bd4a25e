import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Conversation } from '../../engine/core/conversation.ts';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { canonicalJson, sha256 } from '../../engine/core/hash.ts';
import { silent, type Progress } from '../../engine/core/progress.ts';
import { detectFormat, formatNames, readerNamed } from './detect-format.ts';
import { defaultReading, type BadLine, type Reader, type Reading } from './reader.ts';

export interface ImportOptions {
  /** A reader's name, or `auto`: each file is known by its first records. */
  readonly format: string;
  /** Role of the agent for conversations that name none; `support-agent` by default. */
  readonly role?: string;
  /** Takes the conversations in file order, some hundred at a time; reading waits for it. */
  readonly onConversations: (batch: readonly Conversation[]) => Promise<void> | void;
  readonly progress?: Progress;
  readonly maxLineBytes?: number;
}

export interface ImportReport {
  readonly files: readonly string[];
  readonly conversations: number;
  readonly messages: number;
  /** Conversations of each role. */
  readonly roles: Readonly<Record<string, number>>;
  /** Those of them whose log names no role, and whose role they got; null where all name one. */
  readonly assumed: { readonly role: string; readonly conversations: number } | null;
  /** Conversations that stood twice, with the same content; the first was kept. */
  readonly duplicates: number;
  /** All bad lines; `bad` lists the first of them. */
  readonly badCount: number;
  readonly bad: readonly BadLine[];
}

/** Bad lines that are listed; all are counted. */
export const listedBadLines = 100;
const batchSize = 256;

/**
 * Reads conversations from files and folders and hands them on in batches. Nothing is handed on before every file named
 * by the caller is known to exist and to be in a known format.
 * @throws FILE_UNREADABLE, FORMAT_UNKNOWN
 */
export async function readConversations(paths: readonly string[], options: ImportOptions): Promise<ImportReport> {
  const role = options.role ?? defaultReading.role;
  const tally = new ImportTally(role);
  const sources = await openSources(paths, options.format, tally);
  const progress = options.progress ?? silent;
  const total = sources.reduce((sum, source) => sum + source.bytes, 0);
  let done = 0;
  let batch: Conversation[] = [];
  const handOn = async (): Promise<void> => {
    if (batch.length > 0) await options.onConversations(batch);
    batch = [];
  };
  for (const { path, reader } of sources) {
    const report = (): void =>
      progress({ stage: `import ${basename(path)}`, done, total, note: `${tally.conversations} conversations` });
    report();
    const reading = {
      role,
      maxLineBytes: options.maxLineBytes ?? defaultReading.maxLineBytes,
      onBytes: (bytes: number): void => {
        done += bytes;
      },
    };
    for await (const readings of reader.read(path, reading)) {
      for (const found of readings) {
        if (found.kind === 'bad') tally.addBad(found.bad);
        else if (tally.admit(found, path)) batch.push(found.conversation);
        if (batch.length >= batchSize) await handOn();
      }
      report();
    }
  }
  await handOn();
  return tally.report(sources.map(({ path }) => path));
}

interface Source {
  readonly path: string;
  readonly reader: Reader;
  /** Size on disk. */
  readonly bytes: number;
}

async function openSources(paths: readonly string[], format: string, tally: ImportTally): Promise<Source[]> {
  const sources: Source[] = [];
  for (const { path, isNamed } of await expand(paths)) {
    const bytes = (await stat(path)).size;
    const reader = format === 'auto' ? await detectFormat(path) : readerNamed(format);
    if (reader === 'empty') sources.push({ path, reader: readerNamed('openai-chat'), bytes });
    else if (reader !== null) sources.push({ path, reader, bytes });
    else if (isNamed) throw new EngineError('FORMAT_UNKNOWN', { path, formats: formatNames() });
    else tally.addBad({ file: path, line: 1, reason: `in no known format (${formatNames()}); the file was left out` });
  }
  return sources;
}

/** Folders become the conversation files under them, by name; a file that is named twice is read once. */
async function expand(paths: readonly string[]): Promise<readonly { path: string; isNamed: boolean }[]> {
  const found = new Map<string, boolean>();
  for (const path of paths) {
    try {
      if ((await stat(path)).isDirectory()) {
        const entries = await readdir(path, { recursive: true, withFileTypes: true });
        const files = entries.filter((entry) => entry.isFile() && /\.(jsonl|ndjson|json)(\.gz)?$/.test(entry.name));
        for (const file of files.map((entry) => join(entry.parentPath, entry.name)).sort()) {
          if (!found.has(file)) found.set(file, false);
        }
      } else {
        found.set(path, true);
      }
    } catch (error) {
      throw new EngineError('FILE_UNREADABLE', { path, detail: messageOf(error) }, { cause: error });
    }
  }
  return [...found].map(([path, isNamed]) => ({ path, isNamed }));
}

/** Counts, and keeps out what is there already: ids must name one thing in the whole log. */
class ImportTally {
  conversations = 0;
  readonly #assumed: string;
  #unnamed = 0;
  readonly #roles = new Map<string, number>();
  #messages = 0;
  #duplicates = 0;
  #badCount = 0;
  readonly #bad: BadLine[] = [];
  readonly #contents = new Map<string, string>();
  readonly #messageIds = new Set<string>();

  /** @param assumed role of those that name none */
  constructor(assumed: string) {
    this.#assumed = assumed;
  }

  addBad(bad: BadLine): void {
    this.#badCount += 1;
    if (this.#bad.length < listedBadLines) this.#bad.push(bad);
  }

  admit({ conversation, line, namesRole }: Extract<Reading, { kind: 'conversation' }>, file: string): boolean {
    const content = sha256(canonicalJson(conversation.messages)).slice(0, 16);
    const known = this.#contents.get(conversation.id);
    if (known === content) {
      this.#duplicates += 1;
      return false;
    }
    const taken = conversation.messages.find((message) => this.#messageIds.has(message.id));
    if (known !== undefined || taken !== undefined) {
      const what = known === undefined ? `message id "${taken?.id}"` : `conversation id "${conversation.id}"`;
      this.addBad({ file, line, reason: `${what} was already used by another conversation` });
      return false;
    }
    this.#contents.set(conversation.id, content);
    for (const message of conversation.messages) this.#messageIds.add(message.id);
    this.conversations += 1;
    this.#roles.set(conversation.role, (this.#roles.get(conversation.role) ?? 0) + 1);
    if (!namesRole) this.#unnamed += 1;
    this.#messages += conversation.messages.length;
    return true;
  }

  report(files: readonly string[]): ImportReport {
    return {
      files,
      conversations: this.conversations,
      messages: this.#messages,
      roles: Object.fromEntries(this.#roles),
      assumed: this.#unnamed === 0 ? null : { role: this.#assumed, conversations: this.#unnamed },
      duplicates: this.#duplicates,
      badCount: this.#badCount,
      bad: this.#bad,
    };
  }
}
