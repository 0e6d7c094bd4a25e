import { canonicalJson, sha256 } from '../core/hash.ts';
import type { ToolDefinition } from '../core/tool-definition.ts';
import type { Tool, ToolArguments } from './tool.ts';

export interface SimulationOptions {
  /** A result that was seen in real conversations for this call; undefined where there is none. */
  readonly recorded?: (name: string, given: ToolArguments) => unknown;
}

/**
 * Handlers that return something plausible and touch nothing: no shell, no network, no disk. The same call always has
 * the same result, so that a desk can be replayed.
 */
export function simulatedTool(definition: ToolDefinition, options: SimulationOptions = {}): Tool {
  return {
    definition,
    handler: (given) =>
      Promise.resolve(options.recorded?.(definition.name, given) ?? plausible(definition.name, given)),
  };
}

const executing = ['command', 'code', 'script', 'sql', 'query'];

function plausible(name: string, given: ToolArguments): Readonly<Record<string, unknown>> {
  const verb = (name.split('.').at(-1) ?? name).split(/[_-]/)[0] ?? '';
  const reference = `${(name[0] ?? 'x').toUpperCase()}-${sha256(canonicalJson([name, given]))
    .slice(0, 6)
    .toUpperCase()}`;
  const simulated = true;
  const input = executing.find((argument) => typeof given[argument] === 'string');
  if (input !== undefined)
    return { simulated, status: 'ok', output: `(simulated) ${String(given[input]).slice(0, 200)}` };
  if (/^(get|find|look|lookup|check|show|read|list|search|status|query|fetch|recall)/.test(verb)) {
    return { simulated, status: 'found', reference, ...scalars(given) };
  }
  if (/^(cancel|delete|remove|close|stop|refund|revoke|reset)/.test(verb)) {
    return { simulated, status: 'done', reference, ...scalars(given) };
  }
  return { simulated, status: 'accepted', reference, ...scalars(given) };
}

/** What was asked for comes back, without long payloads. */
function scalars(given: ToolArguments): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) =>
      typeof value === 'string' ? value.length <= 120 : ['number', 'boolean'].includes(typeof value),
    ),
  );
}
