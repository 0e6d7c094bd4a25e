import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readSnapshotDecisions, readSnapshotFeedback, readSnapshotInfo } from '../datasets/log/snapshot.ts';
import type { NotebookData } from './routing-accuracy/figures.ts';
import { judgedVisits } from './routing-accuracy/judged-visits.ts';

/** Reads snapshots (the last one wins where a visit is in several) and writes what the notebooks draw. */
export async function writeNotebookData(snapshots: readonly string[], file: string): Promise<NotebookData> {
  const sum = { conversations: 0, messages: 0 };
  const ids: string[] = [];
  const decisions = new Map<string, Awaited<ReturnType<typeof readSnapshotDecisions>>[number]>();
  const feedback = new Map<string, Awaited<ReturnType<typeof readSnapshotFeedback>>[number]>();
  for (const path of snapshots) {
    const info = await readSnapshotInfo(path);
    ids.push(info.id);
    sum.conversations += info.conversations;
    sum.messages += info.messages;
    for (const decision of await readSnapshotDecisions(path)) decisions.set(decision.id, decision);
    for (const word of await readSnapshotFeedback(path)) feedback.set(word.id, word);
  }
  const data: NotebookData = {
    snapshots: ids,
    ...sum,
    visits: judgedVisits([...decisions.values()], [...feedback.values()]),
  };
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(data));
  return data;
}
