import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { canonicalJson } from '../../engine/core/hash.ts';
import type { Logger } from '../../engine/core/logger.ts';
import { Emad, type RoleLease, type RoleSource } from './emad.ts';
import type { Host } from '../host.ts';
import { equipmentOf, type RoleEquipment, type RoleOffer } from './role-equipment.ts';
import type { RoleDefinition, RoleFiles } from './role-files.ts';
import { RoleThinking, type ThinkingParts } from './role-thinking.ts';

/** eMADs that may work at once in one process; each is a few kilobytes, its conversations are what costs. */
const mostEmads = 1000;

export interface StaffParts {
  readonly host: Host;
  readonly thinking: ThinkingParts;
  readonly files: RoleFiles;
  /** Handlers and processes that the deployment has for a role; its file says which of them it gets. */
  readonly offer: (role: string) => RoleOffer;
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
  /** Why the file of a role is not followed, by role. */
  #refused: ReadonlyMap<string, string> = new Map();
  /** Roles that are to work as soon as nothing is wrong with their files. */
  readonly #waiting = new Set<string>();
  #numbered = 0;

  constructor(parts: StaffParts) {
    this.#parts = parts;
  }

  /**
   * Reads the role files and hires all that they describe; what changed since, another process or a person wrote. A role
   * whose file is refused works by what it was before; one that was nothing before does not work: without its file it
   * would be given more than its owner wants it to have.
   */
  async refresh(): Promise<void> {
    const { files, logger } = this.#parts;
    const { roles, refused } = await files.read();
    const faults = new Map(refused.map(({ role, fault }) => [role, fault]));
    for (const role of roles) {
      const known = this.#definitions.get(role.name);
      if (known !== undefined && canonicalJson(known) === canonicalJson(role)) continue;
      try {
        await this.#equip(role);
      } catch (error) {
        faults.set(role.name, messageOf(error));
      }
    }
    const before = this.#refused;
    this.#refused = faults;
    for (const [role, fault] of faults) {
      if (before.get(role) !== fault) logger.error({ role, error: fault }, 'role file refused');
    }
    for (const role of this.#waiting) if (!faults.has(role)) await this.hire(role);
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

  /** Why files of roles are not followed, by role. */
  refused(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#refused);
  }

  definition(role: string): RoleDefinition | null {
    return this.#definitions.get(role) ?? null;
  }

  /** A MAD of the role takes its place on the bus; nothing happens where one has, or where the role's file is refused. */
  hire(role: string): Promise<void> {
    let hiring = this.#hiring.get(role);
    if (hiring === undefined) {
      hiring = this.#hire(role).finally(() => this.#hiring.delete(role));
      this.#hiring.set(role, hiring);
    }
    return hiring;
  }

  /**
   * Keeps a role's description and works by it from the next message on. Tools and processes of a role that is at work,
   * and of its eMADs, change when each is dismissed and hired again, which waits for what it began.
   * @throws BAD_REQUEST where a listed tool has no handler here, PROCESS_INVALID
   */
  async define(role: RoleDefinition): Promise<RoleDefinition> {
    await this.#equip(role);
    await this.#parts.files.write(role);
    return role;
  }

  async #equip(role: RoleDefinition): Promise<void> {
    const { host, onHire } = this.#parts;
    const before = this.#definitions.get(role.name);
    this.#definitions.set(role.name, role);
    try {
      if (this.#minds.has(role.name)) {
        const making = { role: role.name, thinking: this.mind(role.name), ...this.#equipment(role.name) };
        const atWork = [...this.#emads.values()].filter(({ emad }) => emad.role === role.name);
        for (const name of [role.name, ...atWork.map(({ emad }) => emad.name)]) await host.replace({ ...making, name });
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
      const fault = this.#refused.get(role);
      if (fault !== undefined) throw new EngineError('BAD_REQUEST', { detail: fault });
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
    if (this.#refused.has(role) && !this.#definitions.has(role)) {
      this.#waiting.add(role);
      return;
    }
    this.#waiting.delete(role);
    const mind = this.#think(role);
    host.hire({ role, thinking: mind, ...this.#equipment(role) });
    this.#minds.set(role, mind);
    await onHire(role);
  }

  #think(role: string): RoleThinking {
    const { thinking } = this.#parts;
    return new RoleThinking(role, thinking, () => this.#definitions.get(role) ?? null);
  }

  #equipment(role: string): RoleEquipment {
    return equipmentOf(this.#definitions.get(role) ?? null, this.#parts.offer(role));
  }
}
