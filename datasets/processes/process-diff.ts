import { canonicalJson } from '../../engine/core/hash.ts';
import type { Process } from '../../engine/core/process.ts';
import { edgeName } from './process-words.ts';

/** One thing in which two versions of a process differ. */
export interface ProcessDifference {
  readonly what: 'process' | 'slot' | 'step' | 'edge';
  /** Id of the step, name of the slot, `from → to`, or which field of the process. */
  readonly where: string;
  /** Absent where it is new. */
  readonly before?: unknown;
  /** Absent where it is gone. */
  readonly after?: unknown;
}

/** What must be done to `before` to get `after`; in the order slots, steps, edges. */
export function compareProcesses(before: Process, after: Process): ProcessDifference[] {
  const fields = (['name', 'description', 'start'] as const)
    .filter((field) => before[field] !== after[field])
    .map((field): ProcessDifference => ({
      what: 'process',
      where: field,
      before: before[field],
      after: after[field],
    }));
  return [
    ...fields,
    ...compareLists('slot', before.slots, after.slots, (slot) => slot.name),
    ...compareLists('step', before.steps, after.steps, (step) => step.id),
    ...compareLists('edge', before.edges, after.edges, edgeName),
  ];
}

function compareLists<Item>(
  what: ProcessDifference['what'],
  before: readonly Item[],
  after: readonly Item[],
  nameOf: (item: Item) => string,
): ProcessDifference[] {
  const old = new Map(before.map((item) => [nameOf(item), item]));
  const now = new Map(after.map((item) => [nameOf(item), item]));
  const found: ProcessDifference[] = [];
  for (const [where, item] of old) {
    if (!now.has(where)) found.push({ what, where, before: item });
    else if (canonicalJson(item) !== canonicalJson(now.get(where))) {
      found.push({ what, where, before: item, after: now.get(where) });
    }
  }
  for (const [where, item] of now) if (!old.has(where)) found.push({ what, where, after: item });
  return found;
}
