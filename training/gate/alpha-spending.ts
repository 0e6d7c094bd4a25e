import type { RegistryRecord } from '../../models/registry/log.ts';

/** Probability, in one month and over all its tests, of a change that nothing speaks for. */
export const monthlyLevel = 0.05;
/** Each test gets this share of what is left, so that the month's budget never runs dry: 0.005, 0.0045, 0.00405, ... */
const shareOfRest = 0.1;

/**
 * Level of the next test of a role. A role that learns every night is tested hundreds of times a year: at 5 % each some
 * eighteen candidates would be promoted by mere chance. What earlier tests of the month (UTC) were given stands in the
 * registry's log.
 * @param now milliseconds since 1970-01-01 UTC
 */
export function levelOfNextTest(history: readonly RegistryRecord[], now: number): number {
  const month = monthOf(now);
  let rest = monthlyLevel;
  for (const { event, time } of history) {
    if (event.kind === 'candidate-tested' && monthOf(time) === month) rest -= event.level;
  }
  return Math.max(0, rest) * shareOfRest;
}

function monthOf(time: number): string {
  return new Date(time).toISOString().slice(0, 7);
}
