import { callAt, saidBefore, type Run, type Taken } from './run.ts';
import { valueKey } from './scalars.ts';

const mostValues = 6;
const minimumCalls = 8;
const minimumOfValue = 3;
const presentShare = 0.8;
/** Share of the errors of always guessing the most frequent value that knowing the step before must spare. */
const minimumLambda = 0.4;
/** The same for an argument that users hardly ever name: it is the process that sets it. */
const minimumUnsaidLambda = 0.15;
const unsaidShare = 0.5;

/**
 * Calls of one tool that do different things (check, book) are different steps: where the step before tells an argument's
 * value (Goodman and Kruskal's lambda, 1954, each call judged by the others), the value is part of the step.
 */
export function withVariants(runs: readonly Run[]): Run[] {
  const calls = new Map<string, { run: Run; taken: Taken; before: string }[]>();
  for (const run of runs) {
    for (const [index, taken] of run.taken.entries()) {
      if (callAt(run, taken.at) === undefined) continue;
      const before = run.taken.slice(0, index).findLast(({ key }) => key !== taken.key)?.key ?? '';
      const listed = calls.get(taken.key) ?? [];
      calls.set(taken.key, listed);
      listed.push({ run, taken, before: run.taken[index - 1]?.key ?? before });
    }
  }
  const deciding = new Map<string, string>();
  for (const [key, listed] of calls) {
    let best = 0;
    const names = new Set(listed.flatMap(({ run, taken }) => Object.keys(callAt(run, taken.at)?.arguments ?? {})));
    for (const name of [...names].sort()) {
      const rows = listed.map(({ run, taken, before }) => ({ before, value: callAt(run, taken.at)?.arguments[name] }));
      const lambda = lambdaOf(rows);
      const needed = lambda < minimumLambda && isSaid(listed, name) ? minimumLambda : minimumUnsaidLambda;
      if (lambda >= needed && lambda > best) {
        best = lambda;
        deciding.set(key, name);
      }
    }
  }
  if (deciding.size === 0) return [...runs];
  return runs.map((run) => ({
    ...run,
    taken: run.taken.map((taken) => {
      const name = deciding.get(taken.key);
      const value = name === undefined ? undefined : callAt(run, taken.at)?.arguments[name];
      return isPlain(value) ? { key: `${taken.key} ${name}=${JSON.stringify(value)}`, at: taken.at } : taken;
    }),
  }));
}

function isSaid(calls: readonly { run: Run; taken: Taken }[], name: string): boolean {
  let said = 0;
  for (const { run, taken } of calls) {
    const value = valueKey(callAt(run, taken.at)?.arguments[name] ?? '');
    if (value !== '' && valueKey(saidBefore(run, taken.at).join(' ')).includes(value)) said += 1;
  }
  return said >= unsaidShare * calls.length;
}

/** The argument and value that a key holds; null for a plain step. */
export function variantOf(key: string): { name: string; value: unknown } | null {
  const match = /^\d+ (.+?)=(.*)$/s.exec(key);
  return match === null ? null : { name: match[1] as string, value: JSON.parse(match[2] as string) as unknown };
}

function isPlain(value: unknown): value is string | boolean {
  return (typeof value === 'string' && value.length <= 40) || typeof value === 'boolean';
}

function lambdaOf(rows: readonly { before: string; value: unknown }[]): number {
  const plain = rows.filter(({ value }) => isPlain(value));
  if (rows.length < minimumCalls || plain.length < presentShare * rows.length) return 0;
  const totals = new Map<unknown, number>();
  const tables = new Map<string, Map<unknown, number>>();
  for (const { before, value } of plain) {
    totals.set(value, (totals.get(value) ?? 0) + 1);
    const table = tables.get(before) ?? new Map<unknown, number>();
    tables.set(before, table.set(value, (table.get(value) ?? 0) + 1));
  }
  const usual = [...totals.values()].filter((count) => count >= minimumOfValue);
  if (totals.size > mostValues || usual.length < 2) return 0;
  const majority = Math.max(...totals.values());
  let wrong = 0;
  for (const { before, value } of plain) {
    const table = tables.get(before) as Map<unknown, number>;
    const own = (table.get(value) as number) - 1;
    // Where no other call came after this step, the most frequent value is all that one can guess.
    const others = [...table].filter(([other]) => other !== value).map(([, count]) => count);
    const rival = Math.max(0, ...others);
    if (own === 0 && rival === 0) wrong += (totals.get(value) as number) === majority ? 0 : 1;
    else if (own <= rival) wrong += 1;
  }
  return 1 - wrong / Math.max(1, plain.length - majority);
}
