import { axisX, dot, gridX, ruleY } from '@observablehq/plot';
import { useCallback, useMemo } from 'preact/hooks';
import type { Overview } from '../overview.ts';
import { Chart, type Drawing } from './chart.tsx';
import { count, duration } from './format.ts';
import { Empty, Panel } from './panel.tsx';
import { inOrder, TierChip, tierColours, tierTitle } from './tier.tsx';

const quantiles = ['p50', 'p90', 'p99'] as const;

export function Latency({ overview }: { readonly overview: Overview }) {
  const rows = useMemo(() => inOrder(overview.latency), [overview]);
  const draw = useCallback((width: number): Drawing => drawing(rows, width), [rows]);
  return (
    <Panel
      title="Latency"
      hint="From p50 (full) over p90 to p99 (open) of all visits; each step of the scale is tenfold."
    >
      {rows.length === 0 ? (
        <Empty title="Nobody was asked yet">The first message that is routed is timed.</Empty>
      ) : (
        <>
          <Chart
            draw={draw}
            label={`Median latency: ${rows.map((row) => `${tierTitle(row.tier)} ${duration(row.p50)}`).join(', ')}`}
          />
          <table class="figures-table">
            <thead>
              <tr>
                <th scope="col">Tier</th>
                {quantiles.map((name) => (
                  <th key={name} scope="col" class="number">
                    {name}
                  </th>
                ))}
                <th scope="col" class="number spare">
                  Visits
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.tier}>
                  <th scope="row">
                    <TierChip tier={row.tier} />
                  </th>
                  {quantiles.map((name) => (
                    <td key={name} class="number">
                      {duration(row[name])}
                    </td>
                  ))}
                  <td class="number spare">{count(row.visits)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Panel>
  );
}

function drawing(latency: Overview['latency'], width: number): Drawing {
  const rows = latency.map((row) => ({ ...row, tier: tierTitle(row.tier) }));
  // One microsecond to ten seconds at least, so that tiers can be compared from day to day.
  const highest = Math.max(10_000_000, ...rows.map((row) => row.p99));
  const powers = Array.from({ length: Math.ceil(Math.log10(highest)) + 1 }, (_, power) => 10 ** power);
  const shown = width < 420 ? powers.filter((_, power) => power % 3 === 0) : powers;
  return {
    height: 40 + rows.length * 28,
    marginLeft: 16,
    marginRight: 20,
    marginBottom: 26,
    x: { type: 'log', domain: [1, highest], label: null, clamp: true },
    y: { axis: null, domain: rows.map((row) => row.tier) },
    color: tierColours,
    marks: [
      gridX({ stroke: 'var(--line)', strokeOpacity: 1, ticks: powers }),
      axisX({ ticks: shown, tickSize: 0, tickFormat: (x: number) => duration(x) }),
      ruleY(rows, { x1: 'p50', x2: 'p99', y: 'tier', stroke: 'tier', strokeWidth: 3, strokeOpacity: 0.4 }),
      dot(rows, { x: 'p99', y: 'tier', stroke: 'tier', fill: 'var(--surface)', r: 4.5, strokeWidth: 2 }),
      dot(rows, { x: 'p90', y: 'tier', fill: 'tier', r: 3.5 }),
      dot(rows, { x: 'p50', y: 'tier', fill: 'tier', r: 6, stroke: 'var(--surface)', strokeWidth: 1.5 }),
    ],
  };
}
