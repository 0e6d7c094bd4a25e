import type { JsonSchema } from '../../engine/core/tool-definition.ts';
import type { ArgumentOrigin } from './origins.ts';

const mostOptions = 20;
/** Each option must come back: fewer repeats, and the values are open. */
const repeatsOfOption = 3;

/** The schema of a slot: that of the tool where it has one, else what its values show. */
export function schemaOf(origins: readonly ArgumentOrigin[], declared: JsonSchema | undefined): JsonSchema {
  if (declared !== undefined && Object.keys(declared).length > 0) return declared;
  const counts = new Map<string, { value: unknown; count: number }>();
  for (const { values } of origins) {
    for (const { value, count } of values) {
      const held = counts.get(JSON.stringify(value)) ?? { value, count: 0 };
      held.count += count;
      counts.set(JSON.stringify(value), held);
    }
  }
  const all = [...counts.values()];
  const total = all.reduce((sum, { count }) => sum + count, 0);
  // One slip of the teacher changes no type.
  const isMostly = (test: (value: unknown) => boolean): boolean =>
    all.reduce((sum, { value, count }) => sum + (test(value) ? count : 0), 0) >= 0.95 * total;
  if (total === 0) return {};
  if (isMostly((value) => typeof value === 'boolean')) return { type: 'boolean' };
  if (isMostly((value) => typeof value === 'number')) {
    return { type: isMostly((value) => Number.isInteger(value)) ? 'integer' : 'number' };
  }
  if (!isMostly((value) => typeof value === 'string')) return {};
  const frequent = all.filter(({ value, count }) => typeof value === 'string' && count >= Math.max(2, 0.01 * total));
  const covered = frequent.reduce((sum, { count }) => sum + count, 0);
  if (frequent.length <= mostOptions && covered >= 0.95 * total && total >= repeatsOfOption * frequent.length) {
    return { type: 'string', enum: frequent.map(({ value }) => value as string).sort() };
  }
  return { type: 'string' };
}
