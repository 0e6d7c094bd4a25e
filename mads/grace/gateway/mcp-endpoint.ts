import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, Server, type CallToolResult, type Tool } from '@modelcontextprotocol/server';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { EngineError } from '../../../engine/core/errors.ts';
import { aliasOf, nameOf } from '../../../engine/core/tool-alias.ts';
import { radiusOf } from '../../../engine/action/authority.ts';
import { callTool } from '../../turns/tool-call.ts';
import type { GatewayParts, OfferedTool } from './parts.ts';

const serverInfo = { name: 'thought-engine', version: '0.1.0' };

export interface McpEndpoint {
  /** Serves one HTTP request whose body was parsed already. */
  handle(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void>;
  close(): Promise<void>;
}

/**
 * The MADs' tools over MCP. They are listed under their canonical names, `mads.<mad>.<tool>`; with `?names=alias` in the
 * address under aliases for clients that hand them to a chat protocol. A call may use either name.
 */
export function createMcpEndpoint(parts: GatewayParts): McpEndpoint {
  const handler = createMcpHandler((context) => {
    const usesAliases =
      context.requestInfo !== undefined && new URL(context.requestInfo.url).searchParams.get('names') === 'alias';
    const server = new Server(serverInfo, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/list', () => ({ tools: parts.tools().map((tool) => listed(tool, usesAliases)) }));
    server.setRequestHandler('tools/call', async (request, call) => {
      const { name, arguments: given = {} } = request.params;
      return called(parts, name, given, call.mcpReq.signal);
    });
    return server;
  });
  const serve = toNodeHandler(handler);
  return {
    // Node says `undefined` where the adapter's type wants the field to be absent; the values are the same.
    handle: (request, response, body) => serve(request as Parameters<typeof serve>[0], response, body),
    close: () => handler.close(),
  };
}

function listed({ definition }: OfferedTool, usesAliases: boolean): Tool {
  const { name, description, parameters } = definition;
  const radius = radiusOf(definition);
  return {
    name: usesAliases ? aliasOf(name) : name,
    ...(description === undefined ? {} : { description }),
    inputSchema: { ...parameters, type: 'object' },
    annotations: { readOnlyHint: radius === 'read', destructiveHint: radius === 'irreversible' },
  };
}

/** An error of the tool is an answer that the client's LLM can read; it is no error of the protocol. */
async function called(
  parts: GatewayParts,
  name: string,
  given: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<CallToolResult> {
  try {
    const tools = parts.tools();
    const canonical = nameOf(name);
    const tool = tools.find((one) => one.definition.name === name || one.definition.name === canonical);
    if (tool === undefined) throw new EngineError('TOOL_UNKNOWN', { name: name.slice(0, 100) });
    const { bus, clock, ids, allows } = parts;
    const value = await callTool(
      { bus, clock, ids, sender: 'grace' },
      {
        mad: tool.mad,
        tool: tool.definition.name,
        arguments: given,
        caller: 'user',
        allows: allows ?? 'irreversible',
        signal,
      },
    );
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return {
      content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }],
      ...(isObject ? { structuredContent: value } : {}),
    };
  } catch (error) {
    const { code, message } = EngineError.from(error);
    return { isError: true, content: [{ type: 'text', text: `${code}: ${message}` }] };
  }
}
