/** A call that an argument carries as text: what a tool that forwards calls is asked to forward. */
export interface InnerCall {
  readonly name: string;
  readonly arguments: unknown;
}

/** Longer texts are not looked into, in UTF-16 code units; this bounds the calls of one text, too. */
const longest = 32_768;
const argumentKeys = ['arguments', 'parameters', 'args', 'input'];

/** The calls that a text spells out in JSON: JSON-RPC `tools/call`, `{name, arguments}`, the form of chat protocols, or a list. */
export function innerCallsOf(text: string): InnerCall[] {
  const first = text.trimStart()[0];
  if (text.length > longest || (first !== '{' && first !== '[')) return [];
  const found: InnerCall[] = [];
  try {
    collect(JSON.parse(text), found);
  } catch {
    return [];
  }
  return found;
}

function collect(value: unknown, found: InnerCall[]): void {
  if (Array.isArray(value)) {
    for (const one of value) collect(one, found);
    return;
  }
  if (!isRecord(value)) return;
  const { jsonrpc, method, params, function: inner, name } = value;
  if (jsonrpc !== undefined) {
    if (method === 'tools/call' && isRecord(params) && typeof params['name'] === 'string') {
      found.push({ name: params['name'], arguments: params['arguments'] ?? {} });
    }
  } else if (isRecord(inner)) collect(inner, found);
  else if (typeof name === 'string') {
    const key = argumentKeys.find((one) => value[one] !== undefined);
    if (key !== undefined) found.push({ name, arguments: unpacked(value[key]) });
  }
}

/** Arguments may be JSON in a text of their own; a text that is none stays one, and fits no schema of an object. */
function unpacked(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
