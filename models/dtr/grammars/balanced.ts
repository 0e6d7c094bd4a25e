import type { Grammar } from './grammar.ts';
import { deepestParsed } from './grammar.ts';

const closing: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** The floor: brackets close in order, outside quoted strings. An apostrophe inside a word is no quote. */
export const balanced: Grammar = {
  name: 'balanced',
  fault(text) {
    const open: string[] = [];
    for (let at = 0; at < text.length; at += 1) {
      const mark = text[at] as string;
      if (mark === '"' || mark === "'" || mark === '`') {
        const end = stringEnd(text, at, mark);
        if (end > 0) at = end;
      } else if (mark === '(' || mark === '[' || mark === '{') {
        open.push(mark);
        if (open.length > deepestParsed) return `it is nested more than ${deepestParsed} levels deep`;
      } else if (mark in closing && open.pop() !== closing[mark]) return `a "${mark}" closes nothing`;
    }
    return open.length === 0 ? null : `a "${open.at(-1)}" is not closed`;
  },
};

/** Where a string ends; 0 for a mark that opens none: nothing closes it on its line, or it stands inside a word. */
function stringEnd(text: string, start: number, mark: string): number {
  if (mark === "'" && start > 0 && /\w/.test(text[start - 1] as string)) return 0;
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text[at];
    if (code === '\\') at += 1;
    else if (code === mark) return at;
    else if (code === '\n' && mark !== '`') return 0;
  }
  return 0;
}
