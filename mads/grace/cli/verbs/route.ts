import { text as readAll } from 'node:stream/consumers';
import type { Command } from '@commander-js/extra-typings';
import type { ContextChoice } from '../../../../engine/core/decision.ts';
import { EngineError } from '../../../../engine/core/errors.ts';
import { createLogger } from '../../../../engine/core/logger.ts';
import { dataFolder } from '../../../house/data-folder.ts';
import { askServer, servingOwner } from '../../../house/owner.ts';
import { explainRoute, type RouteAnswer } from '../../gateway/native-routes.ts';
import type { Shell } from '../shell.ts';
import { table } from '../terminal.ts';

export function addRoute(program: Command, shell: Shell): void {
  program
    .command('route')
    .summary('say which tier would settle a message, and why; nothing is done')
    .description(
      `Says what would be done with a message, without doing it.

  thought-engine route "ls -la"
  thought-engine route "I want my money back" --role support-agent --explain
  cat data.csv | thought-engine route -`,
    )
    .argument('<text>', 'the message, or - to read it from standard input')
    .option('--role <name>', 'who would answer')
    .option('--conversation <id>', 'take into account what was said there')
    .option('--explain', 'show each visit with its evidence')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action(async (given, flags) => {
      const text = given === '-' ? await readAll(process.stdin) : given;
      if (text.trim() === '') throw new EngineError('USAGE', { detail: 'the message is empty' });
      const config = shell.config({ dataDir: flags.dataDir, port: 0 });
      const request = {
        text,
        ...(flags.role === undefined ? {} : { role: flags.role }),
        ...(flags.conversation === undefined ? {} : { conversation: flags.conversation }),
      };
      const owner = await servingOwner(dataFolder(config.dataDir).root);
      let answer: RouteAnswer;
      if (owner === null) {
        const { openEcosystem } = await import('../../../ecosystem.ts');
        const ecosystem = await openEcosystem(config, { logger: createLogger('error'), withQueue: false });
        try {
          answer = await explainRoute(ecosystem.parts, request, 'user');
        } finally {
          await ecosystem.close();
        }
      } else {
        answer = (await askServer(owner, '/v1/route', request)) as RouteAnswer;
      }
      shell.terminal(flags.json === true).answer(answer, () => answerText(answer, flags.explain === true));
    });
}

function answerText(answer: RouteAnswer, explains: boolean): string {
  const { tier, role, outcome, confidence, threshold, reason } = answer;
  const sure =
    confidence === null
      ? ''
      : ` (confidence ${confidence.toFixed(3)}, needed ${threshold?.toFixed(3) ?? 'nothing certifies'})`;
  const lines = [`${role}: ${tier}${sure}`, reason];
  if (outcome !== null) lines.push(JSON.stringify(outcome, null, 2));
  if (!explains) return lines.join('\n');
  const rows = answer.visits.map((visit) => [
    visit.tier,
    visit.settled ? 'settles' : 'passes',
    visit.label ?? '–',
    visit.confidence?.toFixed(3) ?? '–',
    visit.threshold?.toFixed(3) ?? '–',
    `${visit.latencyUs} µs`,
    visit.reason,
  ]);
  lines.push(table(['tier', '', 'label', 'confidence', 'needed', 'took', 'reason'], rows));
  for (const visit of answer.visits) {
    for (const { what, weight } of visit.evidence) {
      lines.push(`  ${visit.tier}: ${what}${weight === undefined ? '' : ` (${weight.toFixed(2)})`}`);
    }
    if (visit.choices.length > 0) lines.push(...contextLines(visit.choices));
  }
  return lines.join('\n');
}

/** Pieces that are listed at most, and characters that are shown of one. */
const mostListed = 40;
const shownCharacters = 60;

/** What goes into the context and what does not, best first, and what it saves. */
function contextLines(choices: readonly ContextChoice[]): string[] {
  const sum = (some: readonly ContextChoice[]): number => some.reduce((total, { tokens }) => total + tokens, 0);
  const chosen = choices.filter(({ chosen: isIn }) => isIn);
  const out = choices.filter(({ chosen: isIn }) => !isIn);
  const saved = `${sum(chosen)} tokens in, ${sum(out)} left out`;
  const order = choices.toSorted((a, b) => Number(b.chosen) - Number(a.chosen) || b.score - a.score);
  const rows = order
    .slice(0, mostListed)
    .map((choice) => [
      choice.chosen ? 'in' : choice.soon === true ? 'next' : 'out',
      choice.score.toFixed(2),
      String(choice.tokens),
      choice.place ?? choice.id,
      (choice.text ?? '').replaceAll(/\s+/g, ' ').slice(0, shownCharacters),
      choice.reason,
    ]);
  const rest = choices.length > rows.length ? [`  and ${choices.length - rows.length} more`] : [];
  const heading = `context: ${chosen.length} of ${choices.length} pieces, ${saved} (next: with 500 tokens more)`;
  return [heading, table(['', 'score', 'tokens', 'piece', 'says', 'reason'], rows), ...rest];
}
