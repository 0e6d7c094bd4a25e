import type { Command } from '@commander-js/extra-typings';
import { EngineError } from '../../../../engine/core/errors.ts';
import type { LabelQueue } from '../../label-queue.ts';
import { askDesk, ofRole } from '../desk-question.ts';
import type { Shell } from '../shell.ts';
import { percent, table } from '../terminal.ts';

const shownCharacters = 60;

export function addLabels(program: Command, shell: Shell): void {
  const labels = program
    .command('labels')
    .summary('settled messages that somebody should look at, and their answers')
    .description(
      `People's words about messages: what certificates rest on beside the log, and what the next models learn from.
"next" lists what to look at, "answer" takes a verdict on one of these.`,
    );
  labels
    .command('next')
    .summary('messages that somebody should look at, most at stake first')
    .description(
      `One in twenty of all messages, drawn at random: what was settled without the LLM first, most at stake first, then what the
LLM answered. Says what the answers so far prove about what was settled. With some hundred answers, of every kind as
many as were drawn, the next training certifies by them too, and no longer by the LLM's answers alone.`,
    )
    .option('--role <name>', 'one role alone')
    .option('--limit <n>', 'at most so many of each role', '10')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action(async (flags) => {
      const limit = Number(flags.limit);
      if (!Number.isInteger(limit) || limit < 0) throw new EngineError('USAGE', { detail: '--limit needs a number' });
      await askDesk(
        shell,
        flags,
        (door) => door.ask('labels', { ...ofRole(flags), limit }),
        (queues) => queues.map(queueText).join('\n\n'),
      );
    });
  labels
    .command('answer')
    .description('say whether a settled message was settled rightly')
    .argument('<decision>', 'its id')
    .argument('<verdict>', 'right or wrong')
    .option('--note <text>', 'why')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action(async (decision, verdict, flags) => {
      if (verdict !== 'right' && verdict !== 'wrong') {
        throw new EngineError('USAGE', { detail: `the verdict is "right" or "wrong", not "${verdict}"` });
      }
      const note = flags.note === undefined ? {} : { note: flags.note };
      await askDesk(
        shell,
        flags,
        (door) => door.ask('label', { decision, correct: verdict === 'right', ...note }),
        () => `kept: ${decision} was settled ${verdict === 'right' ? 'rightly' : 'wrongly'}`,
      );
    });
}

function queueText({ role, waiting, tasks, bound }: LabelQueue): string {
  const missing =
    bound.missing === null
      ? 'too many errors to hold'
      : bound.holds
        ? 'holds'
        : `about ${bound.missing} more are needed`;
  const head =
    bound.settled === 0
      ? `${role}: nothing was settled yet`
      : `${role}: ${bound.judged} of ${bound.settled} settled messages judged, ${bound.errors} wrong; error at most ${percent(bound.errorUpper)}: ${missing}; ${waiting} wait`;
  const rows = tasks.map((task) => [
    task.decision,
    task.stake,
    task.tier,
    task.text.replace(/\s+/g, ' ').slice(0, shownCharacters),
    JSON.stringify(task.outcome).slice(0, shownCharacters),
  ]);
  return rows.length === 0
    ? head
    : `${head}\n${table(['decision', 'stake', 'tier', 'message', 'what was done'], rows)}`;
}
