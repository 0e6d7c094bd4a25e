import { scalarsOf } from './scalars.ts';
import type { Move } from './moves.ts';

/** Stands for a value in a wording. */
export const hole = '⟨⟩';

/** Values longer than this are texts of their own; shorter than two signs they match anything. */
const longestValue = 400;
/** Above this many values a conversation's replies are masked by the longest ones alone. */
const mostValues = 400;

/** Words of all values that the calls and results of a conversation hold, the longest first. */
export function knownValues(moves: readonly Move[]): string[] {
  const values = new Set<string>();
  for (const move of moves) {
    if (move.kind !== 'call' && move.kind !== 'result') continue;
    for (const { value } of scalarsOf(move.kind === 'call' ? move.arguments : move.value)) {
      const text = String(value).trim();
      if (typeof value !== 'boolean' && text.length > 1 && text.length <= longestValue) values.add(text);
    }
  }
  return [...values].sort((a, b) => b.length - a.length || (a < b ? -1 : 1)).slice(0, mostValues);
}

/**
 * A reply with its values taken out: what a call said or returned in the same conversation, and every number. Where
 * nothing but values would be left, the words stay. Constant words of a log message are its template (Vaarandi, "A data
 * clustering algorithm for mining patterns from event logs", 2003); here the values are known instead of guessed.
 */
export function masked(text: string, values: readonly string[]): string {
  let rest = text;
  for (const value of values) rest = withoutValue(rest, value, hole);
  rest = rest.replace(/[-+]?\d+(?:[.,:/]\d+)*/g, hole);
  const key = fold(rest);
  return /[\p{L}]/u.test(key) ? key : fold(text);
}

/** A text in which every occurrence of a value, as whole words, is another text. */
export function withoutValue(text: string, value: string, other: string): string {
  let rest = text;
  let at = rest.length < value.length ? -1 : rest.indexOf(value);
  while (at >= 0) {
    const end = at + value.length;
    if (isEdge(rest, at - 1, at) && isEdge(rest, end - 1, end)) {
      rest = rest.slice(0, at) + other + rest.slice(end);
      at = rest.indexOf(value, at + other.length);
    } else at = rest.indexOf(value, at + 1);
  }
  return rest;
}

/** Case and spaces make no other wording. */
export function fold(text: string): string {
  return text.toLowerCase().split(/\s+/).filter(Boolean).join(' ');
}

/** Whether a word ends between two positions. */
function isEdge(text: string, left: number, right: number): boolean {
  const isWord = (index: number): boolean =>
    index >= 0 && index < text.length && /[\p{L}\p{N}]/u.test(text[index] as string);
  return !(isWord(left) && isWord(right));
}
