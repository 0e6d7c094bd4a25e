import { useCallback, useEffect, useState } from 'preact/hooks';
import { readableName } from '../../../../datasets/processes/process-words.ts';
import type { BrokenProcess } from '../../../../datasets/processes/stored-process.ts';
import type { ProcessSummary } from '../../process-office.ts';
import type { ProcessName } from './address.ts';
import { api, faultOf } from './api.ts';
import { count, percent } from './format.ts';
import { Empty, Panel } from './panel.tsx';

/** All processes of a role or of all roles, with what speaks for them. */
export function Processes(props: {
  readonly role: string | null;
  /** Changes when a job has ended, so that what it found is read. */
  readonly news: unknown;
  readonly onOpen: (of: ProcessName) => void;
}) {
  const { role, news, onOpen } = props;
  const [listed, setListed] = useState<readonly (ProcessSummary | BrokenProcess)[] | null>(null);
  const [note, setNote] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const load = useCallback(() => {
    api.processes(role === null ? {} : { role }).then(setListed, (error: unknown) => setFault(faultOf(error).message));
  }, [role, news]);
  useEffect(load, [load]);
  const mine = async (): Promise<void> => {
    try {
      const jobs = await api.mine({ ...(role === null ? {} : { role }), reason: 'asked for on the dashboard' });
      setNote(`Looking through the log of ${jobs.map((view) => view.job.role).join(', ')}; proposals appear here.`);
      setFault(null);
    } catch (error) {
      setFault(faultOf(error).message);
    }
  };
  const whole = (listed ?? []).filter((one): one is ProcessSummary => !('fault' in one));
  const broken = (listed ?? []).filter((one): one is BrokenProcess => 'fault' in one);
  return (
    <Panel
      wide
      title="Processes"
      hint="What the assistant does again and again, found in the log. A proposal does nothing before it is approved."
      action={
        <button type="button" class="primary" onClick={() => void mine()}>
          Look for processes
        </button>
      }
    >
      {note !== null && <p role="status">{note}</p>}
      {[...(fault === null ? [] : [fault]), ...broken.map((one) => one.fault)].map((line) => (
        <p key={line} class="fault" role="alert">
          {line}
        </p>
      ))}
      {listed !== null && listed.length === 0 && (
        <Empty title="No processes yet" command="npm run -s thought-engine -- processes mine">
          Import conversations, then look for processes: with the button above, or with the command below.
        </Empty>
      )}
      {whole.length > 0 && <ProcessTable rows={whole} onOpen={onOpen} />}
    </Panel>
  );
}

function ProcessTable(props: { readonly rows: readonly ProcessSummary[]; readonly onOpen: (of: ProcessName) => void }) {
  return (
    <div class="table-place" tabindex={0} role="region" aria-label="List of processes, scrolls">
      <table class="processes">
        <thead>
          <tr>
            <th scope="col">Process</th>
            <th scope="col">State</th>
            {['Steps', 'Runs', 'Coverage', 'Fitness', 'Precision', 'Doubts'].map((title) => (
              <th key={title} scope="col" class="number">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={`${row.role} ${row.name}`}>
              <td class="cell-message">
                <button
                  type="button"
                  class="row-button"
                  onClick={() => props.onOpen({ role: row.role, name: row.name })}
                >
                  {readableName(row.name)}
                </button>
                <span class="muted">
                  {row.role} · <code>{row.name}</code>
                </span>
              </td>
              <td>
                <ProcessStateTag {...row} />
              </td>
              <td class="number">{row.steps}</td>
              <td class="number">{row.support === null ? '–' : count(row.support)}</td>
              <td class="number">{row.coverage === null ? '–' : percent(row.coverage)}</td>
              <td class="number">{row.fitness === null ? '–' : row.fitness.toFixed(2)}</td>
              <td class="number">{row.precision === null ? '–' : row.precision.toFixed(2)}</td>
              <td class="number">{row.doubts}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function ProcessStateTag(props: Pick<ProcessSummary, 'state' | 'version' | 'approved'>) {
  const { state, version, approved } = props;
  const isChanged = state === 'proposed' && approved !== null && approved !== version;
  const words = isChanged
    ? 'Acts, change proposed'
    : { proposed: 'Proposed', approved: 'Acts', retired: 'Retired' }[state];
  return (
    <span class="tag" data-process={state}>
      {words}
    </span>
  );
}
