import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GrammarName } from '../../../../models/dtr/grammars/grammar.ts';
import { grammarNames, longestParsed } from '../../../../models/dtr/grammars/grammar.ts';
import { grammarFault, learnGrammar } from '../../../../models/dtr/grammars/grammars.ts';

const good: Readonly<Record<GrammarName, readonly string[]>> = {
  'json-rpc': [
    '{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}',
    '[{"jsonrpc": "2.0", "method": "ping", "params": []}]',
  ],
  call: [
    '{"name": "f", "arguments": {"a": 1}}',
    '{"function": {"name": "f", "arguments": "{\\"a\\": 1}"}, "type": "function", "id": "c1"}',
    '<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call>',
    'weather.get(city="Oslo", days=[1, 2], unit=Unit.C)',
    '[f(a=1), g()]',
  ],
  slash: ['/deploy web --now', '/help'],
  sql: [
    "select count(*) from t as a where a.x = 'it''s' and b in (1, 2) group by c order by d desc limit 3;",
    'INSERT INTO t (a, b) VALUES (1, "x")',
    'with q as (select 1) select * from q union select 2',
  ],
  json: ['{"a": [1, {"b": null}]}', '[1]'],
  shell: ['ls -la | wc -l', 'for f in *; do echo "$f"; done', "git commit -m 'it is what we want to have in the log'"],
  code: ['x = f(1)\nreturn x', 'import numpy as np;'],
  balanced: ['f(x[1], {"a": ")"})', "it's (fine)"],
};
const bad: Readonly<Record<GrammarName, readonly string[]>> = {
  'json-rpc': ['{"jsonrpc": "2.0", "id": 1, "result": {}}', '{"jsonrpc": "1.0", "method": "x"}', 'ls'],
  call: [
    '{"a": 1, "b": 2}',
    'f(the cat)',
    'call me (please)',
    '{"name": "f", "parameters": {"type": "object", "properties": {}}}',
  ],
  slash: ['deploy /web', '/usr/bin/env: not found\nmore'],
  sql: ['select the best players from the list', 'ls -la', 'select a from t where x = 1)', 'select a where b from c'],
  json: ['{"a": }', '"text"', '{a: 1}'],
  shell: ['echo "open', 'if true; then', 'Print short record of domain a.example from server b.example', 'a | | b'],
  code: ['please send me the report', 'all good'],
  balanced: ['f(x', 'a ] b', '(]'],
};

describe('grammars', () => {
  it.each(grammarNames)('%s takes its own and refuses others', (name) => {
    for (const text of good[name]) expect([text, grammarFault(name, text)]).toEqual([text, null]);
    for (const text of bad[name]) expect([text, grammarFault(name, text)]).toEqual([text, expect.any(String)]);
  });

  it('answer for any text, never with an exception', () => {
    fc.assert(
      fc.property(fc.constantFrom(...grammarNames), fc.string({ unit: 'binary', maxLength: 200 }), (name, text) => {
        const fault = grammarFault(name, text);
        expect(fault === null || fault !== '').toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(grammarNames)('%s refuses what is too deep or too long to be checked', (name) => {
    const deep = '('.repeat(5000) + ')'.repeat(5000);
    if (name !== 'code') expect(grammarFault(name, deep)).toEqual(expect.any(String));
    if (name !== 'code') expect(grammarFault(name, `[${deep.replaceAll('(', '[').replaceAll(')', ']')}`)).not.toBe('');
    expect(grammarFault(name, '/x '.repeat(longestParsed))).toContain('too many');
  });
});

describe('learnGrammar', () => {
  const queries = Array.from({ length: 40 }, (_none, at) => `select name from people where id = ${at}`);

  it('finds the strictest one that takes nearly all that a destination was sent', () => {
    expect(learnGrammar(queries)).toBe('sql');
    expect(learnGrammar([...queries, 'how are you?', 'ls -la'])).toBe('sql');
    expect(learnGrammar(queries.map((query) => JSON.stringify({ query })))).toBe('json');
  });

  it('finds none where payloads have nothing in common, or are few', () => {
    const words = queries.map((_query, at) => `) number ${at} (`);
    expect(learnGrammar([...words])).toBeNull();
    expect(learnGrammar(queries.slice(0, 5))).toBeNull();
  });
});
