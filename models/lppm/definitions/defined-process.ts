import type { Process, Step } from '../../../engine/core/process.ts';

/** A process as its definition tells it; nothing of it was ever seen. */
export interface DefinedProcess {
  readonly name: string;
  /** Words of each step. Steps that call a tool begin with `query`, questions with `ask`. */
  readonly replies: Readonly<Record<string, string>>;
  /** Step that follows on the happy path; `yes`, `no`, `available` and the like stand for answers and results. */
  readonly graph: Readonly<Record<string, string>>;
  /** What it is for, in words. */
  readonly description?: string;
  /** Tools that it calls: conversations of a log are named after them. */
  readonly tools?: readonly string[];
}

/**
 * A process of a role as the follower reads it: steps by what they do, and of several edges the one that is taken
 * whenever no other fits.
 */
export function definedProcessOf(process: Process): DefinedProcess {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const step of process.steps) {
    const name = nameOf(step);
    const own = taken.has(name) ? `${name}_${step.id}` : name;
    taken.add(own);
    names.set(step.id, own);
  }
  const replies: Record<string, string> = {};
  const graph: Record<string, string> = {};
  const tools: string[] = [];
  for (const step of process.steps) {
    const name = names.get(step.id) as string;
    replies[name] = step.kind === 'call' ? step.tool : step.text;
    if (step.kind === 'call') tools.push(step.tool);
    const edges = process.edges.filter(({ from }) => from === step.id);
    const next = edges.find(({ when }) => when === undefined) ?? edges[0];
    const to = next === undefined ? undefined : names.get(next.to);
    if (to !== undefined) graph[name] = to;
  }
  return { name: process.name, replies, graph, description: process.description, tools };
}

function nameOf(step: Step): string {
  if (step.kind === 'ask') return `ask_${step.slot}`;
  if (step.kind === 'call') return `query_${step.id}`;
  return step.kind === 'end' ? `bye_${step.id}` : `inform_${step.id}`;
}

/** Whether conversations of a log that name `process` are of this one. */
export function isOf(definition: DefinedProcess, process: string): boolean {
  return definition.name === process || definition.tools?.includes(process) === true;
}
