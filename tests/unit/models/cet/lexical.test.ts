import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../../engine/core/candidate-source.ts';
import { LexicalIndex, smoothed } from '../../../../models/cet/lexical-index.ts';
import { readQuery } from '../../../../models/cet/lexical-query.ts';
import { lexicalSignals, signalNames, type SignalName } from '../../../../models/cet/lexical-signals.ts';
import { readText } from '../../../../models/cet/lexical-text.ts';
import { stem, wordsOf } from '../../../../engine/core/words.ts';

function turn(id: string, speaker: string, text: string, time: number | null = null): Candidate {
  return { id, text, kind: 'turn', speaker, time, tokens: text.split(' ').length };
}

function signalsOf(query: string, candidates: readonly Candidate[]): (name: SignalName) => number[] {
  const texts = candidates.map(({ text, speaker }) => readText(text, speaker));
  const read = readQuery(
    query,
    candidates.map(({ speaker }) => speaker),
  );
  const rows = lexicalSignals(read, candidates, texts);
  const column = (name: SignalName) => signalNames.indexOf(name);
  return (name) => candidates.map((_, row) => rows[row * signalNames.length + column(name)]!);
}

describe('stem', () => {
  it.each([
    ['cities', 'city'],
    ['boxes', 'box'],
    ['planned', 'planning'],
    ['hiked', 'hiking'],
    ['quickly', 'quick'],
  ])('gives %s and %s one root', (one, other) => expect(stem(one)).toBe(stem(other)));
  it.each(['class', 'bus', 'sing', 'red', 'v2ing'])('leaves %s whole', (word) => expect(stem(word)).toBe(word));
});

describe('wordsOf', () => {
  it('folds case and accents and keeps numbers', () => {
    expect(wordsOf('Café no. 7, don’t!')).toEqual(['cafe', 'no', '7', 'don', 't']);
  });
});

describe('readText', () => {
  it('tells names, numbers and dates apart', () => {
    const text = readText('Anna: We met Zoe in March 2023 with three dogs.', 'Anna');
    expect(text.names).toHaveLength(1);
    expect([...text.numbers]).toEqual([2023, 3]);
    expect([...text.dates]).toEqual([3, 2023]);
    expect(text.tellsTime).toBe(true);
  });
  it('reads an empty text as nothing', () => {
    expect(readText('')).toMatchObject({ length: 0, asks: false, tellsTime: false });
  });
});

describe('LexicalIndex', () => {
  it('finds the text that shares the rarer word', () => {
    const index = new LexicalIndex();
    index.add('a', 'the dog ran home');
    index.add('b', 'the dog chased a squirrel');
    index.add('c', 'the dog slept');
    expect(index.search('which dog chased squirrels?', 2).map(({ id }) => id)).toEqual(['b', 'c']);
  });
  it('gives the same scores whether texts came at once or one by one between searches', () => {
    const texts = ['red bridge', 'blue bridge at night', 'a red boat'];
    const [atOnce, grown] = [new LexicalIndex(), new LexicalIndex()];
    for (const [id, text] of texts.entries()) atOnce.add(String(id), text);
    for (const [id, text] of texts.entries()) {
      grown.add(String(id), text);
      grown.search('red bridge', 1);
    }
    expect([...grown.scores('red bridge')]).toEqual([...atOnce.scores('red bridge')]);
  });
  it('takes an id once', () => {
    const index = new LexicalIndex();
    index.add('a', 'one');
    index.add('a', 'two');
    expect([index.size, index.search('two', 5)]).toEqual([1, []]);
  });
});

describe('smoothed', () => {
  it('gives neighbours a falling share', () => {
    const rounded = [...smoothed(Float64Array.of(0, 0, 3, 0, 0), 2)].map((value) => Math.round(value * 1000) / 1000);
    expect(rounded).toEqual([1, 2, 3, 2, 1]);
  });
});

describe('lexicalSignals', () => {
  const day = 86_400_000;
  const talk = [
    turn('1', 'Anna', 'Anna: Good morning!', Date.UTC(2023, 4, 1)),
    turn('2', 'Ben', 'Ben: Where did you buy the red kayak?', Date.UTC(2023, 4, 1) + 1000),
    turn('3', 'Anna', 'Anna: At a shop in Oslo, for 300 euros.', Date.UTC(2023, 4, 1) + 2000),
    turn('4', 'Ben', 'Ben: I adopted a cat yesterday.', Date.UTC(2023, 7, 1) + day),
  ];
  it('is highest where the words are', () => {
    const bm25 = signalsOf('Who has a red kayak?', talk)('bm25');
    expect(bm25.indexOf(Math.max(...bm25))).toBe(1);
  });
  it('knows who said it, and who did not', () => {
    const of = signalsOf('What did Anna buy?', talk);
    expect(of('speaker')).toEqual([1, 0, 1, 0]);
    expect(of('otherSpeaker')).toEqual([0, 1, 0, 1]);
  });
  it('marks the answer to a question that matches', () => {
    const of = signalsOf('red kayak', talk);
    expect(of('answers')).toEqual([0, 0, 1, 0]);
    expect(of('answersMatch')[2]).toBeGreaterThan(0);
  });
  it('agrees on dates named in the question, in the text or its time', () => {
    expect(signalsOf('What happened in August?', talk)('dates')).toEqual([0, 0, 0, 1]);
  });
  it('starts a session after a pause', () => {
    expect(signalsOf('cat', talk)('opening')).toEqual([1, 1, 1, 1]);
    expect(signalsOf('cat', talk)('sessionPosition')).toEqual([0, 0.5, 1, 0]);
  });
  it('stays finite without words, times or candidates', () => {
    const odd = [turn('1', '', ''), turn('2', '', '???'), turn('3', 'x', '🙂'.repeat(50))];
    for (const query of ['', 'the of and', '🙂', 'a'.repeat(10_000), 'word '.repeat(200)]) {
      const texts = odd.map(({ text, speaker }) => readText(text, speaker));
      const rows = lexicalSignals(readQuery(query, ['', 'x']), odd, texts);
      expect(rows.every(Number.isFinite)).toBe(true);
    }
    expect(lexicalSignals(readQuery('x', []), [], [])).toHaveLength(0);
  });
});
