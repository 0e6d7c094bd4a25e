import type { ToolDefinition } from '../core/tool-definition.ts';
import type { Authority } from './authority.ts';

/** What a handler may know of the call. */
export interface ToolContext {
  readonly authority: Authority;
  readonly conversation: string;
  readonly signal: AbortSignal;
}

export type ToolArguments = Readonly<Record<string, unknown>>;

/** A tool with the code behind it. Arguments are checked against the schema before the handler sees them. */
export interface Tool {
  readonly definition: ToolDefinition;
  /** Plain JSON or text. */
  handler(given: ToolArguments, context: ToolContext): Promise<unknown>;
}

export interface ToolResult {
  /** What the handler returned. */
  readonly value: unknown;
  /** The same as text: strings as they are, everything else as JSON. */
  readonly text: string;
}

export interface ToolCall {
  readonly name: string;
  readonly arguments: ToolArguments;
}
