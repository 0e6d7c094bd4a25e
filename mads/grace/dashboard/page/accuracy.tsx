import { axisX, dot, gridX, ruleY } from '@observablehq/plot';
import { useCallback, useMemo } from 'preact/hooks';
import type { Overview } from '../overview.ts';
import { Chart, type Drawing } from './chart.tsx';
import { count, percent } from './format.ts';
import { Empty, Panel } from './panel.tsx';
import { inOrder, TierChip, tierColours, tierTitle } from './tier.tsx';

/** How right each tier was, as far as anybody has said so. */
export function Accuracy({ overview }: { readonly overview: Overview }) {
  const rows = useMemo(() => inOrder(overview.accuracy), [overview]);
  const draw = useCallback((width: number): Drawing => drawing(rows, width), [rows]);
  return (
    <Panel title="Accuracy of settled messages" hint="Where a person or a tool has judged them, with 95 % intervals.">
      {rows.length === 0 ? (
        <Empty title="Nothing settled yet">As soon as a tier settles messages, its accuracy stands here.</Empty>
      ) : (
        <>
          {rows.some((row) => row.judged > 0) && (
            <Chart
              draw={draw}
              label={`Accuracy per tier: ${rows
                .map((row) => `${tierTitle(row.tier)} ${row.accuracy === null ? 'no labels' : percent(row.accuracy)}`)
                .join(', ')}`}
            />
          )}
          <table class="figures-table">
            <thead>
              <tr>
                <th scope="col">Tier</th>
                <th scope="col" class="number">
                  Accuracy
                </th>
                <th scope="col" class="number">
                  Judged
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.tier}>
                  <th scope="row">
                    <TierChip tier={row.tier} />
                  </th>
                  <td class="number">
                    {row.accuracy === null || row.lower === null || row.upper === null ? (
                      <span class="muted">no labels yet</span>
                    ) : (
                      <>
                        <span class="strong">{percent(row.accuracy, 1)}</span>{' '}
                        <span class="muted interval">
                          {percent(row.lower, 1)} – {percent(row.upper, 1)}
                        </span>
                      </>
                    )}
                  </td>
                  <td class="number">
                    {count(row.judged)} of {count(row.settled)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {rows.every((row) => row.judged === 0) && (
            <p class="hint">Open a decision below and say whether it was right: that is a label.</p>
          )}
        </>
      )}
    </Panel>
  );
}

function drawing(accuracy: Overview['accuracy'], width: number): Drawing {
  const rows = accuracy
    .filter((row) => row.judged > 0)
    .map(({ tier, accuracy: share, lower, upper }) => ({ tier: tierTitle(tier), share, lower, upper }));
  const lowest = Math.min(...rows.map((row) => row.lower ?? 1));
  return {
    height: 46 + rows.length * 30,
    marginLeft: 20,
    marginRight: 20,
    marginBottom: 26,
    x: { domain: [Math.max(0, Math.floor(lowest * 10 - 0.2) / 10), 1], label: null },
    y: { axis: null, domain: rows.map((row) => row.tier) },
    color: tierColours,
    marks: [
      gridX({ stroke: 'var(--line)', strokeOpacity: 1, ticks: 5 }),
      axisX({ ticks: width < 360 ? 3 : 5, tickSize: 0, tickFormat: (x: number) => percent(x, 0) }),
      ruleY(rows, {
        x1: 'lower',
        x2: 'upper',
        y: 'tier',
        stroke: 'tier',
        strokeWidth: 6,
        strokeOpacity: 0.35,
        strokeLinecap: 'round',
      }),
      dot(rows, { x: 'share', y: 'tier', fill: 'tier', r: 6, stroke: 'var(--surface)', strokeWidth: 2 }),
    ],
  };
}
