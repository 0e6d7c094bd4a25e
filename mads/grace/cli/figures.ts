/** A nested document as rows of dotted path and value, for tables of figures. */
export function flatten(value: unknown, path = ''): [string, string][] {
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value);
    return entries.flatMap(([key, inner]) => flatten(inner, path === '' ? key : `${path}.${key}`));
  }
  return [[path, shown(value)]];
}

/** A plain value as a table shows it: a dash for nothing, four digits of a fraction. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' || Number.isInteger(value)) return JSON.stringify(value);
  return Math.abs(value) >= 100 ? value.toFixed(1) : value.toPrecision(4);
}
