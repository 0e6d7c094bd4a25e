import type { Tool } from '../../engine/action/tool.ts';
import type { Process } from '../../engine/core/process.ts';
import type { Host } from '../host.ts';
import type { ThoughtEngine } from '../turns/mad-parts.ts';

/** What an ephemeral MAD is given of its role: the newest shared models, pinned while it works. */
export interface RoleLease {
  readonly thinking: ThoughtEngine;
  readonly tools: readonly Tool[];
  readonly processes: readonly Process[];
  /** Gives the models back; they stay loaded for others. */
  release(): void;
}

/** Where roles' models come from. */
export interface RoleSource {
  acquire(role: string): Promise<RoleLease>;
}

/**
 * An ephemeral MAD: it loads its role's newest models, works under its own name on the bus, and ends. Its turns stand in
 * the log under its name like all others, so the role learns from them; the models stay.
 */
export class Emad {
  readonly name: string;
  readonly role: string;
  readonly #host: Host;
  readonly #lease: RoleLease;
  #ended: Promise<void> | undefined;

  private constructor(host: Host, name: string, role: string, lease: RoleLease) {
    this.#host = host;
    this.name = name;
    this.role = role;
    this.#lease = lease;
  }

  /** @throws BAD_REQUEST where the name is taken; what loading the models throws */
  static async begin(host: Host, source: RoleSource, name: string, role: string): Promise<Emad> {
    const lease = await source.acquire(role);
    try {
      const { thinking, tools, processes } = lease;
      host.hire({ name, role, thinking, tools, processes });
      return new Emad(host, name, role, lease);
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  /** Finishes what it began, leaves the bus, gives the models back; safe to call twice. */
  end(): Promise<void> {
    this.#ended ??= this.#host.dismiss(this.name).finally(() => this.#lease.release());
    return this.#ended;
  }
}
