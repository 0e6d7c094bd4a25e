import { simulatedTool } from '../../engine/action/simulated-tools.ts';
import type { Tool } from '../../engine/action/tool.ts';
import { EngineError } from '../../engine/core/errors.ts';
import type { Process } from '../../engine/core/process.ts';
import type { BlastRadius, ToolDefinition } from '../../engine/core/tool-definition.ts';
import type { RoleDefinition, RoleTool } from './role-files.ts';

/** What the MADs of a role work with. */
export interface RoleEquipment {
  readonly tools: readonly Tool[];
  readonly processes: readonly Process[];
}

/** What a deployment has for a role, whatever the role's file says. */
export interface RoleOffer extends RoleEquipment {
  /** Of the machinery itself, such as reading back what the context left out: no list of tools takes it away. */
  readonly always: readonly Tool[];
}

/**
 * A role that lists tools has these and no others, none where the list is empty; one without a list has all that the
 * deployment offers. The deployment's processes that need another tool are left out.
 * @throws BAD_REQUEST naming file, role and tool where a listed tool has no handler and is not simulated
 */
export function equipmentOf(role: RoleDefinition | null, offer: RoleOffer): RoleEquipment {
  const own = role?.processes ?? [];
  if (role?.tools === undefined)
    return { tools: unique([...offer.tools, ...offer.always]), processes: [...offer.processes, ...own] };
  const handled = unique([...offer.tools, ...offer.always]);
  const tools = unique([...role.tools.map((told) => listed(role, told, handled)), ...offer.always]);
  const names = new Set(tools.map(({ definition }) => definition.name));
  const given = offer.processes.filter(({ steps }) =>
    steps.every((step) => step.kind !== 'call' || names.has(step.tool)),
  );
  return { tools, processes: [...given, ...own] };
}

/** Of several with one name the last. */
function unique(tools: readonly Tool[]): Tool[] {
  return [...new Map(tools.map((tool) => [tool.definition.name, tool])).values()];
}

function listed({ name }: RoleDefinition, { simulated, ...told }: RoleTool, offered: readonly Tool[]): Tool {
  const own = offered.find(({ definition }) => definition.name === told.name);
  if (own !== undefined) return { ...own, definition: described(own.definition, told) };
  if (simulated) return simulatedTool({ parameters: { type: 'object' }, ...told });
  const known = offered.map(({ definition }) => definition.name).join(', ');
  const detail = `roles/${name}.json: role ${name} lists tool "${told.name}", which has no handler here; take one of those that have (${known === '' ? 'none' : known}), register a handler, or set "simulated": true`;
  throw new EngineError('BAD_REQUEST', { detail });
}

const radii: readonly BlastRadius[] = ['read', 'reversible', 'irreversible'];

/** The handler knows what it does: a file may call that more dangerous, never less. */
function described(own: ToolDefinition, told: Omit<RoleTool, 'simulated'>): ToolDefinition {
  const { blastRadius = 'irreversible' } = own;
  const { blastRadius: said = blastRadius } = told;
  const wider = radii.indexOf(said) > radii.indexOf(blastRadius) ? said : blastRadius;
  return { ...own, ...told, blastRadius: wider };
}
