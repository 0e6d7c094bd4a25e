import type { RegistryRecord } from '../../models/registry/log.ts';

const day = 86_400_000;
/** A champion of this age tells what many small steps have cost together. */
export const longAgo = 30 * day;

/** Id of the bundle that served at a time; null where none did. @param history of one role, oldest first */
export function championAt(history: readonly RegistryRecord[], time: number): string | null {
  const champions: string[] = [];
  for (const { event, time: when } of history) {
    if (when > time) break;
    if (event.kind === 'model-promoted') champions.push(event.bundle);
    if (event.kind !== 'model-rolled-back') continue;
    while (champions.length > 0 && champions.at(-1) !== event.bundle) champions.pop();
    if (champions.length === 0) champions.push(event.bundle);
  }
  return champions.at(-1) ?? null;
}
