/** Equal for values that are the same but for writing: case, blanks, order of a list, `true` and `"true"`, 3 and "3". */
export function valueKey(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueKey).sort().join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([name, inner]) => `${name}:${valueKey(inner)}`).join(',')}}`;
  }
  return String(value).toLowerCase().split(/\s+/).filter(Boolean).join(' ');
}

/** A comparison such as `at least 4`: what search tools take instead of a bare value. */
export interface Comparison {
  readonly op: string;
  readonly value: unknown;
}

export function isComparison(value: unknown): value is Comparison {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 2 && 'value' in value && typeof (value as { op?: unknown }).op === 'string';
}
