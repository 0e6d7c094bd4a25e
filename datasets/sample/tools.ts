import type { BlastRadius, JsonSchema, ToolDefinition } from '../../engine/core/tool-definition.ts';
import { scenarios } from './processes/scenarios.ts';

const text: JsonSchema = { type: 'string', minLength: 1 };

/** A tool whose arguments are all required. */
export function tool(
  name: string,
  description: string,
  blastRadius: BlastRadius,
  properties: Readonly<Record<string, JsonSchema>>,
): ToolDefinition {
  const parameters = { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
  return { name, description, parameters, blastRadius };
}

const store = tool('files.store', 'Keep a file or payload unchanged.', 'reversible', {
  kind: {
    type: 'string',
    enum: ['csv', 'tsv', 'json', 'yaml', 'toml', 'ini', 'xml', 'log', 'diff', 'image', 'stacktrace'],
  },
  content: text,
});
const slash = tool('slash.command', 'Run a slash command of the chat.', 'reversible', { command: text });

/** What executes or keeps a payload. A shell or a statement can do anything, so these count as irreversible. */
const payloadTools: readonly ToolDefinition[] = [
  tool('shell.run', 'Run a command line.', 'irreversible', { command: text }),
  tool('sql.query', 'Run a SQL statement.', 'irreversible', { query: text }),
  tool('code.execute', 'Run code in a sandbox that is thrown away afterwards.', 'reversible', {
    language: text,
    code: text,
  }),
  tool('mcp.forward', 'Hand a protocol request to its server.', 'irreversible', { request: text }),
  tool('functions.invoke', 'Carry out a function call written as text.', 'irreversible', { call: text }),
  slash,
  store,
];

const toolsOfRole: Readonly<Record<string, readonly ToolDefinition[]>> = {
  'ops-desk': payloadTools,
  'support-agent': [...processTools('support-agent'), store],
  pm: [...processTools('pm'), slash, store],
};

function processTools(role: string): readonly ToolDefinition[] {
  return scenarios.filter((scenario) => scenario.role === role).flatMap((scenario) => scenario.tools);
}

/** Every tool of the sample desk, or those that one role is offered. No tool of the desk has a real effect. */
export function sampleTools(role?: string): readonly ToolDefinition[] {
  if (role !== undefined) return toolsOfRole[role] ?? [];
  return [...new Set(Object.values(toolsOfRole).flat())];
}
