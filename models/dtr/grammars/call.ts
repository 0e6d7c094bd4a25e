import type { Grammar } from './grammar.ts';
import { isRecord, parseJson } from './json.ts';

const nameKeys = ['name', 'function', 'tool', 'tool_name', 'function_name', 'action', 'recipient_name', 'call'];
const argumentKeys = ['arguments', 'parameters', 'args', 'input', 'params', 'kwargs', 'action_input', 'tool_input'];
const listKeys = ['tool_calls', 'function_call', 'functionCall', 'toolUse', 'tool_use', 'calls', 'tool_uses'];

/** A function and its arguments, in one of the ways in which models and people write them: JSON, tags, or `f(a=1)`. */
export const call: Grammar = {
  name: 'call',
  fault(text) {
    const inner = /^\s*<(tool_call|function_call|tool_use|function)>([\s\S]*)<\/\1>\s*$/.exec(text)?.[2] ?? text;
    const first = inner.trimStart()[0];
    if (first === '{' || first === '[') {
      const parsed = parseJson(inner);
      if (!('fault' in parsed)) return isCall(parsed.value, 0) ? null : 'it names no function with its arguments';
      if (first === '{') return parsed.fault;
    }
    return writtenFault(inner.trim());
  },
};

function isCall(value: unknown, depth: number): boolean {
  if (depth > 4) return false;
  if (Array.isArray(value)) return value.length > 0 && value.every((one) => isCall(one, depth + 1));
  if (!isRecord(value)) return false;
  for (const key of listKeys) if (value[key] !== undefined) return isCall(value[key], depth + 1);
  const name = nameKeys.find((key) => value[key] !== undefined);
  if (name === undefined) {
    // `{"get_weather": {"city": "Oslo"}}`: one function, its arguments as an object.
    const [key, ...more] = Object.keys(value);
    return key !== undefined && more.length === 0 && /^[\w.:-]+$/.test(key) && isRecord(value[key]);
  }
  if (isRecord(value[name])) return isCall(value[name], depth + 1);
  if (typeof value[name] !== 'string') return false;
  const given = argumentKeys.find((key) => value[key] !== undefined);
  if (given === undefined) return false;
  const args = value[given];
  // The description of a tool also has a name and parameters.
  if (isRecord(args) && isRecord(args['properties']) && typeof args['type'] === 'string') return false;
  if (typeof args !== 'string') return args === null || typeof args === 'object';
  const parsed = parseJson(args);
  return !('fault' in parsed) && isRecord(parsed.value);
}

/** `name(key=value, "x")`, several in brackets or one behind the other; arguments are literals, never free words. */
function writtenFault(text: string): string | null {
  const reader = new Reader(text);
  const list = reader.take('[');
  do {
    if (!reader.name()) return 'it names no function';
    if (!reader.take('(')) return 'the function has no argument list';
    if (!reader.take(')')) {
      do {
        reader.keyword();
        if (!reader.literal(0)) return 'an argument is no plain value';
      } while (reader.take(','));
      if (!reader.take(')')) return 'the argument list is not closed';
    }
  } while (reader.take(',') || (!list && reader.take(';')) || (!list && !reader.atEnd() && reader.brokeLine));
  if (list && !reader.take(']')) return 'the list of calls is not closed';
  reader.take(';');
  return reader.atEnd() ? null : 'something follows the call';
}

const deepestLiteral = 32;

class Reader {
  brokeLine = false;
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(mark: string): boolean {
    this.#skip();
    if (!this.#text.startsWith(mark, this.#at)) return false;
    this.#at += mark.length;
    return true;
  }

  name(): boolean {
    return this.#match(/[A-Za-z_][\w.:-]*/y);
  }

  keyword(): void {
    this.#match(/[A-Za-z_]\w*\s*(?:=(?!=)|:)/y);
  }

  literal(depth: number): boolean {
    if (depth > deepestLiteral) return false;
    if (
      this.#match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[+-]?\d[\w.]*|[+-]?\.\d+|(?:true|false|null|none|nan|inf)\b/iy)
    ) {
      return true;
    }
    for (const [open, close] of [
      ['[', ']'],
      ['(', ')'],
      ['{', '}'],
    ] as const) {
      if (!this.take(open)) continue;
      if (this.take(close)) return true;
      do {
        if (this.take(close)) return true;
        if (!this.literal(depth + 1)) return false;
        if (open === '{' && this.take(':') && !this.literal(depth + 1)) return false;
      } while (this.take(','));
      return this.take(close);
    }
    // A constant, a constructor or a sum: `dict(a=1)`, `Color.RED`, `-x`, `2 + 3`.
    if (!this.#match(/[A-Za-z_][\w.]*/y)) return false;
    if (!this.take('(')) return true;
    if (this.take(')')) return true;
    do {
      this.keyword();
      if (!this.literal(depth + 1)) return false;
    } while (this.take(','));
    return this.take(')');
  }

  atEnd(): boolean {
    this.#skip();
    return this.#at >= this.#text.length;
  }

  #match(pattern: RegExp): boolean {
    this.#skip();
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #skip(): void {
    this.brokeLine = false;
    while (this.#at < this.#text.length && this.#text.charCodeAt(this.#at) <= 32) {
      if (this.#text.charCodeAt(this.#at) === 10) this.brokeLine = true;
      this.#at += 1;
    }
  }
}
