import type { Command } from '@commander-js/extra-typings';
import type { Evaluation } from '../evaluation.ts';
import type { Shell } from '../shell.ts';
import { percent, table } from '../terminal.ts';

export function addEvaluate(program: Command, shell: Shell): void {
  program
    .command('evaluate')
    .summary('judge the serving models on recorded conversations')
    .description(
      `Shows what the serving models would do with recorded conversations, judged by what the assistant did: those of
--data, else of the log those marked "test", else all that the models have not learned from, because they are newer or
were sealed (one in twenty is). Messages that our own tiers answered do not count. The figures that a promotion rests
on are in "report".`,
    )
    .option('--role <name>', 'one role alone')
    .option('--data <file>', 'conversations to judge on')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action(async (flags) => {
      const terminal = shell.terminal(flags.json === true);
      const config = shell.config({ dataDir: flags.dataDir });
      const { evaluateRoles } = await import('../evaluation.ts');
      const evaluations = await evaluateRoles(config, flags, terminal.progress);
      terminal.answer(evaluations, () => evaluations.map(evaluationText).join('\n'));
    });
}

const chosenAs: Readonly<Record<Evaluation['on'], string>> = {
  file: '',
  'marked test': ' marked "test"',
  'never learned from': ' that these models never learned from',
};

function evaluationText({ role, conversations, on, levels: figures }: Evaluation): string {
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
  return `${role}: ${conversations} conversations${chosenAs[on]}\n${table(head, rows)}`;
}
