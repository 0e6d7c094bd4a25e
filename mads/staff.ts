import { simulatedTool } from '../engine/action/simulated-tools.ts';
import type { Tool } from '../engine/action/tool.ts';
import { EngineError, messageOf } from '../engine/core/errors.ts';
import { canonicalJson } from '../engine/core/hash.ts';
import type { Logger } from '../engine/core/logger.ts';
import type { Process } from '../engine/core/process.ts';
import type { BlastRadius, ToolDefinition } from '../engine/core/tool-definition.ts';
import { Emad, type RoleLease, type RoleSource } from './emad.ts';
import type { Host } from './host.ts';
import type { RoleDefinition, RoleFiles, RoleTool } from './role-files.ts';
import { RoleThinking, type ThinkingParts } from './role-thinking.ts';

/** eMADs that may work at once in one process; each is a few kilobytes, its conversations are what costs. */
const mostEmads = 1000;

export interface StaffParts {
  readonly host: Host;
  readonly thinking: ThinkingParts;
  readonly files: RoleFiles;
  /** Handlers that the deployment has for a role, beside what its file says. */
  readonly tools: (role: string) => readonly Tool[];
  readonly processes: (role: string) => readonly Process[];
  readonly logger: Logger;
  /** Called for each role that begins to work, and when it works by another description. */
  readonly onHire: (role: string) => Promise<void>;
}

/** An ephemeral MAD at work. */
export interface EmadView {
  readonly name: string;
  readonly role: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly since: number;
}

/** Who works in this process: a MAD for each role, and ephemeral ones that share the role's models and tools. */
export class Staff implements RoleSource {
  readonly #parts: StaffParts;
  readonly #definitions = new Map<string, RoleDefinition>();
  readonly #minds = new Map<string, RoleThinking>();
  readonly #hiring = new Map<string, Promise<void>>();
  readonly #emads = new Map<string, { readonly emad: Emad; readonly since: number }>();
  #numbered = 0;

  constructor(parts: StaffParts) {
    this.#parts = parts;
  }

  /** Reads the role files and hires all that they describe; what changed since, another process or a person wrote. */
  async refresh(): Promise<void> {
    for (const role of await this.#parts.files.read()) {
      const known = this.#definitions.get(role.name);
      if (known !== undefined && canonicalJson(known) === canonicalJson(role)) continue;
      try {
        await this.#equip(role);
      } catch (error) {
        this.#parts.logger.error({ role: role.name, error: messageOf(error) }, 'role file refused');
      }
    }
  }

  /** Follows the folder of role files. Returns the function that ends it. */
  watch(pollMs = 1000): () => void {
    return this.#parts.files.watch(pollMs, () => this.refresh());
  }

