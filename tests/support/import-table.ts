import { dirname, join, normalize, sep } from 'node:path';

const engineRooms = [
  'engine/core',
  'engine/bus',
  'engine/tiers',
  'engine/pipeline',
  'engine/action',
  'engine/providers',
];

/** Which room may import which: the table of the README, as data. Every room may import itself. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  'engine/core': [],
  'engine/bus': ['engine/core'],
  'engine/action': ['engine/core'],
  'engine/providers': ['engine/core'],
  datasets: ['engine/core'],
  models: ['engine/core'],
  'engine/tiers': ['engine/core', 'engine/providers', 'models'],
  'engine/pipeline': ['engine/core', 'engine/tiers', 'models'],
  training: ['engine/core', 'datasets', 'models', 'engine/tiers', 'engine/pipeline'],
  mads: [...engineRooms, 'datasets', 'models', 'training/queue/queue'],
};

/** Places that assemble everything: they may import anything and nothing imports them. */
const roots = [/^mads\/ecosystem\.ts$/, /^mads\/grace\/cli\//, /^training\/worker\.ts$/, /^notebooks\//, /^tests\//];

export function isRoot(path: string): boolean {
  return roots.some((root) => root.test(path.split(sep).join('/')));
}

export function roomOf(path: string): string {
  const [top = '', second = ''] = path.split(sep);
  return top === 'engine' ? `engine/${second}` : top;
}

function isAllowed(from: string, target: string): boolean {
  const allowed = mayImport[roomOf(from)] ?? [];
  if (roomOf(from) === roomOf(target) || allowed.includes(roomOf(target))) return true;
  return allowed.some((entry) => target === `${entry}.ts` || target.startsWith(`${entry}/`));
}

/** Imports of a file that the table does not allow, as `specifier: reason`. A comment counts too: strictness is safe. */
export function violations(path: string, source: string): string[] {
  const found: string[] = [];
  for (const [, specifier = ''] of source.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
    const target = normalize(join(dirname(path), specifier));
    if (isRoot(target) && !isRoot(path)) found.push(`${specifier}: a composition root is imported by nothing`);
    else if (!isRoot(path) && !isAllowed(path, target))
      found.push(`${specifier}: ${roomOf(path)} may not import ${roomOf(target)}`);
  }
  return found;
}
