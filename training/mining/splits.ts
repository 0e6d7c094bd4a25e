import { callAt, type Run } from './run.ts';

const mostGroups = 4;
const fewestRuns = 8;
/** A step of one process and not of the other: taken before the call by so many runs of one, and so few of the other. */
const ownShare = 0.5;
const foreignShare = 0.05;

/**
 * Runs of one tool that are several processes: an argument that stays the same through a run parts them, and each part takes
 * a step before the call that the others do not take. What differs only after the call is a branch of one process.
 */
export function splitsOf(runs: readonly Run[]): { readonly label: string; readonly runs: readonly Run[] }[] {
  const whole = [{ label: '', runs }];
  const names = new Set(runs.flatMap((run) => Object.keys(firstCall(run)?.arguments ?? {})));
  for (const name of [...names].sort()) {
    const groups = new Map<string, Run[]>();
    for (const run of runs) {
      const value = constantIn(run, name);
      if (value === null) continue;
      const group = groups.get(value) ?? [];
      groups.set(value, group);
      group.push(run);
      if (groups.size > mostGroups) break;
    }
    const parted = [...groups.values()].reduce((sum, group) => sum + group.length, 0);
    if (groups.size < 2 || groups.size > mostGroups || parted < 0.9 * runs.length) continue;
    const parts = [...groups].map(([label, held]) => ({ label, runs: held, shares: sharesOf(held) }));
    if (parts.some((part) => part.runs.length < fewestRuns)) continue;
    const isOwn = parts.every((part) =>
      [...part.shares].some(
        ([step, share]) =>
          share >= ownShare && parts.every((other) => other === part || (other.shares.get(step) ?? 0) <= foreignShare),
      ),
    );
    if (isOwn) return parts.map(({ label, runs: held }) => ({ label, runs: held }));
  }
  return whole;
}

function firstCall(run: Run): ReturnType<typeof callAt> {
  for (const { at } of run.taken) {
    const call = callAt(run, at);
    if (call !== undefined) return call;
  }
  return undefined;
}

/** The argument's value where it is short and all calls of the run agree on it. */
function constantIn(run: Run, name: string): string | null {
  let found: string | null = null;
  for (const { at } of run.taken) {
    const value = callAt(run, at)?.arguments[name];
    if (value === undefined) continue;
    if (typeof value !== 'string' || value.length > 40 || (found !== null && found !== value)) return null;
    found = value;
  }
  return found;
}

/** Share of the runs that take a reply step before their first call. */
function sharesOf(runs: readonly Run[]): Map<string, number> {
  const shares = new Map<string, number>();
  for (const run of runs) {
    const steps = new Set<string>();
    for (const { key, at } of run.taken) {
      if (callAt(run, at) !== undefined) break;
      steps.add(key);
    }
    for (const step of steps) shares.set(step, (shares.get(step) ?? 0) + 1 / runs.length);
  }
  return shares;
}
