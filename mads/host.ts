import type { ApprovedProcess } from '../datasets/processes/process-store.ts';
import { ActionEngine } from '../engine/action/action-engine.ts';
import { ProcessDefinition } from '../engine/action/process-definition.ts';
import { ProcessRunner } from '../engine/action/process-runner.ts';
import type { Tool } from '../engine/action/tool.ts';
import { ToolRegistry } from '../engine/action/tool-registry.ts';
import type { Bus } from '../engine/bus/bus.ts';
import type { Clock, IdSource } from '../engine/core/clock.ts';
import { EngineError } from '../engine/core/errors.ts';
import type { Process } from '../engine/core/process.ts';
import { ActingProcesses, type ActingProcess } from './processes/acting-processes.ts';
import { historyOf } from './turns/conversation-journal.ts';
import { Mad } from './mad.ts';
import type { ThoughtEngine } from './turns/mad-parts.ts';
import { ProcessDesk } from './processes/process-desk.ts';
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

/** What people decided about a role's processes. */
export interface DecidedProcesses {
  readonly processes: readonly ApprovedProcess[];
  readonly retired: readonly Process[];
}

/** The MADs of one process: Rogers from the start, one MAD per role as they are made, and those that offer tools. */
export class Host {
  readonly #parts: HostParts;
  readonly #mads = new Map<string, Mad>();
  readonly #actions = new Map<string, ActionEngine>();
  /** What each MAD follows: what it was made with, and what is approved for its role. */
  readonly #processes = new Map<string, { readonly own: readonly ActingProcess[]; readonly acting: ActingProcesses }>();
  readonly #decided = new Map<string, DecidedProcesses>();

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

  /**
   * Another MAD takes the place of one, between two messages: the old one finishes what it began.
   * @throws PROCESS_INVALID, and the old one stays
   */
  async replace(making: RoleMaking): Promise<void> {
    const name = making.name ?? making.role;
    // what is wrong with it must show before the old one leaves
    const actions = new ActionEngine(new ToolRegistry(making.tools));
    for (const process of making.processes) new ProcessDefinition(process, (tool) => actions.has(tool));
    const leaving = this.dismiss(name);
    this.hire(making);
    await leaving;
  }

  /** The MAD finishes what it began and leaves. */
  async dismiss(name: string): Promise<void> {
    const mad = this.#mads.get(name);
    this.#mads.delete(name);
    this.#actions.delete(name);
    this.#processes.delete(name);
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

  /** Processes that a MAD follows; a pipeline says by them where its proposals stand. @throws MAD_UNKNOWN */
  processes(name: string): ActingProcesses {
    const found = this.#processes.get(name);
    if (found === undefined) throw new EngineError('MAD_UNKNOWN', { name });
    return found.acting;
  }

  /**
   * From now on all MADs of a role follow the approved processes, beside those that they were made with, and leave the
   * retired ones alone. One whose tools have no handler here is told step by step, and its calls go to the caller.
   * @returns in one line each, those that cannot be followed at all
   */
  follow(role: string, decided: DecidedProcesses): string[] {
    this.#decided.set(role, decided);
    const faults = new Set<string>();
    for (const mad of this.#mads.values()) {
      if (mad.role !== role) continue;
      const found = this.#processes.get(mad.name);
      const { acting, faults: own } = this.#followable(role, this.actions(mad.name));
      found?.acting.load([...found.own, ...acting], decided.retired);
      for (const fault of own) faults.add(fault);
    }
    return [...faults];
  }

  #followable(role: string, actions: ActionEngine): { readonly acting: ActingProcess[]; readonly faults: string[] } {
    const faults: string[] = [];
    const acting = (this.#decided.get(role)?.processes ?? []).flatMap(({ process, version }): ActingProcess[] => {
      try {
        const isExecutable = process.steps.every((step) => step.kind !== 'call' || actions.has(step.tool));
        return [{ definition: new ProcessDefinition(process, () => true), version, isExecutable }];
      } catch (error) {
        faults.push(EngineError.from(error).message);
        return [];
      }
    });
    return { acting, faults };
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
    actions.warm();
    const own = processes.map((process) => {
      const definition = new ProcessDefinition(process, (tool) => actions.has(tool));
      return { definition, version: null, isExecutable: true };
    });
    const acting = new ActingProcesses(
      [...own, ...this.#followable(role, actions).acting],
      this.#decided.get(role)?.retired,
    );
    const mad = new Mad({
      name,
      role,
      thinking,
      actions,
      desk: new ProcessDesk(acting, new ProcessRunner(actions)),
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
    this.#processes.set(name, { own, acting });
    return mad;
  }
}
