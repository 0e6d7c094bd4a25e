import { resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { formatNames } from '../../../../datasets/import/detect-format.ts';
import { openDesk } from '../desk-door.ts';
import type { ImportOutcome } from '../../desk.ts';
import type { Shell } from '../shell.ts';
import { AnsweredFailure } from '../terminal.ts';

/** Bad lines that are shown to a person; the JSON document holds the first hundred. */
const shownLines = 10;

export function addImport(program: Command, shell: Shell): void {
  program
    .command('import')
    .summary('read conversation logs into the data folder')
    .description(
      `Reads conversations: files or folders, JSON Lines, plain or .gz. Formats: auto, ${formatNames()}.
What was imported before stays as it is, so an import can be run again. A line that cannot be read is reported with
its file and number; the good lines are kept, and the exit code is 1.

  thought-engine import logs.jsonl
  thought-engine import turns.jsonl.gz --role support-agent`,
    )
    .argument('<path...>', 'files or folders')
    .option('--format <name>', 'auto, or one of the formats above', 'auto')
    .option(
      '--role <name>',
      'role of the agent where the log names none; else the setting defaultRole, or support-agent',
    )
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action(async (paths, flags) => {
      const terminal = shell.terminal(flags.json === true);
      const door = await openDesk(shell.config({ dataDir: flags.dataDir }), terminal.progress);
      try {
        const started = performance.now();
        const input = { paths: paths.map((path) => resolve(path)), format: flags.format };
        const outcome = await door.ask('import', flags.role === undefined ? input : { ...input, role: flags.role });
        const seconds = (performance.now() - started) / 1000;
        terminal.answer({ ...outcome, seconds }, () => {
          const rate = Math.round(outcome.messages / Math.max(seconds, 0.001));
          const known = outcome.duplicates === 0 ? '' : `, ${outcome.duplicates} messages were there already`;
          const lines = [
            `${outcome.conversations} conversations with ${outcome.messages} messages from ${outcome.files} ${outcome.files === 1 ? 'file' : 'files'} in ${seconds.toFixed(1)} s (${rate}/s)${known}`,
            ...assumedText(outcome, flags.role === undefined),
            ...(outcome.badLines === 0
              ? []
              : [`${outcome.badLines} lines could not be read; the good ones were kept:`]),
            ...outcome.bad.slice(0, shownLines).map(({ file, line, reason }) => `${file}:${line}: ${reason}`),
          ];
          if (outcome.badLines > shownLines) lines.push(`... and ${outcome.badLines - shownLines} more`);
          if (outcome.badLines === 0 && outcome.messages + outcome.duplicates > 0)
            lines.push('next: thought-engine train');
          return lines.join('\n');
        });
        if (outcome.badLines > 0) throw new AnsweredFailure();
      } finally {
        await door.close();
      }
    });
}

/** Which role got the conversations that name none; nobody has to look for them under another. */
function assumedText({ assumed, roles }: ImportOutcome, isGuess: boolean): string[] {
  if (assumed === null) return [];
  const { role, conversations } = assumed;
  const all = Object.values(roles).reduce((sum, count) => sum + count, 0);
  const which = conversations === all ? 'they name no role' : `${conversations} of them name no role`;
  if (!isGuess) return [`${which} and went to ${role}`];
  return [`${which} and went to ${role}; to choose another, import into a fresh data folder with --role NAME`];
}
