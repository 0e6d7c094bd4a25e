/** The value at `a.b.0` in plain JSON; undefined where there is none. Inherited properties do not count. */
export function valueAt(root: unknown, path: string): unknown {
  // A key may itself hold dots, as slot names such as `hotel.name` do.
  if (isRecord(root) && Object.hasOwn(root, path)) return root[path];
  let value = root;
  for (const key of path.split('.')) {
    if (!isRecord(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
