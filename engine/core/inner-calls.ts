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
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch {
    return [];
  }
  const found: InnerCall[] = [];
  // A list that grows while it is walked, not recursion: no depth of brackets hides what lies beside them.
  const open: unknown[] = [whole];
  for (const value of open) {
    if (Array.isArray(value)) for (const one of value) open.push(one);
    else if (isRecord(value)) {
      const { jsonrpc, method, params, function: inner, name } = value;
      if (jsonrpc !== undefined) {
        if (method === 'tools/call' && isRecord(params) && typeof params['name'] === 'string') {
          found.push({ name: params['name'], arguments: params['arguments'] ?? {} });
        }
      } else if (isRecord(inner)) open.push(inner);
      else if (typeof name === 'string') {
        const key = argumentKeys.find((one) => value[one] !== undefined);
        if (key !== undefined) found.push({ name, arguments: unpacked(value[key]) });
      }
    }
  }
  return found;
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
