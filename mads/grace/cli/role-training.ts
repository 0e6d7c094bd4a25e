import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConversationLog } from '../../../datasets/log/conversation-log.ts';
import { ProcessStore } from '../../../datasets/processes/process-store.ts';
import type { Progress } from '../../../engine/core/progress.ts';
import { dataFolder } from '../../house/data-folder.ts';
import { runInChild } from '../../../training/queue/child.ts';
import { codeVersion } from '../../../training/queue/code.ts';
import type { MineConfig, MineResult, RetrainConfig, RetrainResult } from '../../../training/queue/queue.ts';

/** What is said to people beside the moving progress: one line at the beginning and one at the end, also into a file. */
async function told<Result>(say: (line: string) => void, what: string, work: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  say(`${what}: begins`);
  try {
    const result = await work();
    say(`${what}: done in ${seconds()}`);
    return result;
  } catch (error) {
    say(`${what}: failed after ${seconds()}`);
    throw error;
  }
}

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

export interface WorkOptions {
  readonly reason: string;
  readonly progress: Progress;
  /** A line for people. */
  readonly say: (line: string) => void;
}

/** Looks for the processes of one role without a queue, in a process of its own; the same code that the worker runs. */
export function mineRole(
  dataDir: string,
  { role, snapshot }: RoleSnapshot,
  config: MineConfig,
  options: WorkOptions,
): Promise<MineResult> {
  const job = { kind: 'mine', role, snapshot, config, reason: options.reason, codeVersion: codeVersion() } as const;
  const work = (): Promise<MineResult> => runInChild(trainer, dataDir, job, contextOf(role, options.progress));
  return told(options.say, `looking for processes of ${role}`, work);
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
  options: WorkOptions & { readonly processes: number },
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
        const context = contextOf(role, options.progress);
        const result = await told<RetrainResult>(options.say, `training ${role}`, () =>
          runInChild(trainer, join(dataDir), job, context),
        );
        done.set(role, { role, result, error: null });
      } catch (error) {
        done.set(role, { role, result: null, error });
      }
    }
  };
  await Promise.all(Array.from({ length: options.processes }, work));
  return snapshots.flatMap(({ role }) => done.get(role) ?? []);
}
