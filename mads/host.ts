import { ActionEngine } from '../engine/action/action-engine.ts';
import { ProcessDefinition } from '../engine/action/process-definition.ts';
import { ProcessRunner } from '../engine/action/process-runner.ts';
import type { Tool } from '../engine/action/tool.ts';
import { ToolRegistry } from '../engine/action/tool-registry.ts';
import type { Bus } from '../engine/bus/bus.ts';
import type { Clock, IdSource } from '../engine/core/clock.ts';
import { EngineError } from '../engine/core/errors.ts';
import type { Process } from '../engine/core/process.ts';
import { historyOf } from './conversation-journal.ts';
import { Mad, type ThoughtEngine } from './mad.ts';
import { ProcessDesk } from './process-desk.ts';
import type { ConversationStore } from './rogers/conversation-store.ts';
import { rogersTools } from './rogers/rogers.ts';

export interface HostParts {
  /** With `journalOf(store, (name) => host.roleOf(name))` as its journal. */
  readonly bus: Bus;
  readonly store: ConversationStore;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** What one role is given. */
export interface RoleMaking {
  /** Name on the bus; the role's where absent. */
  readonly name?: string;
  readonly role: string;
  readonly thinking: ThoughtEngine;
  readonly tools: readonly Tool[];
  readonly processes: readonly Process[];
}

/** The MADs of one process: Rogers from the start, one MAD per role as they are made, and those that offer tools. */
export class Host {
  readonly #parts: HostParts;
  readonly #mads = new Map<string, Mad>();
  readonly #actions = new Map<string, ActionEngine>();

  constructor(parts: HostParts) {
    this.#parts = parts;
    this.offer('rogers', rogersTools(parts));
  }

  /** A MAD without a thought engine of its own. @throws BAD_REQUEST where the name is taken */
  offer(name: string, tools: readonly Tool[]): Mad {
    return this.#add({ name, role: name }, new ActionEngine(new ToolRegistry(tools)), null, []);
  }

  /** @throws BAD_REQUEST where the name is taken; PROCESS_INVALID */
  hire({ name, role, thinking, tools, processes }: RoleMaking): Mad {
    return this.#add({ name: name ?? role, role }, new ActionEngine(new ToolRegistry(tools)), thinking, processes);
  }

  /** The MAD finishes what it began and leaves. */
  async dismiss(name: string): Promise<void> {
    const mad = this.#mads.get(name);
    this.#mads.delete(name);
    this.#actions.delete(name);
    await mad?.end();
  }

  has(name: string): boolean {
    return this.#mads.has(name);
  }

  /** The role of the MAD with this name; the name itself where there is none. */
  roleOf(name: string): string {
    return this.#mads.get(name)?.role ?? name;
  }

  /** What a MAD's action engine can do; a pipeline asks it whether an outcome may be carried out. @throws MAD_UNKNOWN */
  actions(name: string): ActionEngine {
    const actions = this.#actions.get(name);
    if (actions === undefined) throw new EngineError('MAD_UNKNOWN', { name });
    return actions;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#mads.keys()].map((name) => this.dismiss(name)));
  }

  #add(
    { name, role }: { readonly name: string; readonly role: string },
    actions: ActionEngine,
    thinking: ThoughtEngine | null,
    processes: readonly Process[],
  ): Mad {
    const { bus, store, clock, ids } = this.#parts;
    const definitions = processes.map((process) => new ProcessDefinition(process, (tool) => actions.has(tool)));
    const mad = new Mad({
      name,
      role,
      thinking,
      actions,
      desk: new ProcessDesk(definitions, new ProcessRunner(actions)),
      history: historyOf(store),
      keep: async (messages) => {
        await store.appendMessages(messages, { role });
      },
      bus,
      clock,
      ids,
    });
    this.#mads.set(name, mad);
    this.#actions.set(name, actions);
    return mad;
  }
}
