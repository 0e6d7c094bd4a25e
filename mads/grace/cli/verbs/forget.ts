import type { Command } from '@commander-js/extra-typings';
import { createLogger } from '../../../../engine/core/logger.ts';
import type { Registry } from '../../../../models/registry/registry.ts';
import { dataFolder } from '../../../house/data-folder.ts';
import type { Shell } from '../shell.ts';
import { table } from '../terminal.ts';

/** A bundle whose models were made from a snapshot that held the conversation. */
interface Witness {
  readonly role: string;
  readonly bundle: string;
  readonly serves: boolean;
  readonly tiers: readonly string[];
}

export function addForget(program: Command, shell: Shell): void {
  program
    .command('forget')
    .summary('remove one conversation from log, journal and snapshots')
    .description(
      `Removes every row of a conversation: messages, decisions, feedback, and the snapshots that held them. Models that
are trained from now on never see it; those that have seen it are listed, to be trained anew. No server may hold the
folder meanwhile; it can be run again.`,
    )
    .argument('<conversation>', 'its id')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action(async (conversation, flags) => {
      const folder = dataFolder(shell.config({ dataDir: flags.dataDir }).dataDir);
      const { forgetConversation } = await import('../../../../datasets/log/forget.ts');
      const { Registry: Models } = await import('../../../../models/registry/registry.ts');
      const { forgetWords } = await import('../../../../training/loop/forgotten-words.ts');
      const forgotten = await forgetConversation(folder.root, conversation);
      const wordings = await forgetWords(folder.learning);
      const registry = await Models.open(folder.models, { logger: createLogger('error') });
      const models = await witnessesOf(registry, new Set(forgotten.snapshots));
      shell.terminal(flags.json === true).answer({ ...forgotten, wordings, models }, () =>
        [
          forgotten.wasForgotten
            ? `${conversation} was forgotten before: nothing of it was left to remove`
            : `${forgotten.records} records of ${conversation} removed, ${forgotten.emptied} snapshots emptied`,
          ...(wordings === 0
            ? []
            : [`${wordings} wordings that were routes go up again until the rest of the log speaks for them`]),
          ...(models.length === 0
            ? ['no model that is left has seen it']
            : [
                'seen by these models; "thought-engine train" makes others that have not:',
                table(
                  ['', 'role', 'bundle', 'tiers'],
                  models.map((one) => [one.serves ? '*' : '', one.role, one.bundle.slice(0, 12), one.tiers.join(' ')]),
                ),
              ]),
          ...forgotten.leftovers.map((path) => `${path} may hold it still: look at it, and remove it`),
        ].join('\n'),
      );
    });
}

async function witnessesOf(registry: Registry, snapshots: ReadonlySet<string>): Promise<Witness[]> {
  const found: Witness[] = [];
  for (const { role, current } of await registry.list()) {
    for (const bundle of await registry.bundles(role)) {
      const tiers: string[] = [];
      for (const [tier, id] of Object.entries(bundle.artefacts)) {
        const artefact = await registry.artefact(id).catch(() => null);
        if (artefact !== null && snapshots.has(artefact.manifest.dataSnapshot)) tiers.push(tier);
      }
      if (tiers.length > 0) found.push({ role, bundle: bundle.id, serves: bundle.id === current?.id, tiers });
    }
  }
  return found;
}
