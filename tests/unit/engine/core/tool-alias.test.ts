import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AliasTable, aliasOf, nameOf } from '../../../../engine/core/tool-alias.ts';

describe('aliasOf', () => {
  it('turns dots into double underscores', () => {
    expect(aliasOf('mads.rogers.recall')).toBe('mads__rogers__recall');
    expect(aliasOf('get_user-data')).toBe('get_user-data');
  });

  it('leads back to the same name, whatever its marks', () => {
    const name = fc.array(fc.constantFrom('a', 'B', '7', '_', '-', '.')).map((letters) => letters.join(''));
    fc.assert(fc.property(name, (text) => nameOf(aliasOf(text)) === text && !aliasOf(text).includes('.')));
  });
});

describe('AliasTable', () => {
  it('gives every name its own alias that chat protocols take, and the way back', () => {
    const names = ['a.b', 'a__b', 'grüße', 'x'.repeat(80), `${'x'.repeat(80)}y`, 'plain'];
    const table = new AliasTable(names);
    const aliases = names.map((name) => table.alias(name));
    expect(new Set(aliases).size).toBe(names.length);
    for (const alias of aliases) expect(alias).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(aliases.map((alias) => table.name(alias))).toEqual(names);
    expect(table.alias('a__b')).toBe('a__b');
  });
});
