import { EngineError } from '../core/errors.ts';
import { nameOf } from '../core/tool-alias.ts';
import type { ToolDefinition } from '../core/tool-definition.ts';
import type { Tool } from './tool.ts';

/** The tools that have a handler in this process, by canonical name. */
export class ToolRegistry {
  readonly #tools = new Map<string, Tool>();

  constructor(tools: readonly Tool[] = []) {
    for (const tool of tools) this.register(tool);
  }

  /** @throws BAD_REQUEST where the name is taken */
  register(tool: Tool): void {
    const { name } = tool.definition;
    if (this.#tools.has(name)) throw new EngineError('BAD_REQUEST', { detail: `tool ${name} is registered already` });
    this.#tools.set(name, tool);
  }

  /** By canonical name, or by the alias of one. */
  find(name: string): Tool | undefined {
    return this.#tools.get(name) ?? this.#tools.get(nameOf(name));
  }

  definitions(): readonly ToolDefinition[] {
    return [...this.#tools.values()].map((tool) => tool.definition);
  }
}
