import { readSnapshot, readSnapshotDecisions, readSnapshotFeedback } from '../datasets/log/snapshot.ts';
import type { ProcessStore } from '../datasets/processes/process-store.ts';
import type { Progress } from '../engine/core/progress.ts';
import { ownAnswers } from './examples/own-answers.ts';
import { confirmedBy } from './labels/words.ts';
import { mineProcesses } from './mining/mine.ts';
import type { MineResult } from './queue/queue.ts';

export interface MineRoleOptions {
  readonly role: string;
  readonly snapshot: { readonly id: string; readonly path: string };
  readonly store: ProcessStore;
  readonly seed: number;
  /** Runs that a process needs; see `MiningOptions`. */
  readonly minimumSupport?: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Finds the processes of a role in a snapshot of its log and keeps them as proposals, each as a version of the known
 * process that it resembles. Nothing acts because of it. Rows marked val or test are left out, and so are conversations in
 * which a tier of ours answered: else what is followed already would speak for itself.
 * @throws FILE_UNREADABLE, STORAGE_FAILED
 */
export async function mineRole(options: MineRoleOptions): Promise<MineResult> {
  const { role, store, seed, minimumSupport, progress, signal } = options;
  progress({ stage: 'read snapshot', done: 0, total: null });
  const all = (await readSnapshot(options.snapshot.path)).filter(
    ({ role: own, split }) => own === role && (split === null || split === 'train'),
  );
  const answered = ownAnswers(all, await readSnapshotDecisions(options.snapshot.path));
  for (const message of confirmedBy(await readSnapshotFeedback(options.snapshot.path))) answered.delete(message);
  const conversations = all.filter(({ messages }) => !messages.some(({ id }) => answered.has(id)));
  const own = all.length - conversations.length;
  const known = (await store.list(role)).flatMap((one) => ('fault' in one ? [] : [one.definition]));
  const { processes, left, notices } = await mineProcesses(conversations, {
    seed,
    known,
    progress,
    ...(minimumSupport === undefined ? {} : { minimumSupport }),
    ...(signal === undefined ? {} : { signal }),
  });
  progress({ stage: 'keep proposals', done: 0, total: processes.length });
  const proposals = await store.propose(role, processes);
  return {
    kind: 'mine',
    role,
    ...proposals,
    conversations: conversations.length,
    unexplained: left.conversations,
    notices:
      own === 0
        ? notices
        : [...notices, `${own} conversations left out: our own tiers answered in them, which proves nothing`],
  };
}
