import { scalarsOf, valueKey } from './scalars.ts';
import { callAt, resultOf, saidBefore, type Run } from './run.ts';
import { hole, masked, withoutValue } from './masks.ts';

export interface StepText {
  /** Most frequent form; a value that came from elsewhere is `{slot}` or `{step.path}`. */
  readonly text: string;
  /** Share of the step's occurrences whose text has exactly this form. */
  readonly share: number;
  /** Forms with their counts, the most frequent first. */
  readonly forms: readonly { readonly text: string; readonly count: number }[];
  /** A value stands in it, and nothing tells where it came from. */
  readonly hasUnknown: boolean;
}

const mostForms = 8;
/** Occurrences that are looked at. */
const mostTexts = 300;
const longestValue = 400;
/** Private-use characters, which no text of a log means anything by. */
const firstSign = 0xe000;
const signs = /[\uE000-\uF8FF]/g;

/**
 * Texts of a reply step with the origin of each variable part: the latest result of the run that holds the value, else the
 * argument of a call. `nameOf` gives the step id of a call's key.
 */
export function textOfStep(runs: readonly Run[], key: string, nameOf: (key: string) => string | undefined): StepText {
  const forms = new Map<string, number>();
  let total = 0;
  for (const run of runs) {
    if (total >= mostTexts) break;
    for (const taken of run.taken) {
      const move = run.moves[taken.at];
      if (taken.key !== key || move?.kind !== 'reply') continue;
      const text = formOf(move.text, run, taken.at, nameOf);
      forms.set(text, (forms.get(text) ?? 0) + 1);
      total += 1;
    }
  }
  const sorted = [...forms]
    .map(([text, count]) => ({ text, count }))
    .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1));
  const text = sorted[0]?.text ?? '';
  const hasUnknown = sorted.length > 1 && (sorted[0]?.count ?? 0) < 0.5 * total && masked(text, []).includes(hole);
  return { text, share: (sorted[0]?.count ?? 0) / Math.max(1, total), forms: sorted.slice(0, mostForms), hasUnknown };
}

function formOf(text: string, run: Run, at: number, nameOf: (key: string) => string | undefined): string {
  const names = new Map<string, string>();
  const said = valueKey(saidBefore(run, at).join(' '));
  for (const taken of run.taken) {
    const call = callAt(run, taken.at);
    if (call === undefined) continue;
    for (const { path, value } of scalarsOf(call.arguments)) {
      // A question may name the options: only what is known by now is a value.
      if (taken.at < at || said.includes(valueKey(value))) learn(names, value, `{${path}}`, false);
    }
  }
  for (const taken of run.taken) {
    const id = taken.at < at && callAt(run, taken.at) !== undefined ? nameOf(taken.key) : undefined;
    if (id === undefined) continue;
    for (const { path, value } of scalarsOf(resultOf(run, taken.at)))
      learn(names, value, path === '' ? `{${id}}` : `{${id}.${path}}`, true);
  }
  const values = [...names.keys()].filter((value) => text.includes(value)).sort((a, b) => b.length - a.length);
  let form = text;
  // A sign of its own for each value first: a name that is put in must not be searched for the next one.
  for (const [index, value] of values.entries())
    form = withoutValue(form, value, String.fromCharCode(firstSign + index));
  if (!/\p{L}/u.test(form)) return text;
  return form.replace(signs, (sign) => names.get(values[sign.charCodeAt(0) - firstSign] as string) ?? sign);
}

function learn(names: Map<string, string>, value: unknown, name: string, isNewer: boolean): void {
  if (typeof value === 'boolean') return;
  const text = String(value).trim();
  if (text.length < 2 && typeof value !== 'number') return;
  if (text === '' || text.length > longestValue || (!isNewer && names.has(text))) return;
  names.set(text, name);
}