  roles(): readonly string[] {
    return [...this.#minds.keys()];
  }

  /** Whom a message may be sent to: roles, then eMADs. */
  names(): readonly string[] {
    return [...this.#minds.keys(), ...this.#emads.keys()];
  }

  mind(name: string): RoleThinking {
    const role = this.#emads.get(name)?.emad.role ?? name;
    return this.#minds.get(role) ?? this.#think(role);
  }

  definition(role: string): RoleDefinition | null {
    return this.#definitions.get(role) ?? null;
  }

  /** A MAD of the role takes its place on the bus; nothing happens where one has. */
  hire(role: string): Promise<void> {
    let hiring = this.#hiring.get(role);
    if (hiring === undefined) {
      hiring = this.#hire(role).finally(() => this.#hiring.delete(role));
      this.#hiring.set(role, hiring);
    }
    return hiring;
  }

  /**
   * Keeps a role's description and works by it from the next message on. Tools and processes of a role that is at work
   * change when it is dismissed and hired again, which waits for what it began.
   * @throws BAD_REQUEST where a tool has no handler here, PROCESS_INVALID
   */
  async define(role: RoleDefinition): Promise<RoleDefinition> {
    await this.#equip(role);
    await this.#parts.files.write(role);
    return role;
  }

  async #equip(role: RoleDefinition): Promise<void> {
    const { host, onHire } = this.#parts;
    const known = new Set(this.#parts.tools(role.name).map(({ definition }) => definition.name));
    const missing = role.tools.find((tool) => !tool.simulated && !known.has(tool.name));
    if (missing !== undefined) {
      const detail = `tool ${missing.name} has no handler here; register one, or set "simulated": true`;
      throw new EngineError('BAD_REQUEST', { detail });
    }
    const before = this.#definitions.get(role.name);
    this.#definitions.set(role.name, role);
    try {
      if (this.#minds.has(role.name)) {
        await host.replace({ role: role.name, thinking: this.mind(role.name), ...this.#equipment(role.name) });
        await onHire(role.name);
      } else await this.hire(role.name);
    } catch (error) {
      if (before === undefined) this.#definitions.delete(role.name);
      else this.#definitions.set(role.name, before);
      throw error;
    }
  }

  async acquire(role: string): Promise<RoleLease> {
    if (!this.#minds.has(role)) {
      throw new EngineError('NOT_FOUND', { what: 'role', name: role, hint: `there are ${this.roles().join(', ')}` });
    }
    // Models are shared by all and pinned message by message: a roll-back reaches an eMAD at its next one.
    return { thinking: this.mind(role), ...this.#equipment(role), release: () => undefined };
  }

  /** An eMAD of the role begins to work, under this name or a new one. @throws NOT_FOUND, BAD_REQUEST, OVERLOADED */
  async begin(role: string, name = `${role}-${(this.#numbered += 1)}`): Promise<EmadView> {
    if (this.#emads.size >= mostEmads) {
      throw new EngineError('OVERLOADED', { what: 'the desk of eMADs', limit: mostEmads, retryAfterSeconds: 10 });
    }
    const emad = await Emad.begin(this.#parts.host, this, name, role);
    const since = this.#parts.thinking.clock.now();
    this.#emads.set(name, { emad, since });
    return { name, role, since };
  }

  /** It finishes what it began and leaves nothing behind; its turns stay in the log of the role. @throws NOT_FOUND */
  async end(name: string): Promise<void> {
    const found = this.#emads.get(name);
    if (found === undefined) {
      throw new EngineError('NOT_FOUND', { what: 'eMAD', name, hint: 'list them with POST /api/emads' });
    }
    await found.emad.end();
    this.#emads.delete(name);
  }

  emads(): readonly EmadView[] {
    return [...this.#emads.values()].map(({ emad, since }) => ({ name: emad.name, role: emad.role, since }));
  }

  async #hire(role: string): Promise<void> {
    const { host, onHire } = this.#parts;
    if (this.#minds.has(role) || host.has(role)) return;
    const mind = this.#think(role);
    host.hire({ role, thinking: mind, ...this.#equipment(role) });
    this.#minds.set(role, mind);
    await onHire(role);
  }

  #think(role: string): RoleThinking {
    const { thinking } = this.#parts;
    return new RoleThinking(role, thinking, () => this.#definitions.get(role) ?? null);
  }

  #equipment(role: string): { readonly tools: readonly Tool[]; readonly processes: readonly Process[] } {
    const definition = this.#definitions.get(role);
    const handled = new Map(this.#parts.tools(role).map((tool) => [tool.definition.name, tool]));
    for (const { simulated, ...tool } of definition?.tools ?? []) {
      const own = handled.get(tool.name);
      if (own !== undefined) handled.set(tool.name, { ...own, definition: described(own.definition, tool) });
      else if (simulated) handled.set(tool.name, simulatedTool({ parameters: { type: 'object' }, ...tool }));
    }
    const processes = [...this.#parts.processes(role), ...(definition?.processes ?? [])];
    return { tools: [...handled.values()], processes };
  }
}

const radii: readonly BlastRadius[] = ['read', 'reversible', 'irreversible'];

/** The handler knows what it does: a file may call that more dangerous, never less. */
function described(own: ToolDefinition, told: Omit<RoleTool, 'simulated'>): ToolDefinition {
  const { blastRadius = 'irreversible' } = own;
  const { blastRadius: said = blastRadius } = told;
  const wider = radii.indexOf(said) > radii.indexOf(blastRadius) ? said : blastRadius;
  return { ...own, ...told, blastRadius: wider };
}
