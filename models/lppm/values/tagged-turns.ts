import { hashFraction } from '../../../engine/core/hash.ts';
import { askedBefore, bareOf } from './evidence.ts';
import type { CallExample } from './call-example.ts';
import { momentsOf } from './moments.ts';
import { spansOf, type Span } from './spans.ts';
import type { TaggedTurn } from './tagger.ts';
import { valueKey } from './value-key.ts';

/** User turns before a call in which its values are looked for. */
const window = 8;
/** An argument with fewer marked turns is not tagged; with more arguments than `slots` the most frequent ones are. */
const limits = { marked: 8, slots: 12, turns: 3000, fewest: 40 } as const;

export interface MarkedTurn extends TaggedTurn {
  readonly conversation: string;
}

/**
 * User turns with the pieces that later stood in a call, as the log shows them: nobody marks anything. Slots are the
 * arguments' names, shared among tools; as many turns without a value stand beside those with one. Empty where the log
 * has too little.
 */
export function markedTurns(examples: readonly CallExample[], day: number | null): MarkedTurn[] {
  const turns = new Map<
    string,
    { text: string; asked: string; conversation: string; values: Record<string, string> }
  >();
  examples.forEach(({ turns: dialogue, arguments: given, conversation = '' }, place) => {
    const wanted = new Map<string, string>();
    for (const [name, value] of Object.entries(given)) {
      const bare = bareOf(value);
      if (typeof bare === 'string' || typeof bare === 'number') wanted.set(valueKey(bare), name);
    }
    let users = 0;
    for (let index = dialogue.length - 1; index >= 0 && users < window; index -= 1) {
      const turn = dialogue[index];
      if (turn?.speaker !== 'user') continue;
      users += 1;
      const key = `${conversation === '' ? place : conversation} ${index}`;
      const held = turns.get(key) ?? { text: turn.text, asked: askedBefore(dialogue, index), conversation, values: {} };
      turns.set(key, held);
      const best = new Map<string, Span>();
      for (const span of spansOf(turn.text, 4, momentsOf(turn, day))) {
        const name = wanted.get(valueKey(span.value));
        const other = name === undefined ? undefined : best.get(name);
        if (name !== undefined && (other === undefined || span.words < other.words)) best.set(name, span);
      }
      for (const [name, { start, end }] of best) held.values[name] = turn.text.slice(start, end);
    }
  });
  const counts = new Map<string, number>();
  for (const { values } of turns.values())
    for (const name of Object.keys(values)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const slots = new Set(
    [...counts]
      .filter(([, count]) => count >= limits.marked)
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, limits.slots)
      .map(([name]) => name),
  );
  const all = [...turns].map(([key, { text, asked, conversation, values }]) => ({
    key,
    row: {
      text,
      requested: [asked],
      conversation,
      values: Object.fromEntries(Object.entries(values).filter(([name]) => slots.has(name))),
    },
  }));
  const some = (isMarked: boolean): MarkedTurn[] =>
    all
      .filter(({ row }) => Object.keys(row.values).length > 0 === isMarked)
      .map(({ key, row }) => ({ row, place: hashFraction(`marked ${key}`) }))
      .sort((a, b) => a.place - b.place)
      .slice(0, limits.turns / 2)
      .map(({ row }) => row);
  const marked = some(true);
  return marked.length < limits.fewest ? [] : [...marked, ...some(false).slice(0, marked.length)];
}
