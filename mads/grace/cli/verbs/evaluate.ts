import type { Command } from '@commander-js/extra-typings';
import { readConversations } from '../../../../datasets/import/import-files.ts';
import { readSnapshot } from '../../../../datasets/log/snapshot.ts';
import { ConversationLog } from '../../../../datasets/log/conversation-log.ts';
import type { Config } from '../../../../engine/core/config.ts';
import type { Conversation } from '../../../../engine/core/conversation.ts';
import { EngineError } from '../../../../engine/core/errors.ts';
import { createLogger } from '../../../../engine/core/logger.ts';
import { levels, type Level } from '../../../../engine/core/tier-name.ts';
import { Registry } from '../../../../models/registry.ts';
import { passEverything } from '../../../../models/thresholds.ts';
import { loadModels } from '../../../../training/artefacts.ts';
import { evaluateLadder, type LadderFigures } from '../../../../training/evaluate.ts';
import { judgingTiers } from '../../../../training/judging-tiers.ts';
import { disposeAll } from '../../../../training/learn.ts';
import { askOwner, servingOwner } from '../../../owner.ts';
import { dataFolder } from '../../../data-folder.ts';
import type { Shell } from '../shell.ts';
import { percent, table, type Terminal } from '../terminal.ts';

interface Evaluation {
  readonly role: string;
  readonly bundle: string;
  readonly conversations: number;
  /** The ladder with the tiers of each level; V1, the LLM alone, settles nothing below it. */
  readonly levels: Readonly<Record<Exclude<Level, 'V1' | 'V4'>, LadderFigures>>;
}

export function addEvaluate(program: Command, shell: Shell): void {
  program
    .command('evaluate')
    .summary('judge the serving models on recorded conversations')
    .description(
      `Shows what the serving models would do with recorded conversations, judged by what the assistant did: of --data
all of them, else of the log those marked "test". The figures that a promotion rests on are in "report".`,
    )
    .option('--role <name>', 'one role alone')
    .option('--data <file>', 'conversations to judge on')
    .option('--data-dir <folder>', 'data folder')
    .option('--json', 'print one JSON document')
    .action(async (flags) => {
      const terminal = shell.terminal(flags.json === true);
      const config = shell.config({ dataDir: flags.dataDir });
      const registry = await Registry.open(dataFolder(config.dataDir).models, { logger: createLogger('error') });
      const roles = (await registry.list()).flatMap(({ role, current }) => (current === null ? [] : [role]));
      const wanted = flags.role === undefined ? roles : roles.filter((role) => role === flags.role);
      if (wanted.length === 0) {
        if (flags.role !== undefined) throw new EngineError('MODEL_MISSING', { role: flags.role, tier: 'serving' });
        throw new EngineError('NOT_FOUND', {
          what: 'trained role',
          name: '*',
          hint: 'run "thought-engine train" first',
        });
      }
      const all = flags.data === undefined ? null : await fromFile(flags.data, flags.role ?? wanted[0] ?? '');
      const evaluations: Evaluation[] = [];
      for (const role of wanted) {
        const conversations = all?.filter((one) => one.role === role) ?? (await fromLog(config, role));
        if (conversations.length > 0) evaluations.push(await evaluate(registry, role, conversations, config, terminal));
      }
      if (evaluations.length === 0) {
        throw new EngineError('DATA_EMPTY', {
          what: 'test conversations of these roles',
          path: flags.data ?? 'the log',
        });
      }
      terminal.answer(evaluations, () => evaluations.map(evaluationText).join('\n'));
    });
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
  const { root } = dataFolder(config.dataDir);
  const owner = await servingOwner(root);
  if (owner !== null) {
    const { path } = (await askOwner(owner, 'snapshot', { role })) as { path: string };
    return (await readSnapshot(path)).filter((one) => one.split === 'test');
  }
  const log = await ConversationLog.open({ dataDir: root, logger: createLogger('error') });
  try {
    const { path } = await log.snapshot({ role });
    return (await readSnapshot(path)).filter((one) => one.split === 'test');
  } finally {
    await log.close();
  }
}

async function evaluate(
  registry: Registry,
  role: string,
  conversations: readonly Conversation[],
  config: Config,
  terminal: Terminal,
): Promise<Evaluation> {
  const opened = await registry.openCurrent(role);
  if (opened === null) throw new EngineError('MODEL_MISSING', { role, tier: 'usable' });
  const models = await loadModels(opened, registry, config.device);
  try {
    const { thresholds } = opened.bundle;
    const figuresAt = (level: Level): Promise<LadderFigures> => {
      const tiers: readonly string[] = levels[level];
      const dtr = tiers.includes('dtr') ? thresholds.dtr : passEverything;
      return evaluateLadder(conversations, judgingTiers(models), { dtr, lppm: thresholds.lppm }, terminal.progress);
    };
    const figures = { V2: await figuresAt('V2'), V3: await figuresAt('V3') };
    return { role, bundle: opened.bundle.id, conversations: conversations.length, levels: figures };
  } finally {
    await disposeAll(models);
  }
}

function evaluationText({ role, conversations, levels: figures }: Evaluation): string {
  const rows = Object.entries(figures).map(([level, one]) => [
    level,
    one.turns,
    percent(one.coverage),
    percent(one.error),
    `${percent(one.errorLower)} to ${percent(one.errorUpper)}`,
    percent(one.dtr.share),
    percent(one.lppm.share),
  ]);
  const head = ['level', 'messages', 'settled', 'error', '95 % interval', 'by dtr', 'by lppm'];
  return `${role}: ${conversations} conversations\n${table(head, rows)}`;
}
