import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConversationLog } from '../../../datasets/log/conversation-log.ts';
import { ProcessStore } from '../../../datasets/processes/process-store.ts';
import type { Progress } from '../../../engine/core/progress.ts';
import { dataFolder } from '../../data-folder.ts';
import { runInChild } from '../../../training/queue-child.ts';
import { codeVersion } from '../../../training/queue-code.ts';
import type { MineConfig, MineResult, RetrainConfig, RetrainResult } from '../../../training/queue.ts';

const trainer = fileURLToPath(new URL('../../../training/retrain-child.ts', import.meta.url));

export interface RoleSnapshot {
  readonly role: string;
  readonly snapshot: { readonly id: string; readonly path: string };
}

/** What the worker of a queue says while it runs a job; here nobody cancels. */
function contextOf(role: string, progress: Progress) {
  const told: Progress = (event) => progress({ ...event, stage: `${role}: ${event.stage}` });
  return { id: `direct-${role}`, progress: told, signal: new AbortController().signal };
}

/** Looks for the processes of one role without a queue, in a process of its own; the same code that the worker runs. */
export function mineRole(
  dataDir: string,
  { role, snapshot }: RoleSnapshot,
  config: MineConfig,
  options: { readonly reason: string; readonly progress: Progress },
): Promise<MineResult> {
  const job = { kind: 'mine', role, snapshot, config, reason: options.reason, codeVersion: codeVersion() } as const;
  return runInChild(trainer, dataDir, job, contextOf(role, options.progress));
}

/** What each role's trainer will read; the log may be closed afterwards. */
export async function snapshotRoles(log: ConversationLog, roles: readonly string[]): Promise<RoleSnapshot[]> {
  const snapshots: RoleSnapshot[] = [];
  for (const role of roles) {
    const { id, path } = await log.snapshot({ role, forTraining: true });
    snapshots.push({ role, snapshot: { id, path } });
  }
  return snapshots;
}

export type Trained =
  | { readonly role: string; readonly result: RetrainResult; readonly error: null }
  | { readonly role: string; readonly result: null; readonly error: unknown };

/**
 * Trains roles without a queue, each in a process of its own and as many at a time as there are `processes`; the same
 * code that the worker runs. A role that fails does not keep the others from training.
 */
export async function trainRoles(
  dataDir: string,
  snapshots: readonly RoleSnapshot[],
  config: RetrainConfig,
  options: { readonly processes: number; readonly reason: string; readonly progress: Progress },
): Promise<Trained[]> {
  const waiting = [...snapshots];
  const done = new Map<string, Trained>();
  const version = codeVersion();
  const store = new ProcessStore(dataFolder(dataDir).processes);
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { role } = next;
      try {
        const approved = (await store.approved(role)).processes.map((one) => one.version).toSorted();
        const taught = approved.length === 0 ? config : { ...config, processes: approved };
        const job = { ...next, config: taught, reason: options.reason, codeVersion: version };
        const result = await runInChild(trainer, join(dataDir), job, contextOf(role, options.progress));
        done.set(role, { role, result, error: null });
      } catch (error) {
        done.set(role, { role, result: null, error });
      }
    }
  };
  await Promise.all(Array.from({ length: options.processes }, work));
  return snapshots.flatMap(({ role }) => done.get(role) ?? []);
}
