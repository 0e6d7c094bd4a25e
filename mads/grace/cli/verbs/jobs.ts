import type { Command } from '@commander-js/extra-typings';
import type { JobView } from '../../../../training/queue/queue.ts';
import { minedText } from '../mined-text.ts';
import { askDesk } from '../desk-question.ts';
import { flatten } from '../figures.ts';
import type { Shell } from '../shell.ts';
import { table } from '../terminal.ts';

export function addJobs(program: Command, shell: Shell): void {
  const jobs = program
    .command('jobs')
    .summary('list, show, retry and cancel jobs (training, mining) of the running server')
    .description(
      `Jobs of the running server: trainings and searches for processes, one trainer at a time for a role. A job that
failed for a reason that can pass is tried again by itself.`,
    );
  jobs
    .command('list')
    .description('all jobs, newest first')
    .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
    .option('--json', 'print one JSON document')
    .action((flags) => askDesk(shell, flags, (door) => door.ask('jobs', undefined), listText));

  const single = { show: 'job', retry: 'retry', cancel: 'cancel' } as const;
  for (const [verb, operation] of Object.entries(single)) {
    jobs
      .command(verb)
      .description({ show: 'one job in full', retry: 'put a failed job back', cancel: 'stop a job' }[verb] ?? verb)
      .argument('<id>', 'job')
      .option('--data-dir <folder>', 'data folder (default: .thought-engine)')
      .option('--json', 'print one JSON document')
      .action((id, flags) =>
        askDesk(
          shell,
          flags,
          (door) => door.ask(operation, { id }),
          verb === 'show' ? jobText : ({ job, state }) => `job ${id} of ${job.role} is ${state}`,
        ),
      );
  }
}

/** Everything that is known of a job; times as people read them. */
function jobText(job: JobView): string {
  const times = Object.entries(job).filter(
    (entry): entry is [string, number] => entry[0].endsWith('At') && typeof entry[1] === 'number',
  );
  const read = Object.fromEntries(times.map(([name, time]) => [name, minuteOf(time)]));
  return table(['what', 'value'], flatten({ ...job, ...read }));
}

function minuteOf(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

function listText(jobs: readonly JobView[]): string {
  if (jobs.length === 0) return 'no jobs yet: "thought-engine train" makes them';
  return table(
    ['job', 'role', 'what', 'state', 'made', 'why', 'what came of it'],
    jobs.map(({ id, job, state, createdAt, progress, result, mined, error }) => [
      id,
      job.role,
      job.kind === 'mine' ? 'mine' : 'train',
      state,
      minuteOf(createdAt),
      job.reason,
      error?.message ?? result?.reasons[0] ?? (mined === null ? progress?.stage : minedText(mined)) ?? '',
    ]),
  );
}
