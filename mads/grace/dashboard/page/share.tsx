import { axisX, axisY, gridY, rectY, ruleY } from '@observablehq/plot';
import { useCallback, useState } from 'preact/hooks';
import type { Overview } from '../overview.ts';
import { Chart, type Drawing } from './chart.tsx';
import { count, percent } from './format.ts';
import { Empty, Panel } from './panel.tsx';
import { Choice } from './choice.tsx';
import { TierLegend, tierColours, tierNames, tierTitle } from './tier.tsx';

const measures = { share: 'Share', messages: 'Messages' } as const;
/** A chart of one bar tells nothing: so many buckets are shown at least. */
const fewestBuckets = 14;

export function Share({ overview }: { readonly overview: Overview }) {
  const [measure, setMeasure] = useState<keyof typeof measures>('share');
  const { share, bucket } = overview;
  const draw = useCallback((width: number): Drawing => drawing(overview, measure, width), [overview, measure]);
  const tiers = [...tierNames, null].filter((tier) => share.some((row) => row.tier === tier));
  const total = overview.savings.messages;
  const label = tiers
    .map((tier) => {
      const settled = share.filter((row) => row.tier === tier).reduce((sum, row) => sum + row.messages, 0);
      return `${tierTitle(tier)} ${percent(settled / Math.max(1, total))}`;
    })
    .join(', ');
  return (
    <Panel
      wide
      title="Who settles the messages"
      hint={`By ${bucket}: the more the lower tiers settle, the fewer calls of the LLM.`}
      action={<Choice name="Measure" options={measures} value={measure} onChange={setMeasure} />}
    >
      {share.length === 0 ? (
        <Empty
          title="No message was routed in this time"
          command={`curl ${location.origin}/v1/chat/completions \\
  -H 'content-type: application/json' \\
  -d '{"model": "${overview.roles[0]?.role ?? 'thought-engine'}", "messages": [{"role": "user", "content": "df -h"}]}'`}
        >
          Send one with the command below, or choose a longer time above.
        </Empty>
      ) : (
        <>
          <TierLegend tiers={tiers} />
          <Chart draw={draw} label={`Messages by the tier that settled them, in all: ${label}`} />
        </>
      )}
    </Panel>
  );
}

const hourFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const dateFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
/** Days are counted in UTC. */
const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

function hourText(time: Date, index: number): string {
  const hour = hourFormat.format(time);
  return index === 0 || hour === '00:00' ? `${hour}\n${dateFormat.format(time)}` : hour;
}

function dayText(time: Date): string {
  return dayFormat.format(time);
}

function drawing({ share, bucket }: Overview, measure: 'share' | 'messages', width: number): Drawing {
  const step = bucket === 'hour' ? 3_600_000 : 86_400_000;
  const last = (share.at(-1)?.time ?? 0) + step;
  const first = Math.min(share[0]?.time ?? 0, last - fewestBuckets * step);
  const rows = share.map((row) => ({ ...row, tier: tierTitle(row.tier), time: new Date(row.time) }));
  return {
    height: 240,
    marginLeft: 50,
    marginBottom: 38,
    x: { type: 'time', domain: [new Date(first), new Date(last)], label: null },
    y: { label: null, ...(measure === 'share' ? { domain: [0, 1] } : {}) },
    color: tierColours,
    marks: [
      gridY({ strokeOpacity: 1, stroke: 'var(--line)', ticks: 4 }),
      axisY({ ticks: 4, tickSize: 0, tickFormat: measure === 'share' ? (y: number) => percent(y, 0) : count }),
      axisX({
        ticks: Math.max(2, Math.floor(width / 90)),
        tickSize: 0,
        tickFormat: bucket === 'hour' ? hourText : dayText,
      }),
      rectY(rows, {
        x1: 'time',
        x2: (row: { readonly time: Date }) => new Date(row.time.getTime() + step),
        y: measure,
        fill: 'tier',
        order: [...tierColours.domain],
        inset: 0.5,
        tip: { format: { x1: true, x2: false, y: measure === 'share' ? (y: number) => percent(y) : count } },
        channels: { messages: 'messages' },
      }),
      ruleY([0], { stroke: 'var(--strong-line)' }),
    ],
  };
}
