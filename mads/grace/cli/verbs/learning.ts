import type { Command } from '@commander-js/extra-typings';
import type { LearningStatus, Movement } from '../../../../engine/core/learning.ts';
import { askDesk, ofRole } from '../desk-question.ts';
import type { Shell } from '../shell.ts';
import { percent, table } from '../terminal.ts';

const shownMoves = 30;
const shownCharacters = 48;

export function addLearning(program: Command, shell: Shell): void {
  program
    .command('learning')
    .summary('what is due, what is tried out, what drifted, what moved between the tiers')
    .description(
      `The learning loop at one sight. What moved: processes that were proposed, approved, learned and certified, words
that became routes of the tree router, and what was demoted, each with the reason.`,
    )
    .option('--role <name>', 'one role alone')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action((flags) => askDesk(shell, flags, (door) => door.ask('learning', ofRole(flags)), learningText));
}

function learningText({ isOn, plans, rollouts, drift, moved }: LearningStatus): string {
  const drifted = drift.filter((sign) => sign.isDrift);
  return [
    isOn ? 'roles learn by themselves' : 'no role learns by itself here',
    ...plans.map(({ role, state }) => `${role}: ${state}`),
    ...rollouts.map(
      ({ role, bundle, share, waitsFor }) =>
        `${role}: ${bundle.slice(0, 12)} is tried out with ${percent(share, 0)} of the conversations; ${waitsFor}`,
    ),
    ...drifted.map(({ role, what }) => `${role}: ${what} changed`),
    moved.length === 0
      ? 'nothing moved between the tiers yet'
      : table(['when', 'role', 'what', '', 'from', 'to', 'why'], moved.slice(0, shownMoves).map(rowOf)),
  ].join('\n');
}

function rowOf({ time, role, what, kind, from, to, why, rows, errorUpper }: Movement): string[] {
  const bound = errorUpper === null ? '' : `, error at most ${percent(errorUpper)}`;
  const when = new Date(time).toISOString().slice(0, 16).replace('T', ' ');
  return [when, role, what.slice(0, shownCharacters), kind, from, to, `${why} (${rows} messages${bound})`];
}
