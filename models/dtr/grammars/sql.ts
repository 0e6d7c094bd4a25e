import type { Grammar } from './grammar.ts';
import { deepestParsed } from './grammar.ts';

const word = (words: string): ReadonlySet<string> => new Set(words.split(' '));
const statements = word(
  'select insert update delete create alter drop truncate with explain show describe merge replace grant revoke begin commit rollback use set call analyze vacuum pragma values',
);
/** Words that may stand between operands; everything else is an operand. */
const keywords = word(
  'select distinct all from where group by having order limit offset fetch union intersect except as on using join inner left right full outer cross natural and or not in is like ilike between exists case when then else end asc desc nulls first last over partition rows range into values set default insert update delete create alter drop truncate table view index with recursive explain show describe merge replace grant revoke begin commit rollback use call analyze vacuum pragma primary key foreign references unique check constraint null if any some cascade to add column returning conflict do nothing interval cast collate escape top percent only next row for tables databases columns integer int text varchar char numeric decimal real float double date timestamp time boolean bigint smallint serial autoincrement auto_increment year month day temporary temp database schema',
);
/** Clauses of a query, in the order in which they may come. */
const order = ['select', 'from', 'where', 'group', 'having', 'order', 'limit'];
/** `expression alias`: more operands in a row than these are a sentence. */
const mostOperands = 2;

interface Level {
  /** Highest clause of `order` seen in this bracket; -1 before any. */
  clause: number;
}

/** Statements of SQL, loosely: tokens, brackets, the order of clauses, and operators between operands. */
export const sql: Grammar = {
  name: 'sql',
  fault(text) {
    const tokens =
      /\s+|--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"[^"]*"|`[^`]*`|\[[\w ]+\]|[\p{L}_@#$:][\p{L}\p{N}_@#$.]*|\d[\w.]*|\.\d+|[(),;.]|[-+*/%=<>!|&^~?:]+/uy;
    const levels: Level[] = [{ clause: -1 }];
    let at = 0;
    let operands = 0;
    let isStart = true;
    let last = '';
    while (at < text.length) {
      tokens.lastIndex = at;
      const token = tokens.exec(text)?.[0];
      if (token === undefined) return `it holds ${JSON.stringify(text.slice(at, at + 12))}, which is no SQL`;
      at += token.length;
      const name = token.toLowerCase();
      if (/^(\s|--|\/\*)/.test(token)) continue;
      if (isStart) {
        if (token === ';') continue;
        if (!statements.has(name) && token !== '(') return `no statement begins with "${token.slice(0, 20)}"`;
        isStart = token === '(';
      }
      const level = levels.at(-1) as Level;
      if (token === '(') {
        levels.push({ clause: -1 });
        if (levels.length > deepestParsed) return `it is nested more than ${deepestParsed} levels deep`;
        operands = 0;
      } else if (token === ')') {
        levels.pop();
        if (levels.length === 0) return 'a ")" closes nothing';
        operands = 1;
      } else if (token === ';') {
        if (levels.length > 1) return 'a bracket is not closed';
        isStart = true;
        operands = 0;
        level.clause = -1;
      } else if (keywords.has(name)) {
        if (name === 'union' || name === 'intersect' || name === 'except' || name === 'with') level.clause = -1;
        const clause = order.indexOf(name);
        const isClause = clause >= 0 && !(name === 'order' && last !== '' && /^(over|by)$/.test(last));
        if (isClause) {
          if (clause < level.clause) return `"${name}" comes too late`;
          level.clause = clause;
        }
        operands = 0;
      } else if (/^[\p{L}\p{N}_@#$'"`[.:]/u.test(token) && token !== '.') {
        operands += 1;
        if (operands > mostOperands) return `words follow each other without an operator at "${token.slice(0, 20)}"`;
      } else operands = 0;
      last = name;
    }
    return levels.length === 1 ? null : 'a bracket is not closed';
  },
};
