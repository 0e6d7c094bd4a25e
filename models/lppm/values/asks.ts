import { askedBefore, bareOf } from './evidence.ts';
import type { CallExample } from './call-example.ts';
import { spansOf } from './spans.ts';
import { valueKey } from './value-key.ts';

/** Calls that are read; more do not change the picture. */
const readCalls = 1500;
const leastCount = 3;
const leastShare = 0.5;

/**
 * Which argument a reply asks for: the one whose value stands most often in the answer to it. By step:
 * `tool argument`.
 */
export function learnAsks(examples: readonly CallExample[]): Record<string, string> {
  const counts = new Map<string, Map<string, number>>();
  const every = Math.max(1, Math.floor(examples.length / readCalls));
  for (let index = 0; index < examples.length; index += every) {
    const { turns, tool, arguments: given } = examples[index] as CallExample;
    const wanted = new Map(Object.entries(given).map(([name, value]) => [valueKey(bareOf(value)), name]));
    turns.forEach((turn, place) => {
      if (turn.speaker !== 'user') return;
      const asked = askedBefore(turns, place);
      if (asked === 'none' || asked.startsWith('free')) return;
      const found = new Set<string>();
      for (const span of spansOf(turn.text, 3)) {
        const name = wanted.get(valueKey(span.value));
        if (name !== undefined) found.add(name);
      }
      const own = counts.get(asked) ?? new Map<string, number>();
      for (const name of found) own.set(`${tool} ${name}`, (own.get(`${tool} ${name}`) ?? 0) + 1);
      own.set('', (own.get('') ?? 0) + 1);
      counts.set(asked, own);
    });
  }
  const asks: Record<string, string> = {};
  for (const [step, own] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const all = own.get('') ?? 0;
    own.delete('');
    const best = [...own].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0];
    if (best !== undefined && best[1] >= leastCount && best[1] >= leastShare * all) asks[step] = best[0];
  }
  return asks;
}
