import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Command } from '@commander-js/extra-typings';
import type { Config } from '../../../../engine/core/config.ts';
import { createLogger } from '../../../../engine/core/logger.ts';
import { dataFolder } from '../../../house/data-folder.ts';
import { shareFolder } from '../../../house/shared-folder.ts';
import { reportOf } from '../../report.ts';
import { pricesOf } from '../desk-door.ts';
import { trainingOf } from '../../../house/training-settings.ts';
import { snapshotRoles, trainRoles } from '../role-training.ts';
import { servingOptions } from '../serving-options.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';
import { reportText } from './report.ts';
import { isUnderNpm, serve } from './serve.ts';
import { outcomeOf, outcomesText } from './train.ts';

/** Roles that train at a time: a small machine has two cores, and nothing is served yet. */
const processes = 2;

export function addUp(program: Command, shell: Shell): void {
  servingOptions(
    program
      .command('up')
      .summary('the main job: a desk to try out on an empty data folder, then serve')
      .description(
        `On an empty data folder: writes a small synthetic desk (conversations of several roles), trains its routers and
reports what they would settle. Then, and on every later start at once, it serves. This is what "npm start" does.`,
      ),
  ).action(async (flags) => {
    const { json, learn, ...given } = flags;
    // the flag only says no: what else is set counts
    const settings = { ...given, ...(learn ? {} : { learn }) };
    const config = shell.config(settings);
    const terminal = shell.terminal(json === true);
    await prepare(config, terminal);
    await serve(config, terminal, isUnderNpm(shell));
  });
}

/** Fills an empty data folder with the sample desk, and trains those of its roles that have no models yet. */
async function prepare(config: Config, terminal: Terminal): Promise<void> {
  const folder = dataFolder(config.dataDir);
  const logger = createLogger('error');
  const { ConversationLog } = await import('../../../../datasets/log/conversation-log.ts');
  await shareFolder(config);
  const log = await ConversationLog.open({ dataDir: folder.root, logger });
  try {
    const { Registry } = await import('../../../../models/registry/registry.ts');
    const registry = await Registry.open(folder.models, { logger });
    const { conversations } = await log.queries.totals();
    if (conversations > 0 && !existsSync(folder.sampleMark)) return;
    const { deskSize, sampleConversations, sampleRoles } = await import('../../../../datasets/sample/desk.ts');
    // Fewer are there where an earlier start was cut off; what is there stays as it is.
    if (conversations < deskSize) {
      terminal.say(`making a sample desk of ${deskSize} conversations`);
      await writeFile(folder.sampleMark, `${JSON.stringify({ seed: config.seed, conversations: deskSize })}\n`);
      const desk = sampleConversations(config.seed, { conversations: deskSize });
      await log.importConversations(desk, { progress: terminal.progress, total: desk.length });
      await log.flush();
    }
    const untrained: string[] = [];
    for (const role of sampleRoles) if ((await registry.current(role)) === null) untrained.push(role);
    if (untrained.length === 0) return;
    terminal.say(`training the routers of ${untrained.join(', ')}`);
    const snapshots = await snapshotRoles(log, untrained);
    const options = { processes, reason: 'first start', progress: terminal.progress, say: terminal.say };
    const trained = await trainRoles(folder.root, snapshots, trainingOf(config), options);
    terminal.say(outcomesText(trained.map(outcomeOf)));
    terminal.say(reportText(await reportOf({ log, registry, prices: pricesOf(config) }, null)));
  } finally {
    await log.close();
  }
}
