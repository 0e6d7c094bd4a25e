import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from './segment.ts';

/**
 * `sealed`: conversations that no trainer is ever given, kept to judge what was learned from the others; `teaching`: all
 * the others.
 */
export type SnapshotPart = 'whole' | 'teaching' | 'sealed';

/**
 * Ids of the sealed conversations, as a query: one in twenty, by hash of the id, so that a conversation is sealed from
 * its first message to its last. One that a person corrected is given to the trainer: the correction is to be learned.
 * 0ccccccd: a twentieth of 2^32.
 */
export const sealedConversations = `SELECT id FROM conversations
  WHERE left(sha256('sealed ' || id), 8) < '0ccccccd'
    AND id NOT IN (SELECT conversation FROM feedback
      WHERE source = 'human' AND (correct = false OR outcome IS NOT NULL))`;

/** Folder of sealed snapshots, beside the one of snapshots. */
export const sealedFolder = 'sealed';

/** Notes which sealed snapshot was taken with a teaching one. */
export async function noteSealed(teaching: string, sealed: string): Promise<void> {
  const path = noteOf(teaching);
  // two jobs, or two servers that share the folder, may note the same at once
  const temporary = `${path}.${randomUUID()}.new`;
  await writeFile(temporary, `${JSON.stringify({ sealed: basename(sealed) })}\n`);
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Path of the sealed snapshot that was taken with a teaching one; null where there is none. */
export async function sealedWith(teaching: string): Promise<string | null> {
  const note = await readFile(noteOf(teaching), 'utf8').catch(() => null);
  if (note === null) return null;
  const { sealed } = JSON.parse(note) as { sealed: string };
  return join(dirname(noteOf(teaching)), sealed);
}

function noteOf(teaching: string): string {
  return join(dirname(dirname(teaching)), sealedFolder, `${basename(teaching)}.json`);
}
