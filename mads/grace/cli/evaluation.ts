import { readConversations } from '../../../datasets/import/import-files.ts';
import { readSnapshot } from '../../../datasets/log/snapshot.ts';
import { ConversationLog } from '../../../datasets/log/conversation-log.ts';
import type { Config } from '../../../engine/core/config.ts';
import type { Conversation } from '../../../engine/core/conversation.ts';
import { EngineError } from '../../../engine/core/errors.ts';
import { createLogger } from '../../../engine/core/logger.ts';
import { levels, type Level } from '../../../engine/core/tier-name.ts';
import { Registry } from '../../../models/registry.ts';
import { passEverything } from '../../../models/thresholds.ts';
import { loadModels } from '../../../training/artefacts.ts';
import { evaluateLadder, type LadderFigures } from '../../../training/evaluate.ts';
import { judgingTiers } from '../../../training/judging-tiers.ts';
import { disposeAll } from '../../../training/learn.ts';
import { askOwner, servingOwner } from '../../owner.ts';
import { dataFolder } from '../../data-folder.ts';
import type { Progress } from '../../../engine/core/progress.ts';

export interface Evaluation {
  readonly role: string;
  readonly bundle: string;
  readonly conversations: number;
  /** The ladder with the tiers of each level; V1, the LLM alone, settles nothing below it. */
  readonly levels: Readonly<Record<Exclude<Level, 'V1' | 'V4'>, LadderFigures>>;
}

/** What the serving models would do with recorded conversations. @throws NOT_FOUND, MODEL_MISSING, DATA_EMPTY */
export async function evaluateRoles(
  config: Config,
  wanted: { readonly role?: string | undefined; readonly data?: string | undefined },
  progress: Progress,
): Promise<Evaluation[]> {
  const registry = await Registry.open(dataFolder(config.dataDir).models, { logger: createLogger('error') });
  const roles = (await registry.list()).flatMap(({ role, current }) => (current === null ? [] : [role]));
  const chosen = wanted.role === undefined ? roles : roles.filter((role) => role === wanted.role);
  if (chosen.length === 0) {
    if (wanted.role !== undefined) throw new EngineError('MODEL_MISSING', { role: wanted.role, tier: 'serving' });
    throw new EngineError('BAD_REQUEST', { detail: 'no role was trained yet; run "thought-engine train" first' });
  }
  const all = wanted.data === undefined ? null : await fromFile(wanted.data, wanted.role ?? chosen[0] ?? '');
  const evaluations: Evaluation[] = [];
  for (const role of chosen) {
    const conversations = all?.filter((one) => one.role === role) ?? (await fromLog(config, role));
    if (conversations.length > 0) evaluations.push(await evaluate(registry, role, conversations, config, progress));
  }
  if (evaluations.length === 0) {
    throw new EngineError('DATA_EMPTY', {
      what: wanted.data === undefined ? 'conversations marked "test"' : 'conversations of these roles',
      path: wanted.data ?? 'the log (name others with --data)',
    });
  }
  return evaluations;
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

async function fromLog(config: Config, role: string): Promise<Conversation[]> {
  return (await conversationsInLog(config, role)).filter((one) => one.split === 'test');
}

/** All conversations of a role, from the server that holds the folder, or from the folder. */
export async function conversationsInLog(config: Config, role: string): Promise<Conversation[]> {
  const { root } = dataFolder(config.dataDir);
  const owner = await servingOwner(root);
  if (owner !== null) {
    const { path } = (await askOwner(owner, 'snapshot', { role })) as { path: string };
    return readSnapshot(path);
  }
  const log = await ConversationLog.open({ dataDir: root, logger: createLogger('error') });
  try {
    const { path } = await log.snapshot({ role });
    return await readSnapshot(path);
  } finally {
    await log.close();
  }
}

async function evaluate(
  registry: Registry,
  role: string,
  conversations: readonly Conversation[],
  config: Config,
  progress: Progress,
): Promise<Evaluation> {
  const opened = await registry.openCurrent(role);
  if (opened === null) throw new EngineError('MODEL_MISSING', { role, tier: 'usable' });
  const models = await loadModels(opened, registry, config.device);
  try {
    const { thresholds } = opened.bundle;
    const figuresAt = (level: Level): Promise<LadderFigures> => {
      const tiers: readonly string[] = levels[level];
      const dtr = tiers.includes('dtr') ? thresholds.dtr : passEverything;
      return evaluateLadder(conversations, judgingTiers(models), { dtr, lppm: thresholds.lppm }, progress);
    };
    const figures = { V2: await figuresAt('V2'), V3: await figuresAt('V3') };
    return { role, bundle: opened.bundle.id, conversations: conversations.length, levels: figures };
  } finally {
    await disposeAll(models);
  }
}
