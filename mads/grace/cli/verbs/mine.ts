import type { Command } from '@commander-js/extra-typings';
import type { Config } from '../../../../engine/core/config.ts';
import { EngineError } from '../../../../engine/core/errors.ts';
import { createLogger } from '../../../../engine/core/logger.ts';
import type { JobView, MineResult } from '../../../../training/queue/queue.ts';
import { dataFolder } from '../../../house/data-folder.ts';
import { shareFolder } from '../../../house/shared-folder.ts';
import { askOwner, servingOwner, type Address } from '../../../house/owner.ts';
import type { MineAsked } from '../../desk.ts';
import { jobEnd } from '../job-end.ts';
import { minedText } from '../mined-text.ts';
import { mineRole, snapshotRoles } from '../role-training.ts';
import type { Shell } from '../shell.ts';
import { AnsweredFailure, type Terminal } from '../terminal.ts';

interface Outcome {
  readonly role: string;
  readonly result: MineResult | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export function addMine(processes: Command, shell: Shell): void {
  processes
    .command('mine')
    .summary('find the processes that a log holds')
    .description(
      `Finds the processes of one role or of all in the conversations of the data folder, and keeps them as proposals. With a
server running it is a job of its queue, followed to its end; without, the same code runs here.`,
    )
    .option('--role <name>', 'one role alone')
    .option('--min-support <runs>', 'runs that a process needs, at least 2')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action(async (flags) => {
      const terminal = shell.terminal(flags.json === true);
      const config = shell.config({ dataDir: flags.dataDir });
      const minimumSupport = supportOf(flags.minSupport);
      const asked: MineAsked = {
        ...(flags.role === undefined ? {} : { role: flags.role }),
        ...(minimumSupport === undefined ? {} : { minimumSupport }),
      };
      const owner = await servingOwner(dataFolder(config.dataDir).root);
      const outcomes =
        owner === null ? await mineHere(config, asked, terminal) : await mineThere(owner, asked, terminal);
      terminal.answer(outcomes, () => outcomes.map(outcomeText).join('\n'));
      if (outcomes.some((outcome) => outcome.error !== null)) throw new AnsweredFailure();
    });
}

/** @throws USAGE */
function supportOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const runs = Number(given);
  if (Number.isInteger(runs) && runs >= 2) return runs;
  throw new EngineError('USAGE', { detail: `--min-support takes a number of runs, at least 2, not ${given}` });
}

async function mineHere(config: Config, { role, minimumSupport }: MineAsked, terminal: Terminal): Promise<Outcome[]> {
  const folder = dataFolder(config.dataDir);
  const { ConversationLog } = await import('../../../../datasets/log/conversation-log.ts');
  const { trainable } = await import('../../desk.ts');
  const { policyOf, ProcessOffice } = await import('../../process-office.ts');
  await shareFolder(config);
  // Open all the while, so that no server begins in the middle of it.
  const log = await ConversationLog.open({ dataDir: folder.root, logger: createLogger('error') });
  try {
    const known = (await log.queries.roles()).filter((row) => row.conversations > 0).map((row) => row.role);
    const office = new ProcessOffice({ folder: folder.processes, tools: (of) => log.queries.tools(of) });
    const policy = policyOf(config);
    const outcomes: Outcome[] = [];
    for (const snapshot of await snapshotRoles(log, trainable(known, role))) {
      const { known: versions } = await office.versions(snapshot.role);
      const mining = {
        seed: config.seed,
        known: versions,
        ...(minimumSupport === undefined ? {} : { minimumSupport }),
      };
      const options = { reason: 'asked for', progress: terminal.progress, say: terminal.say };
      try {
        const result = await mineRole(folder.root, snapshot, mining, options);
        if (policy !== null) await office.approve({ role: snapshot.role, policy, by: 'policy' });
        outcomes.push({ role: snapshot.role, result, error: null });
      } catch (error) {
        const { code, message } = EngineError.from(error);
        outcomes.push({ role: snapshot.role, result: null, error: { code, message } });
      }
    }
    return outcomes;
  } finally {
    await log.close();
  }
}

async function mineThere(owner: Address, asked: MineAsked, terminal: Terminal): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const jobs = (await askOwner(owner, 'mine', asked)) as readonly JobView[];
  const roles = jobs.map(({ job }) => job.role).join(', ');
  terminal.say(`looking for processes of ${roles}: jobs of the server, port ${owner.port}`);
  for (const { id } of jobs) {
    const { job, mined, error } = await jobEnd(owner, id, terminal);
    terminal.say(`looking for processes of ${job.role}: ${error === null ? 'done' : 'failed'}`);
    outcomes.push({ role: job.role, result: mined, error });
  }
  return outcomes;
}

function outcomeText({ role, result, error }: Outcome): string {
  if (result === null) return `${role}: ${error?.message ?? 'cancelled'}`;
  const names = [...result.fresh, ...result.changed].map(
    (name) => `  thought-engine processes show ${quoted(name)} --role ${quoted(role)}`,
  );
  const { conversations, unexplained, notices } = result;
  const share = `${conversations} conversations, ${unexplained} of them in no process`;
  return [`${role}: ${minedText(result)} (${share})`, ...notices.map((line) => `  ${line}`), ...names].join('\n');
}

/** As a shell takes it. */
function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
