/** A field of a record that is not what its format promises; the message names the field. */
export class FieldFault extends Error {}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a value is, in words for people. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value === undefined) return 'nothing';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function fault(where: string, expected: string, value: unknown): FieldFault {
  return new FieldFault(`${where}: expected ${expected}, got ${kindOf(value)}`);
}

/** @throws FieldFault */
export function objectAt(value: unknown, where: string): JsonObject {
  if (!isObject(value)) throw fault(where, 'an object', value);
  return value;
}

/** @throws FieldFault */
export function arrayAt(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw fault(where, 'an array', value);
  return value;
}

/** @throws FieldFault */
export function stringAt(value: unknown, where: string): string {
  if (typeof value !== 'string') throw fault(where, 'a string', value);
  return value;
}

/** Null where the field is absent, null or empty. A number is taken as its digits: ids are often numbers. @throws FieldFault */
export function optionalId(value: unknown, where: string): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') throw fault(where, 'a string or a number', value);
  if (value.length > 512) throw new FieldFault(`${where}: longer than 512 characters`);
  return value;
}

/** Null where the field is absent or null. @throws FieldFault */
export function optionalString(value: unknown, where: string): string | null {
  if (value === undefined || value === null) return null;
  return stringAt(value, where);
}

/**
 * Milliseconds since 1970-01-01 UTC of an ISO 8601 text or a number; a number below 1e11 counts seconds (as OpenAI's
 * `created` does), since 1e11 ms lie in 1973. A text without a zone is read as UTC. @throws FieldFault
 */
export function optionalTime(value: unknown, where: string): number | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) {
    return Math.round(value < 1e11 ? value * 1000 : value);
  }
  if (typeof value === 'string') {
    const bare = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(value);
    const time = Date.parse(bare ? `${value.replace(' ', 'T')}Z` : value);
    if (Number.isFinite(time)) return time;
  }
  throw new FieldFault(`${where}: expected an ISO 8601 time or seconds since 1970, got ${kindOf(value)}`);
}

/** Why a record could not be turned into a conversation. */
export function reasonOf(error: unknown): string {
  if (error instanceof FieldFault) return error.message;
  if (error instanceof RangeError) return 'nested too deep to be read';
  throw error;
}
