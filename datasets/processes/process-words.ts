import type { Edge, Step } from '../../engine/core/process.ts';

/** What a step does in one short line. */
export function stepLine(step: Step): string {
  if (step.kind === 'call') return `${step.tool}(${Object.keys(step.arguments).join(', ')})`;
  return step.text;
}

/** When an edge is taken; empty where it is taken whenever no other fits. */
export function conditionOf({ when }: Edge): string {
  return when === undefined ? '' : `${when.path} = ${JSON.stringify(when.equals)}`;
}

/** Two edges between the same steps are told apart by their conditions. */
export function edgeName(edge: Edge): string {
  const condition = conditionOf(edge);
  return `${edge.from} → ${edge.to}${condition === '' ? '' : ` when ${condition}`}`;
}
