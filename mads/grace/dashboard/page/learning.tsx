import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { DriftSign, LearningPlan, Movement } from '../../../../engine/core/learning.ts';
import type { RolloutStatus } from '../../../../engine/core/rollout.ts';
import type { Overview } from '../overview.ts';
import { api, faultOf } from './api.ts';
import { now } from './clock.ts';
import { Confirmation } from './dialog.tsx';
import { ago, count, fullTime, percent, plural, shortId } from './format.ts';
import { Empty, Panel } from './panel.tsx';
import { tierTitle } from './tier.tsx';

/** The loop: when roles learn, which challengers are tried out, what changed in the traffic, what moved. */
export function Learning({ overview, onChange }: { readonly overview: Overview; readonly onChange: () => void }) {
  const { isOn, plans, rollouts, drift, moved } = overview.learning;
  const isEmpty = plans.length + rollouts.length + drift.length + moved.length === 0;
  return (
    <Panel
      wide
      title="Learning by itself"
      hint="Trains when there is enough that is new, tries what it learned beside what serves, and takes it back on weak evidence of harm."
    >
      {!isOn && <p class="muted">It is switched off here: roles are trained when somebody asks for it.</p>}
      {isOn && isEmpty && (
        <Empty title="Nothing to look after yet">Import conversations, or let messages come in.</Empty>
      )}
      {rollouts.length > 0 && (
        <ul class="plain cards">
          {rollouts.map((rollout) => (
            <Rollout key={rollout.role} rollout={rollout} onChange={onChange} />
          ))}
        </ul>
      )}
      {plans.length > 0 && <Plans plans={plans} />}
      {drift.length > 0 && <Drift signs={drift} />}
      {moved.length > 0 && <Moved moved={moved} />}
    </Panel>
  );
}

function Rollout({ rollout, onChange }: { readonly rollout: RolloutStatus; readonly onChange: () => void }) {
  const { role, bundle, champion, share, since, pairs, disagreements, wins, losses, unjudged } = rollout;
  const [isAsking, setAsking] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const withdraw = async (): Promise<void> => {
    setAsking(false);
    try {
      await api.rollback(role);
      setFault(null);
    } catch (error) {
      setFault(faultOf(error).message);
    }
    onChange();
  };
  return (
    <li class="card">
      <header class="card-head">
        <h3>{role}</h3>
        <span class="tag" data-state="active">
          {share === 0 ? 'Shadow' : `${percent(share)} of conversations`}
        </span>
        <time class="muted" dateTime={new Date(since).toISOString()} title={fullTime(since)}>
          {ago(since, now())}
        </time>
        <button
          type="button"
          class="small"
          onClick={() => setAsking(true)}
          aria-label={`Withdraw the challenger of ${role}`}
        >
          Withdraw
        </button>
      </header>
      <p>
        <code title={bundle}>{shortId(bundle)}</code> beside <code title={champion}>{shortId(champion)}</code>:{' '}
        {plural(pairs, 'message')}, {count(disagreements)} done differently, {count(wins)} won, {count(losses)} lost
        {unjudged > 0 ? `, ${count(unjudged)} that nobody can judge` : ''}.
      </p>
      <Gauge name="for it" value={rollout.good} at={rollout.goodAt} />
      <Gauge name="against it" value={rollout.harm} at={rollout.harmAt} />
      <p class="muted">Waits for {rollout.waitsFor}.</p>
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {isAsking && (
        <Confirmation
          title={`Withdraw the challenger of ${role}?`}
          act="Withdraw"
          onConfirm={() => void withdraw()}
          onClose={() => setAsking(false)}
        >
          Bundle <code>{shortId(champion)}</code> answers every conversation again. No request is dropped.
        </Confirmation>
      )}
    </li>
  );
}

