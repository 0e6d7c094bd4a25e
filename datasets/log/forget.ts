import { existsSync } from 'node:fs';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { historyFile } from './history.ts';
import { FolderLock } from './folder-lock.ts';
import { decodeRecord, encodeRecord, entryText, scanSegment, type JournalRecord } from './record.ts';
import { sealedFolder } from './sealed-part.ts';
import { listSegments, syncFolder } from './segment.ts';
import { hadConversation, retireSnapshot } from './snapshot-ledger.ts';

export interface Forgotten {
  readonly conversation: string;
  /** Records of the journal that were emptied: the conversation, its messages, decisions and feedback. */
  readonly records: number;
  /** Ids of snapshots that held it; their rows are removed. Models of these have seen it. */
  readonly snapshots: readonly string[];
  /** Snapshots whose rows were removed now; the sealed ones too. */
  readonly emptied: number;
  /** Nothing of it was left but the memory of which snapshots held it: it was forgotten before. */
  readonly wasForgotten: boolean;
  /**
   * Files that still hold its name: set aside as damaged earlier, or evidence of a mined process, which may quote it. For a
   * person to look at.
   */
  readonly leftovers: readonly string[];
}

/**
 * Removes every row of a conversation from a data folder: from the tables, which are made anew from the journal at the
 * next start, from the journal, where an empty record keeps each number, and with the snapshots that held it. Killed in
 * between, it is to be asked for again. The folder must be free.
 * @throws LOG_LOCKED, CONVERSATION_UNKNOWN, STORAGE_FAILED
 */
export async function forgetConversation(dataDir: string, conversation: string): Promise<Forgotten> {
  const lock = FolderLock.acquire(dataDir);
  try {
    const segments = await segmentsWith(join(dataDir, 'journal'), conversation);
    const snapshots = await snapshotsWith(dataDir, conversation);
    if (segments.length === 0 && snapshots.length === 0)
      throw new EngineError('CONVERSATION_UNKNOWN', { id: conversation });
    // The tables first: once the journal holds nothing of it, nothing would tell that they still do.
    for (const name of ['log.duckdb', 'log.duckdb.wal']) await rm(join(dataDir, name), { force: true });
    // So is the index by which the past is found.
    for (const ending of ['', '-wal', '-shm']) await rm(join(dataDir, historyFile + ending), { force: true });
    let records = 0;
    for (const path of segments) records += await emptyRecords(path, conversation);
    const emptied = snapshots.filter((path) => existsSync(path));
    for (const path of emptied) await retireSnapshot(path);
    const ids = snapshots.filter((path) => dirname(path).endsWith('snapshots')).map((path) => path.slice(-64));
    const wasForgotten = segments.length === 0 && emptied.length === 0;
    const counts = { records, emptied: emptied.length, wasForgotten };
    return { conversation, ...counts, snapshots: ids, leftovers: await leftoversOf(dataDir, conversation) };
  } catch (error) {
    if (EngineError.isInstance(error)) throw error;
    throw new EngineError('STORAGE_FAILED', { path: dataDir, detail: messageOf(error) }, { cause: error });
  } finally {
    lock.release();
  }
}

function isOf({ kind, id, body }: JournalRecord, conversation: string): boolean {
  if (kind === 'conversation') return id === conversation;
  return (body as { conversation?: unknown } | null)?.conversation === conversation;
}

async function segmentsWith(folder: string, conversation: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const found: string[] = [];
  const name = JSON.stringify(conversation).slice(1, -1);
  for (const path of await listSegments(folder)) {
    const content = await readFile(path);
    if (!content.includes(name)) continue;
    if (scanSegment(content).places.some((place) => isOf(decodeRecord(content, place), conversation))) found.push(path);
  }
  return found;
}

/** Rewrites a segment in one step; a record keeps its number, and nothing else. @returns how many were emptied */
async function emptyRecords(path: string, conversation: string): Promise<number> {
  const content = await readFile(path);
  let emptied = 0;
  const lines = scanSegment(content).places.map((place) => {
    if (!isOf(decodeRecord(content, place), conversation)) return content.subarray(place.start, place.end);
    emptied += 1;
    const { sequence } = place;
    return encodeRecord(sequence, entryText({ kind: 'forgotten', id: `forgotten_${sequence}`, body: null }));
  });
  const temporary = `${path}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(Buffer.concat(lines));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
  return emptied;
}

async function snapshotsWith(dataDir: string, conversation: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of ['snapshots', sealedFolder]) {
    const folder = join(dataDir, name);
    const entries = existsSync(folder) ? await readdir(folder) : [];
    const ids = new Set(entries.map((entry) => entry.slice(0, 64)).filter((id) => /^[0-9a-f]{64}$/.test(id)));
    for (const id of [...ids].toSorted()) {
      if (await hadConversation(join(folder, id), conversation)) found.push(join(folder, id));
    }
  }
  return found;
}

async function leftoversOf(dataDir: string, conversation: string): Promise<string[]> {
  const name = JSON.stringify(conversation).slice(1, -1);
  const found: string[] = [];
  for (const part of ['quarantine', 'processes']) {
    const folder = join(dataDir, part);
    const entries = existsSync(folder) ? await readdir(folder, { recursive: true, withFileTypes: true }) : [];
    for (const entry of entries.filter((one) => one.isFile())) {
      const path = join(entry.parentPath, entry.name);
      const content = await readFile(path).catch(() => null);
      if (content !== null && (content.includes(conversation) || content.includes(name))) found.push(path);
    }
  }
  return found;
}
