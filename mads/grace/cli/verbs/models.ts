import type { Command } from '@commander-js/extra-typings';
import { systemClock } from '../../../../engine/core/clock.ts';
import { EngineError } from '../../../../engine/core/errors.ts';
import { createLogger } from '../../../../engine/core/logger.ts';
import type { Bundle } from '../../../../models/bundle.ts';
import type { Registry } from '../../../../models/registry/registry.ts';
import { dataFolder } from '../../../house/data-folder.ts';
import { flatten, shown } from '../figures.ts';
import type { PolicyEstimates } from '../policy-estimate.ts';
import type { Route, RouteDifferences } from '../route-differences.ts';
import type { Shell } from '../shell.ts';
import { percent, table } from '../terminal.ts';

/** The registry is files that any number of processes may use: these verbs need no server and disturb none. */
export function addModels(program: Command, shell: Shell): void {
  const models = program
    .command('models')
    .summary('list, show, promote, roll back and compare role models')
    .description(
      `What serves each role is a bundle: the models of its tiers, their thresholds and the proof that these keep the error
budget. These verbs need no server; one that runs takes up what they change within a second.`,
    );
  const open = async (dataDir: string | undefined): Promise<Registry> => {
    const registry = await import('../../../../models/registry/registry.ts');
    return registry.Registry.open(dataFolder(shell.config({ dataDir }).dataDir).models, {
      logger: createLogger('error'),
    });
  };

  models
    .command('list')
    .description('every bundle of every role; * serves, > is tried out beside it')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action(async (flags) => {
      const registry = await open(flags.dataDir);
      const roles = await registry.list();
      const listed = await Promise.all(
        roles.map(async ({ role, current }) => ({
          role,
          current: current?.id ?? null,
          challenger: await registry.challenger(role),
          bundles: await registry.bundles(role),
        })),
      );
      shell.terminal(flags.json === true).answer(listed, () =>
        listed.length === 0
          ? 'no models yet: "thought-engine train" makes them'
          : table(
              ['', 'role', 'bundle', 'made', 'settled', 'error at most', 'tiers'],
              listed.flatMap(({ role, current, challenger, bundles }) =>
                bundles.map((bundle) => rowOf(role, bundle, current, challenger?.bundle ?? null)),
              ),
            ),
      );
    });

  models
    .command('show')
    .description('one bundle: artefacts, thresholds, certificate, figures')
    .argument('<bundle>', 'its id, or its first digits (six or more)')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action(async (id, flags) => {
      const registry = await open(flags.dataDir);
      const { findAncestor } = await import('../../../../models/registry/lineage.ts');
      const { models: root } = dataFolder(shell.config({ dataDir: flags.dataDir }).dataDir);
      const shown = await registry.show(id).catch(async (error: unknown) => {
        const ancestor = await findAncestor(root, id);
        if (ancestor === null) throw error;
        return { ...ancestor.bundle, weights: 'removed', manifests: ancestor.manifests };
      });
      shell.terminal(flags.json === true).answer(shown, () => table(['what', 'value'], flatten(shown)));
    });

  models
    .command('promote')
    .description('make a bundle serve its role; a running server takes it up without losing a request')
    .argument('<bundle>', 'its id, or its first digits (six or more)')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action(async (id, flags) => {
      const registry = await open(flags.dataDir);
      const { role, id: whole } = await registry.show(id);
      const expected = (await registry.current(role))?.id ?? null;
      const bundle = await registry.promote(role, whole, { expected, reason: 'promoted by hand' });
      shell.terminal(flags.json === true).answer(bundle, () => `${short(bundle.id)} serves ${role}`);
    });

  models
    .command('rollback')
    .description('withdraw the challenger that is tried out, else make the bundle before the current one serve again')
    .argument('<role>', 'whose models')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action(async (role, flags) => {
      const registry = await open(flags.dataDir);
      const { knownToRegistry } = await import('../../desk.ts');
      await knownToRegistry(registry, role);
      const bundle = await registry.rollback(role);
      shell.terminal(flags.json === true).answer(bundle, () => `${short(bundle.id)} serves ${role} again`);
    });

  models
    .command('diff')
    .summary('what two bundles do not share, and which messages change their route')
    .description(
      `What two bundles do not share, and, where both are of one role, which of the newest messages of the log take
another route, with examples.`,
    )
    .argument('<from>', 'a bundle: its id, or its first digits (six or more)')
    .argument('<to>', 'another')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action(async (from, to, flags) => {
      const terminal = shell.terminal(flags.json === true);
      const registry = await open(flags.dataDir);
      const differences = await registry.diff(from, to);
      const isOneRole = (await registry.show(from)).role === (await registry.show(to)).role;
      const { routeDifferences } = await import('../route-differences.ts');
      const routes =
        isOneRole && differences.length > 0
          ? await routeDifferences(registry, [from, to], shell.config({ dataDir: flags.dataDir }), terminal.progress)
          : null;
      const rows = differences.map(({ what, from: before, to: after }) => [what, shown(before), shown(after)]);
      terminal.answer({ differences, routes }, () =>
        [
          rows.length === 0 ? 'no difference' : table(['what', from, to], rows),
          ...(routes === null ? [] : [routesText(routes)]),
        ].join('\n'),
      );
    });

  models
    .command('estimate')
    .summary('how a bundle would have done on the live traffic since it was made, whoever served it')
    .description(
      `How bundles of one role would have done on live messages since the newest of them was made. What the LLM answered
shows what was right: all that passed up, and the share that goes up only to be seen (the setting "explore"), each
weighed by the inverse of its probability. Says how many messages the estimate is worth, or that nobody can tell.`,
    )
    .argument('<bundle>', 'its id, or its first digits (six or more)')
    .argument('[other]', 'another of the same role: the difference too')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action(async (bundle, other, flags) => {
      const { estimateBundles } = await import('../policy-estimate.ts');
      const registry = await open(flags.dataDir);
      const ids = other === undefined ? [bundle] : [bundle, other];
      const found = await estimateBundles(registry, ids, shell.config({ dataDir: flags.dataDir }));
      shell.terminal(flags.json === true).answer(found, () => estimatesText(found));
    });

  addPrune(models, shell);
}

