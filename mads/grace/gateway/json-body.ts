import { EngineError, messageOf } from '../../../engine/core/errors.ts';

/** Deeper JSON has no use here, and some of it ends the process: JSON.stringify overflows at 10,000 levels (measured). */
export const deepestJson = 64;

const quote = 0x22;
const backslash = 0x5c;
const openers = new Set([0x5b, 0x7b]);
const closers = new Set([0x5d, 0x7d]);

/** Deepest nesting of brackets outside strings, counted before anything is parsed; stops counting beyond `limit`. */
export function jsonDepth(body: Uint8Array, limit: number): number {
  let depth = 0;
  let deepest = 0;
  let isText = false;
  for (let index = 0; index < body.length; index += 1) {
    const byte = body[index] as number;
    if (isText) {
      if (byte === backslash) index += 1;
      else if (byte === quote) isText = false;
    } else if (byte === quote) {
      isText = true;
    } else if (openers.has(byte)) {
      deepest = Math.max(deepest, (depth += 1));
      if (deepest > limit) return deepest;
    } else if (closers.has(byte)) {
      depth -= 1;
    }
  }
  return deepest;
}

/** @throws BAD_JSON, JSON_TOO_DEEP */
export function parseJsonBody(body: Buffer): unknown {
  if (jsonDepth(body, deepestJson) > deepestJson) throw new EngineError('JSON_TOO_DEEP', { limit: deepestJson });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw new EngineError('BAD_JSON', { detail: 'it is not valid UTF-8' }, { cause: error });
  }
  try {
    // `__proto__` as a key has one use: to reach what it should not.
    if (!text.includes('__proto__')) return JSON.parse(text);
    return JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value));
  } catch (error) {
    throw new EngineError('BAD_JSON', { detail: messageOf(error).slice(0, 200) }, { cause: error });
  }
}
