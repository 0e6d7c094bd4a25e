import { Option, type Command } from '@commander-js/extra-typings';
import { devices, type Config } from '../../../../engine/core/config.ts';
import { EngineError } from '../../../../engine/core/errors.ts';
import { createLogger } from '../../../../engine/core/logger.ts';
import type { JobView, RetrainResult } from '../../../../training/queue/queue.ts';
import { dataFolder } from '../../../house/data-folder.ts';
import { shareFolder } from '../../../house/shared-folder.ts';
import { askOwner, servingOwner, type Address } from '../../../house/owner.ts';
import type { TrainRequest } from '../../desk.ts';
import { trainingOf } from '../../../house/training-settings.ts';
import { jobEnd } from '../job-end.ts';
import { snapshotRoles, trainRoles, type Trained } from '../role-training.ts';
import type { Shell } from '../shell.ts';
import { AnsweredFailure, percent, table, type Terminal } from '../terminal.ts';

const tiers = ['dtr', 'lppm', 'cet'] as const;

interface Outcome {
  readonly role: string;
  readonly result: RetrainResult | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export function addTrain(program: Command, shell: Shell): void {
  program
    .command('train')
    .summary('train role models from the log')
    .description(
      `Trains the models of one role or of all, from the conversations in the data folder. They are promoted where they
are not worse than those that serve. With a server running it is a job of its queue, followed to its end; without, the
same code runs here.`,
    )
    .option('--role <name>', 'one role alone')
    .addOption(
      new Option('--tier <tier>', 'one tier alone').choices([...tiers, 'all'] as const).default('all' as const),
    )
    .option('--alpha <share>', 'error budget, for this training; else the setting alpha (default: 0.05)')
    .addOption(new Option('--device <device>', 'where to compute').choices(devices))
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action(async (flags) => {
      const terminal = shell.terminal(flags.json === true);
      const config = shell.config({ dataDir: flags.dataDir, alpha: flags.alpha, device: flags.device });
      const wanted = flags.tier === 'all' ? undefined : [flags.tier];
      const owner = await servingOwner(dataFolder(config.dataDir).root);
      // What was not asked for here is as the server was told.
      const request: TrainRequest = {
        ...(flags.role === undefined ? {} : { role: flags.role }),
        ...(flags.alpha === undefined ? {} : { alpha: config.alpha }),
        ...(flags.device === undefined ? {} : { device: config.device }),
        ...(wanted === undefined ? {} : { tiers: wanted }),
      };
      const outcomes =
        owner === null
          ? await trainHere(config, flags.role, wanted, terminal)
          : await trainThere(owner, request, terminal);
      terminal.answer(outcomes, () => outcomesText(outcomes));
      if (outcomes.some((outcome) => outcome.error !== null)) throw new AnsweredFailure();
    });
}

type Tiers = (typeof tiers)[number][] | undefined;

async function trainHere(
  config: Config,
  role: string | undefined,
  wanted: Tiers,
  terminal: Terminal,
): Promise<Outcome[]> {
  const { root } = dataFolder(config.dataDir);
  const { ConversationLog } = await import('../../../../datasets/log/conversation-log.ts');
  const { trainable } = await import('../../desk.ts');
  await shareFolder(config);
  const log = await ConversationLog.open({ dataDir: root, logger: createLogger('error') });
  const snapshots = await (async () => {
    try {
      const known = (await log.queries.roles()).filter((row) => row.conversations > 0).map((row) => row.role);
      return await snapshotRoles(log, trainable(known, role));
    } finally {
      await log.close();
    }
  })();
  const retrain = { ...trainingOf(config), ...(wanted === undefined ? {} : { tiers: wanted }) };
  const options = { processes: 1, reason: 'asked for', progress: terminal.progress, say: terminal.say };
  return (await trainRoles(root, snapshots, retrain, options)).map(outcomeOf);
}

export function outcomeOf({ role, result, error }: Trained): Outcome {
  if (result !== null) return { role, result, error: null };
  const { code, message } = EngineError.from(error);
  return { role, result: null, error: { code, message } };
}

async function trainThere(owner: Address, request: TrainRequest, terminal: Terminal): Promise<Outcome[]> {
  const asked = (await askOwner(owner, 'train', request)) as readonly JobView[];
  const outcomes: Outcome[] = [];
  terminal.say(`training ${asked.map(({ job }) => job.role).join(', ')}: jobs of the server, port ${owner.port}`);
  for (const { id } of asked) {
    const { job, result, error } = await jobEnd(owner, id, terminal);
    terminal.say(`training ${job.role}: ${error === null ? 'done' : 'failed'}`);
    outcomes.push({ role: job.role, result, error });
  }
  return outcomes;
}

export function outcomesText(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ role, result }) => [
    role,
    result === null ? 'failed' : result.promoted ? 'promoted' : 'kept the old one',
    percent(result?.metrics.coverage),
    percent(result?.metrics.error),
    percent(result?.metrics.dtrShare),
    percent(result?.metrics.lppmShare),
    result?.bundle.slice(0, 12) ?? '–',
  ]);
  const notes = outcomes.map(
    ({ role, result, error }) => `${role}: ${error?.message ?? result?.reasons.join('; ') ?? ''}`,
  );
  return [table(['role', 'models', 'settled', 'error', 'by dtr', 'by lppm', 'bundle'], rows), ...notes].join('\n');
}
