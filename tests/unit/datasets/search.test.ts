import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { SearchIndex } from '../../../datasets/search/search-index.ts';
import { TextIndex, type NewText } from '../../../datasets/search/text-index.ts';
import { temporaryFolder } from '../../support/log-fixture.ts';

function entry(id: string, text: string, more: Partial<NewText> = {}): NewText {
  return { id, source: 'a', scope: 's', marks: [], kind: 'turn', speaker: '', time: null, place: '', text, ...more };
}
const ids = (hits: readonly { readonly id: string }[]): string[] => hits.map(({ id }) => id);

describe('TextIndex', () => {
  it('finds texts by forms of their telling words, rare ones first, in any language', () => {
    const index = new TextIndex(':memory:');
    index.add([
      entry('1', 'We rented two kayaks in Bergen.'),
      entry('2', 'We rented a car in Lima.'),
      entry('3', 'Ein Paddelboot für Ähre'),
      entry('4', '我们明天去京都旅行'),
    ]);
    const find = (text: string): string[] => ids(index.search({ text, scope: 's', limit: 10 }));
    expect(find('Where did we rent the kayak?')).toEqual(['1', '2']);
    expect(find('ahre')).toEqual(['3']);
    expect(find('京都')).toEqual(['4']);
    expect(find('the and of')).toEqual([]);
    expect(find('"OR" AND NEAR( *')).toEqual([]);
    index.close();
  });
  it('keeps to a scope, a mark, and away from a source', () => {
    const index = new TextIndex(':memory:');
    index.add([
      entry('1', 'kayak', { marks: ['ann'] }),
      entry('2', 'kayak', { source: 'b', marks: ['ann', 'ben'] }),
      entry('3', 'kayak', { source: 'c', scope: 't', marks: ['ben'] }),
      // A text cannot pass itself off as marked.
      entry('4', 'kayak ann _ann mark', { source: 'd' }),
    ]);
    const find = (more: object): string[] => ids(index.search({ text: 'kayak', scope: 's', limit: 9, ...more })).sort();
    expect(find({ mark: 'ann' })).toEqual(['1', '2']);
    expect(find({ mark: 'ann', notFrom: 'a' })).toEqual(['2']);
    expect(find({ mark: 'ben' })).toEqual(['2']);
    expect(find({ scope: 't', mark: 'ben' })).toEqual(['3']);
    expect(find({ mark: 'eve' })).toEqual([]);
    index.close();
  });
  it('forgets a source, and finds its texts when they come again', () => {
    const index = new TextIndex(':memory:');
    index.add([entry('1', 'kayak'), entry('2', 'kayak', { source: 'b' })], { at: '7' });
    index.remove('a', { at: '8' });
    expect(ids(index.search({ text: 'kayak', scope: 's', limit: 9 }))).toEqual(['2']);
    index.add([entry('3', 'kayak')]);
    expect(ids(index.search({ text: 'kayak', scope: 's', limit: 9 }))).toEqual(['3', '2']);
    expect([index.notes('a'), index.size.texts]).toEqual([{ at: '8' }, 2]);
    index.close();
  });
  it('takes any text and any query', () => {
    const index = new TextIndex(':memory:');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.string({ maxLength: 80 }), (text, query) => {
        index.add([entry('x', text)]);
        for (const asked of [query, text]) index.search({ text: asked, scope: 's', limit: 3 });
      }),
      { numRuns: 60 },
    );
    index.close();
  });
});

describe('SearchIndex', () => {
  let remove: (() => void) | null = null;
  afterEach(() => remove?.());

  it('answers from its thread, keeps what it has, and makes a damaged file anew', async () => {
    const folder = temporaryFolder();
    remove = () => folder.remove();
    const path = join(folder.path, 'index.sqlite');
    const first = new SearchIndex(path);
    await first.add([entry('1', 'a kayak')], { at: '1' });
    await first.close();
    await expect(first.search({ text: 'kayak', scope: 's', limit: 1 })).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
    });
    const second = new SearchIndex(path);
    expect(ids(await second.search({ text: 'kayaks', scope: 's', limit: 1 }))).toEqual(['1']);
    await second.close();
    writeFileSync(path, 'this is no database, whatever its name says'.repeat(50));
    const third = new SearchIndex(path);
    expect([await third.notes(''), (await third.size()).texts]).toEqual([{}, 0]);
    await third.close();
  });
});
