import { describe, expect, it } from 'vitest';
import { dialogueOf, fieldsOf } from '../../../../models/lppm/encoding/dialogue.ts';
import { encode, moveOf } from '../../../../models/lppm/encoding/encode.ts';
import type { DialogueTurn } from '../../../../models/lppm/example.ts';
import { featureLimit, FeatureList } from '../../../../models/lppm/encoding/features.ts';
import { markersOf } from '../../../../models/lppm/encoding/markers.ts';
import { Vocabulary } from '../../../../models/lppm/encoding/vocabulary.ts';
import { talk } from '../../../support/talk.ts';

function user(text: string): DialogueTurn {
  return { speaker: 'user', text, step: null, values: null };
}

function featuresOf(turns: readonly DialogueTurn[]): Set<number> {
  const features = new FeatureList();
  encode({ turns }, features);
  return new Set(features.hashes.subarray(0, features.length));
}

describe('dialogueOf', () => {
  it('reads users, replies, calls and results', () => {
    const { messages } = talk('t', [
      ['user', 'hi'],
      ['assistant', 'Your name?'],
      ['call', 'desk.find', { name: 'Anna' }],
      ['tool', '{"message": "found"}'],
    ]);
    const turns = dialogueOf(messages, (message) => (message.id === 't-1' ? 'ask_name' : null));
    expect(turns).toEqual([
      { ...user('hi'), time: messages[0]?.time },
      { speaker: 'agent', text: 'Your name?', step: 'ask_name', values: null },
      { speaker: 'action', text: 'desk.find', step: null, values: { name: 'Anna' } },
      { speaker: 'result', text: '{"message": "found"}', step: null, values: { message: 'found' } },
    ]);
    expect(turns.map(moveOf).slice(1, 3)).toEqual(['ask_name', 'call:desk.find']);
  });

  it('reads fields of one JSON object alone', () => {
    expect(fieldsOf(' {"a": 1}')).toEqual({ a: 1 });
    for (const text of ['[1]', 'null', '{', 'done', '']) expect(fieldsOf(text)).toBeNull();
  });
});

describe('encode', () => {
  it('tells the same words apart by what was asked before', () => {
    const after = (step: string): DialogueTurn[] => [
      user('hello'),
      { speaker: 'agent', text: 'And?', step, values: null },
      user('yes'),
    ];
    expect(featuresOf(after('ask_book'))).not.toEqual(featuresOf(after('ask_cancel')));
    expect(featuresOf(after('ask_book'))).toEqual(featuresOf(after('ask_book')));
  });

  it('sees the fields of the newest result', () => {
    const after = (message: string): DialogueTurn[] => [
      user('book it'),
      { speaker: 'action', text: 'desk.book', step: null, values: { day: 'Monday' } },
      { speaker: 'result', text: '', step: null, values: { message } },
    ];
    expect(featuresOf(after('available'))).not.toEqual(featuresOf(after('unavailable')));
  });

  it('is bounded for any dialogue', () => {
    const huge = user(Array.from({ length: 100_000 }, (_, word) => `w${word}`).join(' '));
    const turns = Array.from({ length: 1000 }, (_, turn) =>
      turn % 2 === 0 ? huge : { ...huge, speaker: 'agent' as const },
    );
    const features = new FeatureList();
    encode({ turns: [...turns, huge] }, features);
    expect(features.length).toBeLessThanOrEqual(featureLimit);
    encode({ turns: [] }, features);
    expect(features.length).toBe(0);
  });
});

describe('Vocabulary', () => {
  const inputs = ['red car', 'red bus', 'blue bus'].map((text) => ({ turns: [user(text)] }));

  it('scales the words of one turn to length one', () => {
    const vocabulary = Vocabulary.learn(inputs, 1, 1000);
    const { indices, weights } = vocabulary.read({ turns: [user('red car')] });
    expect(new Set(indices).size).toBe(indices.length);
    expect(weights.reduce((sum, weight) => sum + weight * weight, 0)).toBeCloseTo(1, 5);
    expect(vocabulary.read({ turns: [user('zzz qqq')] }).indices.length).toBeLessThan(indices.length);
  });

  it('keeps what is frequent enough, and no more than asked', () => {
    expect(Vocabulary.learn(inputs, 2, 1000).size).toBeLessThan(Vocabulary.learn(inputs, 1, 1000).size);
    expect(Vocabulary.learn(inputs, 1, 5).size).toBeLessThanOrEqual(5);
  });
});

describe('markersOf', () => {
  it('says what kinds of things a text holds', () => {
    expect(markersOf('yes, Friday at 5pm')).toEqual(expect.arrayContaining(['yes', 'day', 'time', 'number']));
    expect(markersOf('No thank you, bye')).toEqual(expect.arrayContaining(['no', 'thanks', 'bye']));
    expect(markersOf('🎉')).toEqual(['len0']);
  });
});