/** Evidence on a logarithmic scale, from nothing to what decides. */
function Gauge({ name, value, at }: { readonly name: string; readonly value: number; readonly at: number }) {
  const filled = Math.max(0, Math.min(1, Math.log(Math.max(1, value)) / Math.log(at)));
  return (
    <div class="progress">
      <progress aria-label={`Evidence ${name}`} value={filled} max={1} />
      <span>
        Evidence {name}: {value < 10 ? value.toFixed(1) : count(value)} of {count(at)}
      </span>
    </div>
  );
}

/** Scrolls by itself where the page is narrow, with the keyboard too. */
function Table({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div class="table-place" role="region" aria-label={title} tabindex={0}>
      <table class="figures-table">
        <caption class="hint">{title}</caption>
        {children}
      </table>
    </div>
  );
}

function Plans({ plans }: { readonly plans: readonly LearningPlan[] }) {
  return (
    <Table title="When roles learn">
      <thead>
        <tr>
          <th scope="col">Role</th>
          <th scope="col" class="number">
            New turns
          </th>
          <th scope="col">Learned</th>
          <th scope="col">Now</th>
        </tr>
      </thead>
      <tbody>
        {plans.map((plan) => (
          <tr key={plan.role}>
            <th scope="row">{plan.role}</th>
            <td class="number">
              {count(plan.turns)} of {count(plan.turnsNeeded)}
            </td>
            <td>{plan.learnedAt === null ? '–' : ago(plan.learnedAt, now())}</td>
            <td class="muted">{plan.state}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

const kinds: Readonly<Record<DriftSign['kind'], string>> = {
  feature: 'What comes in',
  score: 'How sure tiers are',
  error: 'Errors',
  volume: 'How much',
  unknown: 'New ways to ask',
};

function Drift({ signs }: { readonly signs: readonly DriftSign[] }) {
  const rows = signs.toSorted((a, b) => Number(b.isDrift) - Number(a.isDrift) || b.value / b.limit - a.value / a.limit);
  return (
    <Table title="Drift since the models began to serve; it asks for a training and promotes nothing">
      <thead>
        <tr>
          <th scope="col">Role</th>
          <th scope="col">What</th>
          <th scope="col" class="number">
            Value
          </th>
          <th scope="col" class="number">
            Drift from
          </th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((sign) => (
          <tr key={`${sign.role} ${sign.what}`}>
            <th scope="row">{sign.role}</th>
            <td title={`${count(sign.before)} messages before, ${count(sign.now)} now`}>
              {kinds[sign.kind]}: {sign.what}
            </td>
            <td class="number">{sign.value.toFixed(3)}</td>
            <td class="number">{sign.limit.toFixed(3)}</td>
            <td>
              {sign.isDrift ? (
                <span class="tag" data-state="failed">
                  Drift
                </span>
              ) : (
                <span class="muted">steady</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

const movements: Readonly<Record<Movement['kind'], string>> = {
  proposed: 'Proposed',
  approved: 'Approved',
  learned: 'Learned',
  graduated: 'Graduated',
  demoted: 'Demoted',
};
const shownMovements = 20;

function Moved({ moved }: { readonly moved: readonly Movement[] }) {
  return (
    <Table title="What moved between the tiers">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Role</th>
          <th scope="col">What</th>
          <th scope="col">From, to</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {moved.slice(0, shownMovements).map((row) => (
          <tr key={row.id}>
            <td>
              <time dateTime={new Date(row.time).toISOString()} title={fullTime(row.time)}>
                {ago(row.time, now())}
              </time>
            </td>
            <th scope="row">{row.role}</th>
            <td>{row.what}</td>
            <td>
              <span class="tag" data-state={row.kind === 'demoted' ? 'failed' : 'active'}>
                {movements[row.kind]}
              </span>{' '}
              {tierTitle(row.from)} → {tierTitle(row.to)}
            </td>
            <td class="muted">
              <span title={row.evidence?.join('\n') ?? ''}>{row.why}</span> ({count(row.rows)} messages
              {row.errorUpper === null ? '' : `, error at most ${percent(row.errorUpper)}`})
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
