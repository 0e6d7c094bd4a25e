import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../../engine/core/candidate-source.ts';
import { readText } from '../../../../models/cet/lexical-text.ts';
import { secondNames, secondRows, secondWidth, type SecondName } from '../../../../models/cet/second-signals.ts';
import { batchOf, bestPlaces, mergedScores, scorerWidth, shortlistOf } from '../../../../models/cet/shortlist.ts';
import { rowWidth } from '../../../../models/cet/rows.ts';
import { WordIndex } from '../../../../models/cet/word-index.ts';
import { fnv1a } from '../../../../engine/core/hash.ts';
import { stem } from '../../../../engine/core/words.ts';

const candidatesOf = (said: readonly string[]): Candidate[] =>
  said.map((text, at) => {
    return { id: `m${at}`, text, kind: 'turn', speaker: at % 2 === 0 ? 'ann' : 'ben', time: at, tokens: 5 };
  });
const rowsOf = (said: readonly string[], screen: readonly number[]) => {
  const rows = secondRows(
    candidatesOf(said),
    said.map((text) => readText(text)),
    screen,
  );
  return (place: number, name: SecondName) => rows[place * secondWidth + secondNames.indexOf(name)]!;
};

describe('secondRows', () => {
  const filler = 'nothing of interest happened here today';
  const said = [
    filler,
    'my sister Tilda paints lighthouses',
    filler,
    filler,
    'lighthouses sell badly, Tilda says',
    filler,
  ];
  const at = rowsOf(said, [0, 6, 0, 0, 0, 0]);

  it('finds the piece that shares its words with the one found, and none with the question', () => {
    expect(at(4, 'found')).toBeGreaterThan(0.2);
    expect(at(2, 'found')).toBeLessThan(at(4, 'found') / 5);
    expect(at(3, 'found3')).toBeGreaterThan(at(3, 'found'));
  });
  it('places each piece by the best one, its neighbours and its speaker', () => {
    expect([at(1, 'prior'), at(0, 'prior')]).toEqual([0, -6]);
    expect([at(1, 'rank'), at(0, 'rank')]).toEqual([0, Math.fround(Math.log(2))]);
    expect([at(0, 'after'), at(0, 'before'), at(2, 'before')]).toEqual([0, -8, 0]);
    expect(at(2, 'share3')).toBeGreaterThan(at(4, 'share3'));
    expect(at(3, 'speakerShare')).toBeGreaterThan(0.9);
    expect(at(2, 'speakerLift')).toBeLessThan(0);
  });
  it('is finite for whatever is said and scored, alone and among many', () => {
    const scored = fc.array(
      fc.tuple(fc.constantFrom('', 'a b', 'the lighthouse', '?!'), fc.double({ min: -50, max: 50, noNaN: true })),
      {
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(scored, (list) => {
        const texts = list.map(([text]) => text);
        const rows = secondRows(
          candidatesOf(texts),
          texts.map((text) => readText(text)),
          list.map(([, score]) => score),
        );
        expect(rows).toHaveLength(list.length * secondWidth);
        expect(rows.every(Number.isFinite)).toBe(true);
      }),
    );
  });
});

describe('WordIndex', () => {
  it('knows every occurrence of a word, in order', () => {
    const index = new WordIndex(['boat boat river', '', 'river', 'boat'].map((text) => readText(text)));
    expect([...index.placesOf(fnv1a(stem('boat')))]).toEqual([0, 0, 3]);
    expect([...index.placesOf(fnv1a(stem('river')))]).toEqual([0, 2]);
    expect([...index.placesOf(7)]).toEqual([]);
    expect([...index.lengths]).toEqual([3, 0, 1, 1]);
  });
});

describe('a shortlist', () => {
  const screen = [1, 5, 3, 4];
  const list = (places: number[]) =>
    shortlistOf(places, new Float32Array(4 * rowWidth).fill(1), new Float32Array(4 * secondWidth).fill(2), screen, 2);

  it('holds the best in the order of the conversation, and whom they attend over', () => {
    const places = bestPlaces(screen, 3);
    expect(places).toEqual([1, 2, 3]);
    const { attended, rows, keys } = list(places);
    expect(attended).toEqual([1, 3]);
    expect(rows).toHaveLength(3 * scorerWidth);
    expect([rows[0], rows[rowWidth]]).toEqual([1, 2]);
    expect(keys).toHaveLength(2 * secondWidth);
  });
  it('is padded to the longest, and what is padding is masked', () => {
    const batch = batchOf([list([1, 2, 3]), list([1])]);
    expect(batch['signals']!.shape).toEqual([2, 3, scorerWidth]);
    expect([...(batch['keyMask']!.data as Float32Array)]).toEqual([1, 1, 1, 1]);
    const empty = batchOf([shortlistOf([], new Float32Array(), new Float32Array(), [], 2)]);
    expect([...(empty['keyMask']!.data as Float32Array)]).toEqual([0]);
  });
  it('keeps those beyond it below it, in the order of the screen', () => {
    const scores = mergedScores([1, 5, 3, 4], [1, 3], [-2, -1]);
    expect([scores[1], scores[3]]).toEqual([-2, -1]);
    expect(scores[2]!).toBeLessThan(-2);
    expect(scores[0]!).toBeLessThan(scores[2]!);
  });
});
