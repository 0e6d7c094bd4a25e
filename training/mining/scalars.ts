/** A value in an arguments object or a result, and the way to it: `guests.0.name`. */
export interface Scalar {
  readonly path: string;
  readonly value: string | number | boolean;
}

/** Results can be whole files; what a process goes by stands in the first values. */
const mostScalars = 200;
const deepest = 6;

/** All strings, numbers and booleans of a JSON value, in their order; the value's own path is empty. */
export function scalarsOf(value: unknown): Scalar[] {
  const found: Scalar[] = [];
  collect(value, '', 0, found);
  return found;
}

function collect(value: unknown, path: string, depth: number, found: Scalar[]): void {
  if (found.length >= mostScalars || depth > deepest) return;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    found.push({ path, value });
    return;
  }
  if (value === null || typeof value !== 'object') return;
  for (const [key, held] of Object.entries(value))
    collect(held, path === '' ? key : `${path}.${key}`, depth + 1, found);
}

/** Values that people write in several ways are one: `5 PM` and `5pm`, `1,200` and `1200`. */
export function valueKey(value: unknown): string {
  return String(value)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

/** Words and holes of a text, in small letters. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:'[\p{L}]+)?|⟨⟩/gu) ?? [];
}
