import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../engine/core/hash.ts';

const rooms = ['engine', 'datasets', 'models', 'training'];

/** sha256 over the source files that training runs: another version of them is another job and another artefact. */
export function codeVersion(root = join(import.meta.dirname, '../..')): string {
  const hashes: string[] = [];
  for (const room of rooms) {
    const names = readdirSync(join(root, room), { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((candidate) => /\.(ts|js)$/.test(candidate)).toSorted()) {
      hashes.push(name, sha256(readFileSync(join(root, room, name))));
    }
  }
  return sha256(hashes.join('\n')).slice(0, 16);
}
