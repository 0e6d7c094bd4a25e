import { useState } from 'preact/hooks';
import type { ProgressEvent } from '../../../../engine/core/progress.ts';
import type { JobState, JobView } from '../../../../training/queue/queue.ts';
import type { Overview } from '../overview.ts';
import { api, faultOf } from './api.ts';
import { now } from './clock.ts';
import { ago, duration, fullTime, plural } from './format.ts';
import { Empty, Panel } from './panel.tsx';

const states: Readonly<Record<JobState, string>> = {
  waiting: 'Waiting',
  active: 'Under way',
  completed: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};
const shown = 8;

export function Jobs(props: {
  readonly overview: Overview;
  readonly role: string | null;
  readonly progress: ReadonlyMap<string, ProgressEvent>;
  readonly onChange: () => void;
}) {
  const { overview, role, onChange } = props;
  const [note, setNote] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const act = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    try {
      await work();
      setNote(null);
    } catch (error) {
      setNote(faultOf(error).message);
    }
    setBusy(false);
    onChange();
  };
  const train = (): Promise<unknown> =>
    api.train({ ...(role === null ? {} : { role }), reason: 'asked for on the dashboard' });
  const jobs = overview.jobs.filter((view) => role === null || view.job.role === role).slice(0, shown);
  return (
    <Panel
      title="Training"
      hint="A candidate takes over only where it is not worse on messages it never saw."
      action={
        <button type="button" class="primary" disabled={isBusy} onClick={() => void act(train)}>
          Train now
        </button>
      }
    >
      {(note ?? overview.queueFault) !== null && (
        <p class="fault" role="alert">
          {note ?? overview.queueFault}
        </p>
      )}
      {jobs.length === 0 ? (
        <Empty title="No training was asked for yet">
          "Train now" learns from all that was logged{role === null ? '' : ` for ${role}`}, corrections first.
        </Empty>
      ) : (
        <ul class="plain stack">
          {jobs.map((view) => (
            <Job key={view.id} view={view} step={props.progress.get(view.id) ?? view.progress} act={act} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Job(props: {
  readonly view: JobView;
  readonly step: ProgressEvent | null;
  readonly act: (work: () => Promise<unknown>) => Promise<void>;
}) {
  const { view, step, act } = props;
  const { id, job, state, result, mined, error } = view;
  const work = job.kind === 'mine' ? 'search for processes' : 'training';
  const isOpen = state === 'waiting' || state === 'active';
  const time = view.finishedAt ?? view.startedAt ?? view.createdAt;
  return (
    <li class="card">
      <header class="card-head">
        <h3>{job.role}</h3>
        <span class="tag" data-state={state}>
          {state === 'completed' && result !== null ? (result.promoted ? 'Promoted' : 'Kept the old') : states[state]}
        </span>
        <span class="muted">{job.kind === 'mine' ? 'processes' : 'models'}</span>
        <time class="muted" dateTime={new Date(time).toISOString()} title={fullTime(time)}>
          {ago(time, now())}
        </time>
        {isOpen && (
          <button
            type="button"
            class="small"
            onClick={() => void act(() => api.cancel(id))}
            aria-label={`Cancel the ${work} of ${job.role}`}
          >
            Cancel
          </button>
        )}
        {(state === 'failed' || state === 'cancelled') && (
          <button
            type="button"
            class="small"
            onClick={() => void act(() => api.retry(id))}
            aria-label={`Retry the ${work} of ${job.role}`}
          >
            Retry
          </button>
        )}
      </header>
      {state === 'active' && (
        <div class="progress">
          <progress
            aria-label={`${work} of ${job.role}`}
            {...(step === null || step.total === null ? {} : { value: step.done, max: Math.max(1, step.total) })}
          />
          <span>{step === null ? 'beginning' : stepText(step)}</span>
        </div>
      )}
      {error !== null && <p class="fault">{error.message}</p>}
      {mined !== null && (
        <p>
          {plural(mined.fresh.length, 'new process', 'new processes')}, {mined.changed.length} changed,{' '}
          {mined.same.length} as before
        </p>
      )}
      {result !== null && result.reasons.length > 0 && <p>{result.reasons.join('; ')}</p>}
      <p class="muted">
        {job.reason}
        {view.startedAt !== null && view.finishedAt !== null
          ? ` · took ${duration((view.finishedAt - view.startedAt) * 1000)}`
          : ''}
        {view.attempts > 1 ? ` · attempt ${view.attempts}` : ''}
      </p>
    </li>
  );
}

function stepText({ stage, done, total, note }: ProgressEvent): string {
  const part = total === null ? '' : ` · ${Math.round((100 * done) / Math.max(1, total))} %`;
  return `${stage}${part}${note === undefined ? '' : ` · ${note}`}`;
}