function estimatesText({ estimates, difference }: PolicyEstimates): string {
  const lines = estimates.map(({ bundle, estimate }) => {
    const { messages, settled, seen, snips, standardError, doublyRobust, effective, doubt } = estimate;
    const head = `${short(bundle)}: settles ${percent(messages === 0 ? null : settled / messages)} of ${messages} messages`;
    const worth = `worth ${Math.floor(effective)} of them, of ${seen} that the LLM answered`;
    if (snips === null) return `${head}; how rightly, ${doubt ?? ''}`;
    const robust = doublyRobust === null ? '' : `, doubly robust ${percent(doublyRobust)}`;
    return `${head}; with the LLM above it right in ${percent(snips)} ± ${percent(standardError)}${robust}; ${worth}`;
  });
  if (difference === null) return lines.join('\n');
  const { difference: gain, standardError, doubt } = difference;
  const words = gain === null ? (doubt ?? '') : `${percent(gain)} ± ${percent(standardError)}`;
  return [...lines, `the second is right more often by: ${words}`].join('\n');
}

/** What is removed that nothing needs any more, and what would be. */
function addPrune(models: Command, shell: Shell): void {
  models
    .command('prune')
    .summary('remove bundles, models and snapshots that nothing needs any more')
    .description(
      `Removes bundles, models and snapshots that nothing needs: what serves, is tried out or served in the last 30 days
stays, and the newest few of everything. Of a champion that goes, what it was made of stays ("models show"). A server
does the same by itself (pruneEveryHours).`,
    )
    .option('--keep <n>', 'of each role so many champions and candidates, and so many snapshots; the setting pruneKeep')
    .option('--dry-run', 'only say what would be removed')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action(async (flags) => {
      const config = shell.config({ dataDir: flags.dataDir });
      const keep = flags.keep === undefined ? config.pruneKeep : Number(flags.keep);
      if (!Number.isInteger(keep) || keep < 1)
        throw new EngineError('USAGE', { detail: '--keep needs a number above 0' });
      const folder = dataFolder(config.dataDir);
      const { Registry: Models } = await import('../../../../models/registry/registry.ts');
      const { clear } = await import('../../../house/housekeeping.ts');
      const isDryRun = flags.dryRun === true;
      const registry = await Models.open(folder.models, { logger: createLogger('error') });
      const cleared = await clear(folder, registry, { keep, now: systemClock.now(), isDryRun });
      const { bundles, artefacts, quarantined, busy, snapshots } = cleared;
      shell
        .terminal(flags.json === true)
        .answer(cleared, () =>
          [
            `${isDryRun ? 'would remove' : 'removed'} ${bundles.length} bundles, ${artefacts.length} models, ${quarantined.length} damaged ones, ${snapshots.length} snapshots`,
            ...busy.map((role) => `${role} may be in training: nothing of it was touched`),
          ].join('\n'),
        );
    });
}

function routesText({ asked, changed, changes }: RouteDifferences): string {
  const name = ({ tier, label }: Route): string => (label === null ? tier : `${tier}: ${label}`);
  const rows = changes.map((one) => [one.messages, name(one.from), name(one.to), one.examples[0]?.text ?? '']);
  const head = `${changed} of the newest ${asked} messages take another route`;
  return changes.length === 0 ? head : `${head}\n${table(['messages', 'from', 'to', 'such as'], rows)}`;
}

function rowOf(role: string, bundle: Bundle, current: string | null, tried: string | null): string[] {
  return [
    bundle.id === current ? '*' : bundle.id === tried ? '>' : '',
    role,
    short(bundle.id),
    new Date(bundle.createdAt).toISOString().slice(0, 16).replace('T', ' '),
    percent(bundle.certificate?.coverage),
    percent(bundle.certificate?.errorUpper),
    Object.keys(bundle.artefacts).join(' '),
  ];
}

function short(id: string): string {
  return id.slice(0, 12);
}
