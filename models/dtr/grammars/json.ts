import type { Grammar } from './grammar.ts';
import { deepestParsed } from './grammar.ts';

/** A parsed JSON value, or the fault that kept it from being one. */
export function parseJson(text: string): { readonly value: unknown } | { readonly fault: string } {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 91 || code === 123) depth += 1;
    else if (code === 93 || code === 125) depth -= 1;
    // Brackets in strings count too: a text with so many is looked at by somebody else.
    if (depth > deepestParsed) return { fault: `it is nested more than ${deepestParsed} levels deep` };
  }
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { fault: 'it is no valid JSON' };
  }
}

export const json: Grammar = {
  name: 'json',
  fault(text) {
    const parsed = parseJson(text);
    if ('fault' in parsed) return parsed.fault;
    return parsed.value !== null && typeof parsed.value === 'object' ? null : 'it is no JSON object or list';
  },
};

/** A request or notification of JSON-RPC 2.0, or a batch of them. */
export const jsonRpc: Grammar = {
  name: 'json-rpc',
  fault(text) {
    const parsed = parseJson(text);
    if ('fault' in parsed) return parsed.fault;
    const requests: unknown[] = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
    if (requests.length === 0) return 'it is an empty batch';
    for (const request of requests) {
      const fault = requestFault(request);
      if (fault !== null) return fault;
    }
    return null;
  },
};

function requestFault(request: unknown): string | null {
  if (!isRecord(request)) return 'a request is no object';
  const { jsonrpc, method, params, id } = request;
  if (jsonrpc !== '2.0') return 'it does not say "jsonrpc": "2.0"';
  if (typeof method !== 'string' || method === '') return 'it names no method';
  if (params !== undefined && (params === null || typeof params !== 'object'))
    return 'its params are no object or list';
  const isId = id === undefined || id === null || typeof id === 'string' || typeof id === 'number';
  return isId ? null : 'its id is neither text nor a number';
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
