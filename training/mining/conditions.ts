import type { GraphEdge } from './graph.ts';
import { callAt, resultOf, type Run } from './run.ts';
import { scalarsOf } from './scalars.ts';

/** A value that decides which way a run goes. */
export interface Condition {
  readonly from: string;
  readonly to: string;
  /** Call step and path in its result, or the argument of the call (`isArgument`). */
  readonly path: string;
  readonly isArgument: boolean;
  readonly equals: string | number | boolean;
  /** Runs at the branch with this value that went this way, and all with this value. */
  readonly right: number;
  readonly all: number;
}

const minimumRight = 2;
const minimumPurity = 0.75;
/** A field with more values than this names things, it does not decide. */
const mostValues = 12;
const longestValue = 120;

/**
 * What decides between the ways on from a call: for each value of each field of its result (or of its arguments), the way
 * that runs with it go; the field that explains most runs is taken (one-rule learning; Holte, "Very simple classification
 * rules perform well on most commonly used datasets", 1993).
 */
export function conditionsOf(runs: readonly Run[], edges: readonly GraphEdge[]): Condition[] {
  const ways = new Map<string, Set<string>>();
  for (const { from, to } of edges) ways.set(from, (ways.get(from) ?? new Set()).add(to));
  const found: Condition[] = [];
  for (const [from, targets] of ways) if (targets.size > 1) found.push(...ruleAt(runs, from, targets));
  return found;
}

interface Case {
  readonly to: string;
  readonly fields: ReadonlyMap<string, string | number | boolean>;
}

function ruleAt(runs: readonly Run[], from: string, targets: ReadonlySet<string>): Condition[] {
  const cases: Case[] = [];
  for (const run of runs) {
    for (const [index, { key, at }] of run.taken.entries()) {
      const call = callAt(run, at);
      const to = run.taken.slice(index + 1).find((one) => one.key !== from)?.key;
      if (key !== from || call === undefined || to === undefined || !targets.has(to)) continue;
      const fields = new Map<string, string | number | boolean>();
      for (const { path, value } of scalarsOf(call.arguments)) fields.set(`a ${path}`, value);
      for (const { path, value } of scalarsOf(resultOf(run, at))) fields.set(`r ${path}`, value);
      cases.push({ to, fields });
    }
  }
  const names = new Set(cases.flatMap(({ fields }) => [...fields.keys()]));
  let best: Condition[] = [];
  let most = majority(cases.map(({ to }) => to));
  for (const name of [...names].sort((a, b) => (a < b ? 1 : -1))) {
    const rules = rulesOf(cases, name, from);
    const covered = new Set(rules.map(({ equals }) => equals));
    const rest = cases.filter(({ fields }) => !covered.has(fields.get(name) as string));
    const right = rules.reduce((sum, rule) => sum + rule.right, 0) + majority(rest.map(({ to }) => to));
    if (right > most + 1) [best, most] = [rules, right];
  }
  return best;
}

function rulesOf(cases: readonly Case[], name: string, from: string): Condition[] {
  const table = new Map<string | number | boolean, Map<string, number>>();
  for (const { to, fields } of cases) {
    const value = fields.get(name);
    if (value === undefined || String(value).length > longestValue) continue;
    const row = table.get(value) ?? new Map<string, number>();
    table.set(value, row.set(to, (row.get(to) ?? 0) + 1));
    if (table.size > mostValues) return [];
  }
  return [...table].flatMap(([equals, row]) => {
    const all = [...row.values()].reduce((sum, count) => sum + count, 0);
    const [to, right] = [...row].sort((a, b) => b[1] - a[1])[0] as [string, number];
    if (right < minimumRight || right < minimumPurity * all) return [];
    return [{ from, to, path: name.slice(2), isArgument: name.startsWith('a'), equals, right, all }];
  });
}

function majority(targets: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const to of targets) counts.set(to, (counts.get(to) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
