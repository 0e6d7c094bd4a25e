import { useState } from 'preact/hooks';
import type { Bundle } from '../../../../models/bundle.ts';
import { populationWords } from '../../../../models/certificate/population.ts';
import type { Overview, RoleModels } from '../overview.ts';
import { api, faultOf } from './api.ts';
import { now } from './clock.ts';
import { Confirmation } from './dialog.tsx';
import { ago, count, fullTime, percent, plural, shortId } from './format.ts';
import { bundleBefore, changesOf, changeText } from './lineage.ts';
import { Empty, Panel } from './panel.tsx';
import { tierTitles } from './tier.tsx';

export function Models({ overview, onChange }: { readonly overview: Overview; readonly onChange: () => void }) {
  return (
    <Panel wide title="Models" hint="What serves each role, what was proved about it, and how it came to that.">
      {overview.models.length === 0 ? (
        <Empty title="No models yet" command="npm run -s thought-engine -- train">
          Import conversations, then train: with "Train now", or with the command below. Until then every message goes
          to the LLM.
        </Empty>
      ) : (
        <ul class="plain cards">
          {overview.models.map((row) => (
            <RoleCard
              key={row.role}
              row={row}
              alpha={overview.alpha}
              isTrying={overview.learning.rollouts.some(({ role }) => role === row.role)}
              onChange={onChange}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function RoleCard(props: {
  readonly row: RoleModels;
  readonly alpha: number;
  /** A challenger is tried out: that is what would be taken back first, further down. */
  readonly isTrying: boolean;
  readonly onChange: () => void;
}) {
  const { role, current, history } = props.row;
  const [isAsking, setAsking] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const changes = changesOf(history);
  const before = props.isTrying ? null : bundleBefore(history);
  const rollBack = async (): Promise<void> => {
    setAsking(false);
    try {
      await api.rollback(role);
      setFault(null);
    } catch (error) {
      setFault(faultOf(error).message);
    }
    props.onChange();
  };
  return (
    <li class="card">
      <header class="card-head">
        <h3>{role}</h3>
        {current !== null && (
          <code class="tag" title={current.id}>
            {shortId(current.id)}
          </code>
        )}
        {before !== null && (
          <button type="button" class="small" onClick={() => setAsking(true)} aria-label={`Roll back ${role}`}>
            Roll back
          </button>
        )}
      </header>
      {current === null ? <p>No bundle is whole: every message goes to the LLM.</p> : <Proof bundle={current} />}
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <details>
        <summary>{plural(changes.length, 'change')}</summary>
        <ol class="history">
          {changes.map(({ sequence, time, event }) => (
            <li key={sequence}>
              <time dateTime={new Date(time).toISOString()} title={fullTime(time)}>
                {ago(time, now())}
              </time>
              <span>
                {changeText(event)}: {event.reason}
              </span>
            </li>
          ))}
        </ol>
      </details>
      {isAsking && before !== null && (
        <Confirmation
          title={`Roll back ${role}?`}
          act="Roll back"
          onConfirm={() => void rollBack()}
          onClose={() => setAsking(false)}
        >
          Bundle <code>{shortId(before)}</code> will serve {role} again in place of{' '}
          <code>{shortId(current?.id ?? '')}</code>. No request is dropped, and a later training can promote anew.
        </Confirmation>
      )}
    </li>
  );
}

/** The certificate in plain words. */
function Proof({ bundle }: { readonly bundle: Bundle }) {
  const { certificate, thresholds, artefacts } = bundle;
  const tiers = (['dtr', 'lppm'] as const).filter((tier) => artefacts[tier] !== undefined);
  return (
    <>
      {certificate === null || certificate.settled === 0 ? (
        <p>{certificate?.reason ?? 'Nothing could be certified: every message goes to the LLM.'}</p>
      ) : (
        <p>
          Settles <strong>{percent(certificate.coverage)}</strong> of the messages below the LLM; with{' '}
          {percent(1 - certificate.delta)} certainty at most <strong>{percent(certificate.errorUpper, 1)}</strong> of
          these are wrong (budget {percent(certificate.alpha)}), as proved on {count(certificate.rows)} messages that no
          model had seen. This holds {populationWords[certificate.madeFor ?? 'in-distribution']}.
        </p>
      )}
      <p class="muted">
        {tiers
          .map((tier) => {
            const { standard } = thresholds[tier];
            return `${tierTitles[tier]} ${standard === null ? 'settles nothing' : `settles from ${standard.toFixed(3)}`}`;
          })
          .concat(artefacts.cet === undefined ? [] : ['CET chooses the context'])
          .join(' · ')}
      </p>
    </>
  );
}
