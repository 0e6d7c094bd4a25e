import { join } from 'node:path';
import { readConversations } from '../../../datasets/import/import-files.ts';
import { readSnapshot, readSnapshotDecisions } from '../../../datasets/log/snapshot.ts';
import { membersOf } from '../../../datasets/log/snapshot-ledger.ts';
import type { Config } from '../../../engine/core/config.ts';
import type { Conversation } from '../../../engine/core/conversation.ts';
import { EngineError } from '../../../engine/core/errors.ts';
import { createLogger } from '../../../engine/core/logger.ts';
import { levels, type Level } from '../../../engine/core/tier-name.ts';
import { Registry, type OpenBundle } from '../../../models/registry/registry.ts';
import { passEverything } from '../../../models/thresholds.ts';
import { loadModels } from '../../../training/artefacts.ts';
import { evaluateLadder, type LadderFigures } from '../../../training/ladder/evaluate.ts';
import { judgingTiers } from '../../../training/ladder/judging-tiers.ts';
import { disposeAll } from '../../../training/learned.ts';
import { ownAnswers } from '../../../training/examples/own-answers.ts';
import { dataFolder } from '../../house/data-folder.ts';
import { trainable } from '../desk.ts';
import { openDesk } from './desk-door.ts';
import type { Progress } from '../../../engine/core/progress.ts';

/** Which conversations a role was judged on. */
export type JudgedOn = 'file' | 'marked test' | 'never learned from';

export interface Evaluation {
  readonly role: string;
  readonly bundle: string;
  readonly conversations: number;
  readonly on: JudgedOn;
  /** The ladder with the tiers of each level; V1, the LLM alone, settles nothing below it. */
  readonly levels: Readonly<Record<Exclude<Level, 'V1' | 'V4'>, LadderFigures>>;
}

interface Material {
  readonly conversations: readonly Conversation[];
  readonly on: JudgedOn;
  /** Messages that our own tiers answered. */
  readonly unlabelled: ReadonlySet<string>;
}

/** What the serving models would do with recorded conversations. @throws NOT_FOUND, MODEL_MISSING, DATA_EMPTY */
export async function evaluateRoles(
  config: Config,
  wanted: { readonly role?: string | undefined; readonly data?: string | undefined },
  progress: Progress,
): Promise<Evaluation[]> {
  const { role: asked, data } = wanted;
  const registry = await Registry.open(dataFolder(config.dataDir).models, { logger: createLogger('error') });
  const served = (await registry.list()).flatMap(({ role, current }) => (current === null ? [] : [role]));
  if (asked !== undefined && !served.includes(asked)) await refuseRole(config, asked);
  const chosen = asked === undefined ? served : [asked];
  if (chosen.length === 0) {
    throw new EngineError('BAD_REQUEST', { detail: 'no role was trained yet; run "thought-engine train" first' });
  }
  const all = data === undefined ? null : await fromFile(data, asked ?? chosen[0] ?? '');
  const evaluations: Evaluation[] = [];
  for (const role of chosen) {
    const opened = await registry.openCurrent(role);
    if (opened === null) throw new EngineError('MODEL_MISSING', { role, tier: 'usable' });
    const material: Material =
      all === null
        ? await unseen(config, role, opened)
        : { conversations: all.filter((one) => one.role === role), on: 'file', unlabelled: new Set() };
    if (material.conversations.length > 0)
      evaluations.push(await evaluate(registry, opened, material, config, progress));
  }
  if (evaluations.length > 0) return evaluations;
  throw new EngineError(
    'DATA_EMPTY',
    data === undefined
      ? {
          what: `${chosen.join(', ')} that the serving models have not learned from`,
          path: `the log of ${config.dataDir}: import newer conversations ("thought-engine import FILE"), or name a file with --data`,
        }
      : { what: `the roles ${chosen.join(', ')}`, path: data },
  );
}

/** @throws NOT_FOUND where the log has no such role, MODEL_MISSING where it has */
async function refuseRole(config: Config, role: string): Promise<never> {
  const door = await openDesk(config, () => undefined);
  try {
    const known = await door.ask('roles', undefined);
    // the same words as everywhere
    if (known.length > 0) trainable(known, role);
    throw new EngineError('MODEL_MISSING', { role, tier: 'serving' });
  } finally {
    await door.close();
  }
}

async function fromFile(path: string, role: string): Promise<Conversation[]> {
  const conversations: Conversation[] = [];
  await readConversations([path], {
    format: 'auto',
    role,
    onConversations: (batch) => void conversations.push(...batch),
  });
  const marked = conversations.filter((one) => one.split === 'test');
  return marked.length > 0 ? marked : conversations;
}

/**
 * Conversations of the log that the bundle has not learned from: those marked "test" where there are any, else the ones
 * that are in no snapshot of its models, since they are sealed or newer. The snapshot of a model that came from elsewhere
 * may not be here; then nothing is known to be unseen.
 */
async function unseen(config: Config, role: string, { artefacts }: OpenBundle): Promise<Material> {
  const path = await snapshotInLog(config, role);
  const all = await readSnapshot(path);
  const unlabelled = ownAnswers(all, await readSnapshotDecisions(path));
  const marked = all.filter((one) => one.split === 'test');
  if (marked.length > 0) return { conversations: marked, on: 'marked test', unlabelled };
  const ids = new Set(Object.values(artefacts).map(({ manifest }) => manifest.dataSnapshot));
  const { snapshots } = dataFolder(config.dataDir);
  const taught = await Promise.all([...ids].map((id) => membersOf(join(snapshots, id))));
  const isSeen = ({ id }: Conversation): boolean => taught.some((has) => has === null || has(id));
  return { conversations: all.filter((one) => !isSeen(one)), on: 'never learned from', unlabelled };
}

/** All conversations of a role, from the server that holds the folder, or from the folder. */
export async function conversationsInLog(config: Config, role: string): Promise<Conversation[]> {
  return readSnapshot(await snapshotInLog(config, role));
}

/** Path of a snapshot of all that a role has in the log. @throws LOG_LOCKED */
export async function snapshotInLog(config: Config, role: string): Promise<string> {
  const door = await openDesk(config, () => undefined);
  try {
    return (await door.ask('snapshot', { role })).path;
  } finally {
    await door.close();
  }
}

async function evaluate(
  registry: Registry,
  opened: OpenBundle,
  { conversations, on, unlabelled }: Material,
  config: Config,
  progress: Progress,
): Promise<Evaluation> {
  const models = await loadModels(opened, registry, config.device);
  try {
    const { thresholds, role, id } = opened.bundle;
    const figuresAt = (level: Level): Promise<LadderFigures> => {
      const tiers: readonly string[] = levels[level];
      const dtr = tiers.includes('dtr') ? thresholds.dtr : passEverything;
      const judging = judgingTiers(models);
      return evaluateLadder(conversations, judging, { dtr, lppm: thresholds.lppm }, progress, unlabelled);
    };
    const figures = { V2: await figuresAt('V2'), V3: await figuresAt('V3') };
    return { role, bundle: id, conversations: conversations.length, on, levels: figures };
  } finally {
    await disposeAll(models);
  }
}
