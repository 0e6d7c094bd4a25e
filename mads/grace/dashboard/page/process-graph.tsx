import { conditionText, stepLine, valueText } from '../../../../datasets/processes/process-words.ts';
import type { ProcessEvidence } from '../../../../datasets/processes/stored-process.ts';
import type { Process } from '../../../../engine/core/process.ts';
import { layoutOf, type Point } from './process-layout.ts';

const size = { boxWidth: 210, boxHeight: 62, gapX: 26, gapY: 46 };
/** Characters that fit into a box, in each of two lines. */
const lineLength = 29;
const margin = 8;

/** Where a step's details stand on the page. */
export function stepAnchor(id: string): string {
  return `step-${id}`;
}

/** Where the drawing is wider than the page, its middle is seen first: most processes begin and end there. */
function centre(place: HTMLDivElement | null): void {
  if (place !== null) place.scrollLeft = (place.scrollWidth - place.clientWidth) / 2;
}

/** The process as boxes and arrows; each box leads to the details of its step. All of it stands in words below, too. */
export function ProcessGraph(props: { readonly process: Process; readonly evidence: ProcessEvidence | null }) {
  const { process, evidence } = props;
  const known = new Set(process.steps.map((step) => step.id));
  const edges = process.edges.filter(({ from, to }) => known.has(from) && known.has(to));
  const layout = layoutOf([...known], edges, process.start, size);
  const most = Math.max(1, ...(evidence?.edges ?? []).map((edge) => edge.runs));
  return (
    <div class="graph-place" ref={centre} tabindex={0} role="region" aria-label="Drawing of the process, scrolls">
      <svg
        class="graph"
        role="group"
        aria-label={`${process.steps.length} steps of ${process.name}`}
        width={layout.width + 2 * margin}
        height={layout.height + 2 * margin}
        viewBox={`${-margin} ${-margin} ${layout.width + 2 * margin} ${layout.height + 2 * margin}`}
      >
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="9"
            markerHeight="9"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M0 0 8 4 0 8z" class="graph-arrow" />
          </marker>
        </defs>
        <g aria-hidden="true">
          {layout.edges.map((edge, index) => {
            const runs = evidence?.edges.find(
              ({ from, to }) => from === edges[index]?.from && to === edges[index]?.to,
            )?.runs;
            const { when } = edges[index] ?? {};
            const condition = when === undefined ? '' : cut(valueText(when.equals), 16);
            const words = [condition, runs === undefined ? '' : String(runs)].filter((part) => part !== '');
            const width = 1 + (2 * (runs ?? 0)) / most;
            return (
              <g key={index}>
                <path
                  class="graph-edge"
                  d={pathOf(edge.points, edge.isBack)}
                  stroke-width={width}
                  marker-end="url(#arrow)"
                />
                {words.length > 0 && (
                  <text class="graph-label" x={edge.label.x} y={edge.label.y + 4} text-anchor="middle">
                    <title>{edges[index] === undefined ? '' : conditionText(process, edges[index])}</title>
                    {words.join(' · ')}
                  </text>
                )}
              </g>
            );
          })}
        </g>
        {layout.nodes.map(({ id, x, y }) => {
          const step = process.steps.find((one) => one.id === id);
          if (step === undefined) return null;
          const lines = wrapped(stepLine(step));
          return (
            <a key={id} href={`#${stepAnchor(id)}`}>
              <g class="graph-step" data-kind={step.kind} transform={`translate(${x} ${y})`}>
                <rect width={size.boxWidth} height={size.boxHeight} rx={step.kind === 'end' ? 24 : 8} />
                <text class="graph-name" x={12} y={19}>
                  {cut(`${step.kind} · ${id}`, lineLength)}
                </text>
                {lines.map((line, at) => (
                  <text key={at} x={12} y={37 + at * 16}>
                    {line}
                  </text>
                ))}
              </g>
            </a>
          );
        })}
      </svg>
    </div>
  );
}

/** Straight down through the layers with soft bends; back beside the boxes. */
function pathOf(points: readonly Point[], isBack: boolean): string {
  const [first, ...others] = points;
  if (first === undefined) return '';
  if (isBack) return [`M${first.x} ${first.y}`, ...others.map(({ x, y }) => `L${x} ${y}`)].join('');
  let before = first;
  const curves = others.map((point) => {
    const middle = (before.y + point.y) / 2;
    const curve = `C${before.x} ${middle} ${point.x} ${middle} ${point.x} ${point.y}`;
    before = point;
    return curve;
  });
  return `M${first.x} ${first.y}${curves.join('')}`;
}

function wrapped(text: string): string[] {
  if (text.length <= lineLength) return [text];
  const at = text.lastIndexOf(' ', lineLength);
  const first = text.slice(0, at > 8 ? at : lineLength);
  return [first, cut(text.slice(first.length).trim(), lineLength)];
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
