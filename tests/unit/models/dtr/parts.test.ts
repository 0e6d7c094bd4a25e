import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { composeMessage } from '../../../../models/dtr/mixed/compose.ts';
import { drawSentence } from '../../../../models/dtr/mixed/instruction-draw.ts';
import { cutFor, cutsOf } from '../../../../models/dtr/mixed/parts.ts';
import { lessonOf } from '../../../../models/dtr/training-rows.ts';

const payloads = [
  'ls -la /tmp',
  'select 1 from t;',
  'a,b\n1,2\n3,4',
  '{"a": 1}',
  'def f(x):\n    return x\n\nprint(f(2))',
];

describe('cuts', () => {
  it('hold the right one for every way of putting a sentence to a payload', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...payloads), (seed, payload) => {
        const message = composeMessage(payload, 'deterministic', drawSentence, seededRandom(seed));
        // beyond some twenty words a sentence that no mark sets off is not looked for
        fc.pre(message.instruction.split(' ').length <= 20);
        expect(cutFor(message.text, payload)?.side).toBe(message.side);
      }),
    );
  });

  it('stay within the text, and few, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        const cuts = cutsOf(text);
        expect(cuts.length).toBeLessThan(50);
        for (const { start, end, instruction } of cuts) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(instruction.length).toBeLessThan(1000);
        }
      }),
    );
  });
});

describe('lessons', () => {
  const example = { class: 'deterministic', subtype: null, destination: null, source: 'test' } as const;

  it('tell bare content, fenced content and a sentence with a payload apart', () => {
    expect(lessonOf({ ...example, text: 'ls -la', payload: 'ls -la' })?.kind).toBe('bare');
    expect(lessonOf({ ...example, text: '```sh\nls -la\n```', payload: 'ls -la' })?.kind).toBe('bare');
    expect(lessonOf({ ...example, text: 'run this: ls -la', payload: 'ls -la' })).toMatchObject({
      kind: 'mixed',
      instruction: 'run this:',
      side: 'before',
    });
  });

  it('leave out an example whose payload is not in its text', () => {
    expect(lessonOf({ ...example, text: 'do the usual', payload: 'ls -la' })).toBeNull();
  });
});
