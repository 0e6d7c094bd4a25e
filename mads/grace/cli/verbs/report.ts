import type { Command } from '@commander-js/extra-typings';
import { populationWords } from '../../../../models/certificate/population.ts';
import type { Report } from '../../report.ts';
import { askDesk, ofRole } from '../desk-question.ts';
import type { Shell } from '../shell.ts';
import { percent, table } from '../terminal.ts';

export function addReport(program: Command, shell: Shell): void {
  program
    .command('report')
    .summary('what would be settled without the LLM, at which error, saving how much')
    .description(
      `Shows for each role what its models would settle, as certified on conversations that they were not trained on,
and what was served so far.`,
    )
    .option('--role <name>', 'one role alone')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action((flags) => askDesk(shell, flags, (door) => door.ask('report', ofRole(flags)), reportText));
}

export function reportText({ prospects, served }: Report): string {
  if (prospects.length === 0) return 'no conversations yet: "thought-engine import <path>" reads logs';
  const head = [
    'role',
    'conversations',
    'messages',
    'settled',
    'error',
    'at most',
    'budget',
    'rows',
    'USD saved / 1,000',
  ];
  const rows = prospects.map((row) => [
    row.role,
    row.conversations,
    row.messages,
    percent(row.settled),
    percent(row.error),
    percent(row.errorUpper),
    percent(row.alpha, 0),
    row.rows ?? '–',
    row.savedUsdPerThousand?.toFixed(2) ?? '–',
  ]);
  const reasons = prospects.filter((row) => row.settled === null).map((row) => `${row.role}: ${row.reason}`);
  const proved = prospects.filter((row) => row.settled !== null);
  const speaks = proved.map(
    ({ role, madeFor, delta }) =>
      `${role}: proved with ${percent(delta === null ? null : 1 - delta, 0)} certainty ${populationWords[madeFor ?? 'in-distribution']}`,
  );
  const { savings } = served;
  const so = `served so far: ${savings.messages} messages, ${savings.avoided} settled below the LLM, ${savings.imperator} by the LLM, ${savings.messages - savings.avoided - savings.imperator} by nobody`;
  return [table(head, rows), ...reasons, ...speaks, so].join('\n');
}
