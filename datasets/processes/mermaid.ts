import type { EdgeEvidence } from '../../engine/core/mined-process.ts';
import type { Edge, Process, Step } from '../../engine/core/process.ts';
import { conditionOf, stepLine } from './process-words.ts';

const longestLabel = 60;

/** The process as a Mermaid flowchart; numbers on edges are runs that went this way. */
export function mermaidOf(process: Process, evidence: readonly EdgeEvidence[] = []): string {
  const names = new Map(process.steps.map((step, index) => [step.id, `s${index}`]));
  const lines = ['flowchart TD'];
  for (const step of process.steps) lines.push(`  ${names.get(step.id) ?? ''}${shape(step)}`);
  for (const edge of process.edges) {
    const label = [conditionOf(edge), runsOf(edge, process, evidence)].filter((part) => part !== '').join(' · ');
    const arrow = label === '' ? '-->' : `-->|${quoted(label)}|`;
    lines.push(`  ${names.get(edge.from) ?? 'missing'} ${arrow} ${names.get(edge.to) ?? 'missing'}`);
  }
  return lines.join('\n');
}

function shape(step: Step): string {
  const label = quoted(`${step.id}: ${stepLine(step)}`);
  if (step.kind === 'call') return `[[${label}]]`;
  if (step.kind === 'ask') return `[/${label}/]`;
  return step.kind === 'end' ? `([${label}])` : `[${label}]`;
}

/** Of edges that differ in their condition alone the miner counted the sum, which belongs to none of them. */
function runsOf({ from, to }: Edge, process: Process, evidence: readonly EdgeEvidence[]): string {
  const twins = process.edges.filter((edge) => edge.from === from && edge.to === to);
  const found = evidence.find((edge) => edge.from === from && edge.to === to);
  return found === undefined || twins.length > 1 ? '' : String(found.runs);
}

function quoted(text: string): string {
  const short = text.length > longestLabel ? `${text.slice(0, longestLabel - 1)}…` : text;
  return `"${short.replaceAll('#', '#35;').replaceAll('"', '#quot;').replaceAll(/\s+/g, ' ')}"`;
}
