import { areaY, axisX, axisY, dot, gridY, lineY, ruleY, text } from '@observablehq/plot';
import { useCallback } from 'preact/hooks';
import type { Overview } from '../overview.ts';
import { Chart, type Drawing } from './chart.tsx';
import { count, percent } from './format.ts';
import { Empty, Panel } from './panel.tsx';
import { TierLegend, tierColours, tierTitle } from './tier.tsx';

/** Judged visits below which a curve would show noise. */
const fewestRows = 8;

/** What settling more would cost. */
export function Coverage({ overview }: { readonly overview: Overview }) {
  const curves = overview.coverage.filter((curve) => curve.rows >= fewestRows);
  const draw = useCallback((width: number): Drawing => drawing(overview, width), [overview]);
  const judged = overview.coverage.reduce((sum, curve) => sum + curve.rows, 0);
  const label = curves
    .map(({ tier, working }) =>
      working === null
        ? `${tierTitle(tier)} settles nothing`
        : `${tierTitle(tier)} settles ${percent(working.coverage)} at ${percent(working.error, 1)} error`,
    )
    .join('; ');
  return (
    <Panel
      title="Coverage against error"
      hint="What a lower threshold would settle, and how much of it would be wrong; ringed: the threshold in force."
    >
      {curves.length === 0 ? (
        <Empty title={judged === 0 ? 'No labels yet' : `Only ${count(judged)} judged visits`}>
          The curve needs {fewestRows} judged visits of a tier. Judge decisions below, or let tools report their
          outcomes to <code>/v1/feedback</code>.
        </Empty>
      ) : (
        <>
          <TierLegend tiers={curves.map((curve) => curve.tier)} />
          <Chart draw={draw} label={`Coverage against error: ${label}; budget ${percent(overview.alpha)}`} />
        </>
      )}
    </Panel>
  );
}

function drawing({ coverage, alpha }: Overview, width: number): Drawing {
  const curves = coverage.filter((curve) => curve.rows >= fewestRows);
  const points = curves.flatMap(({ tier, points: own }) => own.map((point) => ({ ...point, tier: tierTitle(tier) })));
  const working = curves.flatMap((curve) =>
    curve.working === null ? [] : [{ ...curve.working, tier: tierTitle(curve.tier) }],
  );
  const highest = Math.max(alpha, ...points.map((point) => point.error), ...working.map((point) => point.error));
  // Bounds of a handful of rows reach 100 % and would flatten all that matters.
  const top = Math.min(1, Math.max(alpha * 2, highest * 1.25));
  const clipped = points.map((point) => ({ ...point, bound: Math.min(point.errorUpper, top) }));
  return {
    height: 230,
    marginLeft: 48,
    marginRight: 52,
    marginBottom: 40,
    x: { domain: [0, 1] },
    y: { domain: [0, top], label: null },
    color: tierColours,
    marks: [
      gridY({ stroke: 'var(--line)', strokeOpacity: 1, ticks: 4 }),
      axisY({ ticks: 4, tickSize: 0, tickFormat: (y: number) => percent(y, top < 0.1 ? 1 : 0) }),
      axisX({
        ticks: width < 400 ? 4 : 6,
        tickSize: 0,
        tickFormat: (x: number) => percent(x, 0),
        label: 'Share of judged visits settled',
        labelAnchor: 'center',
        labelArrow: 'none',
        labelOffset: 34,
      }),
      areaY(clipped, { x: 'coverage', y1: 'error', y2: 'bound', fill: 'tier', fillOpacity: 0.13 }),
      ruleY([alpha], { stroke: 'var(--ink)', strokeDasharray: '4 4' }),
      text([alpha], {
        y: (value: number) => value,
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 6,
        text: (value: number) => `α ${percent(value)}`,
        fill: 'var(--ink)',
      }),
      lineY(points, {
        x: 'coverage',
        y: 'error',
        stroke: 'tier',
        strokeWidth: 2,
        tip: { format: { x: (x: number) => percent(x), y: (y: number) => percent(y, 1), threshold: '.3f' } },
        channels: { threshold: 'threshold' },
      }),
      dot(working, { x: 'coverage', y: 'error', r: 7, stroke: 'tier', strokeWidth: 2.5, fill: 'var(--surface)' }),
    ],
  };
}
