import { useEffect, useState } from 'preact/hooks';
import type { LoggedDecision } from '../../../../datasets/log/reader.ts';
import type { Overview } from '../overview.ts';
import { api, faultOf } from './api.ts';
import { Select } from './choice.tsx';
import { now } from './clock.ts';
import { ago, duration, fullTime } from './format.ts';
import { pageOf } from './message-rows.ts';
import { outcomePlace, outcomeText } from './outcome.tsx';
import { Empty, Panel } from './panel.tsx';
import { TierChip, tierNames, tierTitles, type TierName } from './tier.tsx';

const pageSize = 25;
/** Visits read for a page: a message makes four at most, when no tier is chosen. */
const readVisits = pageSize * 4 + 1;
const kinds = { all: 'Every message', settled: 'Settled', passed: 'Passed up' } as const;

/** The last decisions, newest first; a row opens its explanation. */
export function Decisions(props: {
  readonly overview: Overview;
  readonly role: string | null;
  readonly onRole: (role: string | null) => void;
  readonly onOpen: (id: string) => void;
}) {
  const { overview, role, onOpen } = props;
  const [tier, setTier] = useState<TierName | null>(null);
  const [kind, setKind] = useState<keyof typeof kinds>('all');
  /** Ids after which each later page begins. */
  const [pages, setPages] = useState<readonly string[]>([]);
  const [rows, setRows] = useState<readonly LoggedDecision[] | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const before = pages.at(-1);
  useEffect(() => setPages([]), [tier, kind, role]);
  useEffect(() => {
    let isStale = false;
    const read = async (): Promise<void> => {
      try {
        const found = await api.decisions({
          limit: readVisits,
          ...(tier === null ? {} : { tier }),
          ...(role === null ? {} : { role }),
          ...(kind === 'all' ? {} : { settled: kind === 'settled' }),
          ...(before === undefined ? {} : { before }),
        });
        if (isStale) return;
        setRows(found);
        setFault(null);
      } catch (error) {
        if (!isStale) setFault(faultOf(error).message);
      }
    };
    void read();
    return () => void (isStale = true);
  }, [overview, tier, kind, role, before]);
  const { rows: shown, hasMore } = pageOf(rows ?? [], readVisits, pageSize);
  const last = shown.at(-1);
  return (
    <Panel
      wide
      title="Decisions"
      hint="Newest first. Open one to see its way through the tiers, and to say what would have been right."
      action={
        <div class="filters">
          <Select
            name="Tier"
            value={tier ?? ''}
            onChange={(value) => setTier(tierNames.find((name) => name === value) ?? null)}
            options={[['', 'All'], ...tierNames.map((name) => [name, tierTitles[name]] as const)]}
          />
          <Select
            name="Role"
            value={role ?? ''}
            onChange={(value) => props.onRole(value === '' ? null : value)}
            options={[['', 'All'], ...overview.roles.map((row) => [row.role, row.role] as const)]}
          />
          <Select
            name="Show"
            value={kind}
            onChange={(value) => setKind(value as keyof typeof kinds)}
            options={Object.entries(kinds)}
          />
        </div>
      }
    >
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {rows !== null && shown.length === 0 ? (
        <Empty title="No decision fits">
          {overview.totals.decisions === 0
            ? 'Send a message, and its way through the tiers stands here.'
            : 'Choose another tier, role or kind.'}
        </Empty>
      ) : (
        <div class="table-place">
          <table class="decisions">
            <thead>
              <tr>
                <th scope="col">Settled by</th>
                <th scope="col">Message</th>
                <th scope="col">What was decided</th>
                <th scope="col" class="number">
                  Sure
                </th>
                <th scope="col" class="number">
                  Took
                </th>
                <th scope="col">Judged</th>
                <th scope="col" class="number">
                  When
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <Row
                  key={row.decision.id}
                  row={row.decision}
                  isOfTier={tier !== null || kind === 'passed'}
                  onOpen={onOpen}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {(pages.length > 0 || hasMore) && (
        <nav class="pager" aria-label="Pages of decisions">
          <button type="button" disabled={pages.length === 0} onClick={() => setPages(pages.slice(0, -1))}>
            Newer
          </button>
          <span class="muted">Page {pages.length + 1}</span>
          <button
            type="button"
            disabled={!hasMore || last === undefined}
            onClick={() => last !== undefined && setPages([...pages, last.oldest])}
          >
            Older
          </button>
        </nav>
      )}
    </Panel>
  );
}

function Row(props: {
  readonly row: LoggedDecision;
  /** The visit of one tier is shown, not what came of the message. */
  readonly isOfTier: boolean;
  readonly onOpen: (id: string) => void;
}) {
  const { row, isOfTier, onOpen } = props;
  return (
    <tr onClick={() => onOpen(row.id)}>
      <td class="cell-tier">
        <TierChip tier={row.settled || isOfTier ? row.tier : null} />
      </td>
      <td class="cell-message">
        <button
          type="button"
          class="row-button"
          onClick={(event) => {
            event.stopPropagation();
            onOpen(row.id);
          }}
        >
          {row.text.trim() === '' ? '(no text)' : row.text.slice(0, 160)}
        </button>
        <span class="muted">{row.role}</span>
      </td>
      <td class="cell-outcome">
        {row.settled ? outcomeText(row.outcome) : <span class="muted">{isOfTier ? 'passed up' : 'not settled'}</span>}
        {row.settled && outcomePlace(row.outcome) !== null && (
          <span class="muted place">{outcomePlace(row.outcome)}</span>
        )}
      </td>
      <td class="number cell-sure">{row.confidence === null ? '–' : row.confidence.toFixed(3)}</td>
      <td class="number cell-took">{duration(row.latencyUs)}</td>
      <td class="cell-judged">
        {row.correct === null ? <span class="muted">–</span> : <Mark isRight={row.correct} by={row.judgedBy ?? ''} />}
      </td>
      <td class="number cell-when">
        <time dateTime={new Date(row.time).toISOString()} title={fullTime(row.time)}>
          {ago(row.time, now())}
        </time>
      </td>
    </tr>
  );
}

function Mark({ isRight, by }: { readonly isRight: boolean; readonly by: string }) {
  return (
    <span class="mark" data-right={isRight} title={`by ${by}`}>
      <span aria-hidden="true">{isRight ? '✓' : '✗'}</span> {isRight ? 'right' : 'wrong'}
    </span>
  );
}
