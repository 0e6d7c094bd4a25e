import { callAt, resultOf, saidBefore, type Run } from './run.ts';
import { scalarsOf, valueKey } from './scalars.ts';
import { variantOf } from './variants.ts';

/** Where the values of one argument of one call step come from. */
export interface ArgumentOrigin {
  readonly step: string;
  readonly argument: string;
  /** Calls that hold the argument, of all calls of the step. */
  readonly count: number;
  readonly calls: number;
  readonly origin:
    | { readonly from: 'prose' }
    | { readonly from: 'constant'; readonly value: unknown }
    | { readonly from: 'result'; readonly step: string; readonly path: string };
  /** Share of the calls whose value is there where it is said to come from. */
  readonly share: number;
  /** Distinct values, the most frequent first; at most some dozens. */
  readonly values: readonly { readonly value: unknown; readonly count: number }[];
}

/** Share of the calls that must agree with a constant, or a result, before it is one. */
const constantShare = 0.9;
const resultShare = 0.6;
/** A constant belongs to every call; what is only now and then there is somebody's wish. */
const presentShare = 0.8;
/** What is said in prose less often than this may come from somewhere else. */
const proseShare = 0.5;
const minimumCalls = 3;
const mostKept = 64;

interface Seen {
  count: number;
  prose: number;
  readonly results: Map<string, number>;
  readonly values: Map<string, { value: unknown; count: number }>;
}

/**
 * Origins by majority over all calls: a value that stands in what the user wrote before is a prose span; one that an
 * earlier call of the run returned is its result; one that hardly ever changes is a constant.
 */
export function originsOf(runs: readonly Run[], isKept: (step: string) => boolean): ArgumentOrigin[] {
  const calls = new Map<string, number>();
  const seen = new Map<string, Seen>();
  for (const run of runs) {
    for (const { key, at } of run.taken) {
      const call = callAt(run, at);
      if (call === undefined || !isKept(key)) continue;
      calls.set(key, (calls.get(key) ?? 0) + 1);
      const said = valueKey(saidBefore(run, at).join(' '));
      const results = earlierResults(run, at);
      const filled = filledSlots(run, at);
      for (const [argument, value] of Object.entries(call.arguments))
        look(seen, `${key}\0${argument}`, value, said, results, filled.get(argument));
    }
  }
  return [...seen].map(([name, one]) => {
    const [step, argument] = name.split('\0') as [string, string];
    return judged(step, argument, calls.get(step) as number, one);
  });
}

function look(
  seen: Map<string, Seen>,
  name: string,
  value: unknown,
  said: string,
  results: ReadonlyMap<string, Set<string>>,
  filled: ReadonlySet<string> | undefined,
): void {
  const one: Seen = seen.get(name) ?? { count: 0, prose: 0, results: new Map(), values: new Map() };
  seen.set(name, one);
  one.count += 1;
  const scalars = scalarsOf(value).filter((scalar) => typeof scalar.value !== 'boolean');
  const keys = scalars.map((scalar) => valueKey(scalar.value)).filter((key) => key !== '');
  // A slot that an earlier call took, by the same name, is filled: nobody says it again.
  if (keys.some((key) => said.includes(key)) || filled?.has(keys.join(' ')) === true) one.prose += 1;
  for (const path of results.get(keys[0] ?? '') ?? []) one.results.set(path, (one.results.get(path) ?? 0) + 1);
  const text = JSON.stringify(value) ?? 'null';
  const held = one.values.get(text) ?? { value, count: 0 };
  held.count += 1;
  if (one.values.size < mostKept || one.values.has(text)) one.values.set(text, held);
}

/** Values that earlier calls of the run took, by argument. */
function filledSlots(run: Run, before: number): Map<string, Set<string>> {
  const filled = new Map<string, Set<string>>();
  for (const { at } of run.taken) {
    if (at >= before) break;
    for (const [argument, value] of Object.entries(callAt(run, at)?.arguments ?? {})) {
      const keys = scalarsOf(value).map((scalar) => valueKey(scalar.value));
      filled.set(argument, (filled.get(argument) ?? new Set()).add(keys.join(' ')));
    }
  }
  return filled;
}

/** Values of earlier results of the run, with the steps and paths that hold them. */
function earlierResults(run: Run, before: number): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { key, at } of run.taken) {
    if (at >= before) break;
    if (callAt(run, at) === undefined) continue;
    for (const { path, value } of scalarsOf(resultOf(run, at))) {
      const text = valueKey(value);
      if (text.length < 2) continue;
      found.set(text, (found.get(text) ?? new Set()).add(`${key}\0${path}`));
    }
  }
  return found;
}

function judged(step: string, argument: string, calls: number, seen: Seen): ArgumentOrigin {
  const values = [...seen.values.values()].sort((a, b) => b.count - a.count);
  const known = { step, argument, count: seen.count, calls, values };
  const variant = variantOf(step);
  if (variant?.name === argument) return { ...known, origin: { from: 'constant', value: variant.value }, share: 1 };
  const prose = seen.prose / seen.count;
  const [result] = [...seen.results].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const fromResult = (result?.[1] ?? 0) / seen.count;
  const constant = (values[0]?.count ?? 0) / seen.count;
  const enough = seen.count >= minimumCalls;
  if (
    enough &&
    seen.count >= presentShare * calls &&
    constant >= constantShare &&
    prose < proseShare &&
    constant >= fromResult
  ) {
    return { ...known, origin: { from: 'constant', value: values[0]?.value }, share: constant };
  }
  if (enough && result !== undefined && fromResult >= resultShare && fromResult > prose) {
    const [from, path] = result[0].split('\0') as [string, string];
    return { ...known, origin: { from: 'result', step: from, path }, share: fromResult };
  }
  return { ...known, origin: { from: 'prose' }, share: prose };
}
