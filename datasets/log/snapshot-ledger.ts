import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from '../../engine/core/hash.ts';
import { syncFolder } from './segment.ts';
import { snapshotConversations } from './snapshot.ts';

/** Beside the folder of a snapshot whose rows are gone: a hash of each conversation that it held. */
function ledgerOf(path: string): string {
  return `${path}.held`;
}

/** Enough of a hash to name one conversation of millions. */
function markOf(conversation: string): string {
  return sha256(`held ${conversation}`).slice(0, 24);
}

/**
 * Tells of any conversation whether a snapshot holds it, or held it before its rows were removed; null where neither the
 * snapshot nor its ledger is here.
 */
export async function membersOf(path: string): Promise<((conversation: string) => boolean) | null> {
  const ledger = await readFile(ledgerOf(path), 'utf8').catch(() => null);
  if (ledger === null && !existsSync(path)) return null;
  const marks = new Set(ledger?.split('\n'));
  const held = new Set(existsSync(path) ? await snapshotConversations(path) : []);
  return (conversation) => held.has(conversation) || marks.has(markOf(conversation));
}

/** True where a snapshot holds the conversation, or held it before its rows were removed. */
export async function hadConversation(path: string, conversation: string): Promise<boolean> {
  const ledger = await readFile(ledgerOf(path), 'utf8').catch(() => null);
  if (ledger !== null && ledger.split('\n').includes(markOf(conversation))) return true;
  if (!existsSync(path)) return false;
  return (await snapshotConversations(path).catch((): string[] => [])).includes(conversation);
}

/** Removes the rows of a snapshot; what remains can only be asked whether a conversation was among them. */
export async function retireSnapshot(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const held = await snapshotConversations(path).catch((): string[] => []);
  const marks = held.map(markOf).toSorted();
  await writeFile(`${ledgerOf(path)}.new`, `${marks.join('\n')}\n`);
  await rename(`${ledgerOf(path)}.new`, ledgerOf(path));
  await syncFolder(dirname(path));
  await rm(path, { recursive: true, force: true });
}

/** A younger snapshot may be what a job waits to read, or a trainer to be judged by; milliseconds. */
const waitedForMs = 7 * 86_400_000;

export interface RetireOptions {
  /** So many stay, needed or not. */
  readonly newest: number;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: number;
  /** Says whose rows would be removed, and removes none. */
  readonly isDryRun?: boolean;
}

/**
 * Removes the rows of all snapshots of a folder but those that are needed, those of the last week and the newest few.
 * @returns ids of those whose rows were removed
 */
export async function retireSnapshots(
  folder: string,
  needed: ReadonlySet<string>,
  { newest, now, isDryRun = false }: RetireOptions,
): Promise<string[]> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  const known = await Promise.all(
    names
      .filter((name) => /^[0-9a-f]{64}$/.test(name))
      .map(async (id) => ({ id, time: (await stat(join(folder, id))).mtimeMs })),
  );
  const old = known.toSorted((a, b) => b.time - a.time || (a.id < b.id ? -1 : 1)).slice(newest);
  const isWaitedFor = (time: number): boolean => now - time < waitedForMs;
  const retired = old.filter(({ id, time }) => !needed.has(id) && !isWaitedFor(time)).map(({ id }) => id);
  if (!isDryRun) for (const id of retired) await retireSnapshot(join(folder, id));
  return retired;
}
