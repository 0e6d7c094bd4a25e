import type { Outcome } from '../core/decision.ts';
import { EngineError, messageOf } from '../core/errors.ts';
import type { BlastRadius, ToolDefinition } from '../core/tool-definition.ts';
import type { Turn } from '../core/turn.ts';
import { ArgumentCheck } from './argument-check.ts';
import { authorityOf, objectionTo, radiusOf, type Authority } from './authority.ts';
import { innerCallsOf } from '../core/inner-calls.ts';
import type { ToolCall, ToolResult } from './tool.ts';
import type { ToolRegistry } from './tool-registry.ts';

export interface ActionEngineOptions {
  /** Longest run of one tool in milliseconds. */
  readonly timeoutMs?: number;
}

export interface CallContext {
  readonly authority: Authority;
  readonly conversation: string;
  readonly signal?: AbortSignal;
}

/** Carries out what was decided, under the caller's authority; it never decides. */
export class ActionEngine {
  readonly #registry: ToolRegistry;
  readonly #check = new ArgumentCheck();
  readonly #timeoutMs: number;

  constructor(registry: ToolRegistry, options: ActionEngineOptions = {}) {
    this.#registry = registry;
    this.#timeoutMs = options.timeoutMs ?? 30_000;
  }

  get tools(): readonly ToolDefinition[] {
    return this.#registry.definitions();
  }

  has(name: string): boolean {
    return this.#registry.find(name) !== undefined;
  }

  /** Makes ready whatever the first call of a tool would wait for. */
  warm(): void {
    // a schema that cannot be read is told to whoever calls the tool
    for (const { parameters } of this.tools) this.#check.schemaFault(parameters);
  }

  /**
   * Why an outcome would not be carried out for this turn; null where it would. A tool must have a handler here or be
   * declared by the client, and its arguments must fit, also those of a declared tool's call that it hands on as text. A step of a process may follow a tool's result, since the
   * caller began the process; a call without a process must come from the message itself.
   */
  objection(turn: Turn, outcome: Outcome, caller: string, allows: BlastRadius): string | null {
    if (outcome.kind !== 'tool-call') return null;
    const own = this.#registry.find(outcome.name)?.definition;
    const definition = turn.tools.find((tool) => tool.name === outcome.name) ?? own;
    if (definition === undefined) return `no handler is registered for tool "${outcome.name}"`;
    const fault = this.#check.fault(definition.parameters, outcome.arguments);
    if (fault !== null) return `tool ${outcome.name}: ${fault}`;
    const inner = outcome.process === undefined ? this.#innerFault(turn, outcome.arguments) : null;
    if (inner !== null) return `tool ${outcome.name}: ${inner}`;
    const forbidden = objectionTo(radiusOf(own ?? definition), turnAuthority(turn, outcome, caller, allows));
    return forbidden === null ? null : `tool ${outcome.name} is not allowed here: ${forbidden}`;
  }

  /** What is wrong with a call that is handed on as text, where the tool that it names is declared; null where nothing is. */
  #innerFault(turn: Turn, given: Readonly<Record<string, unknown>>): string | null {
    for (const value of Object.values(given)) {
      if (typeof value !== 'string') continue;
      for (const { name, arguments: inner } of innerCallsOf(value)) {
        const declared = turn.tools.find((tool) => tool.name === name) ?? this.#registry.find(name)?.definition;
        const fault = declared === undefined ? null : this.#check.fault(declared.parameters, inner);
        if (fault !== null) return `it hands on a call of ${name}: ${fault}`;
      }
    }
    return null;
  }

  /** @throws TOOL_UNKNOWN, TOOL_ARGUMENTS_INVALID, TOOL_FORBIDDEN, TOOL_FAILED */
  async execute(call: ToolCall, context: CallContext): Promise<ToolResult> {
    const tool = this.#registry.find(call.name);
    if (tool === undefined) throw new EngineError('TOOL_UNKNOWN', { name: call.name });
    const { definition } = tool;
    const detail = this.#check.fault(definition.parameters, call.arguments);
    if (detail !== null) throw new EngineError('TOOL_ARGUMENTS_INVALID', { name: definition.name, detail });
    const blastRadius = radiusOf(definition);
    const forbidden = objectionTo(blastRadius, context.authority);
    if (forbidden !== null) {
      throw new EngineError('TOOL_FORBIDDEN', { name: definition.name, blastRadius, detail: forbidden });
    }
    const limit = AbortSignal.timeout(this.#timeoutMs);
    const signal = context.signal === undefined ? limit : AbortSignal.any([limit, context.signal]);
    try {
      const { authority, conversation } = context;
      const value = await unlessAborted(tool.handler(call.arguments, { authority, conversation, signal }), signal);
      return { value, text: typeof value === 'string' ? value : (JSON.stringify(value) ?? '') };
    } catch (error) {
      // A handler's own error from the catalogue says more than TOOL_FAILED would.
      if (EngineError.isInstance(error)) throw error;
      const reason = limit.aborted ? `no result within ${this.#timeoutMs} ms` : messageOf(error);
      throw new EngineError('TOOL_FAILED', { name: definition.name, detail: reason }, { cause: error });
    }
  }
}

/** The authority of a proposal: the message's own, or for a step of a process that of the caller's last message. */
export function turnAuthority(turn: Turn, outcome: Outcome, caller: string, allows: BlastRadius): Authority {
  const isStep = outcome.kind === 'tool-call' && outcome.process !== undefined;
  if (!isStep || turn.message.author === 'user') return authorityOf(turn.message, caller, allows);
  const last = turn.history.findLast((message) => message.author === 'user');
  return authorityOf(last ?? turn.message, caller, allows);
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = (): void => reject(signal.reason as Error);
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', leave);
    promise.catch(() => undefined);
    work.catch(() => undefined);
  }
}
