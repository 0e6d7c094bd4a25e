import { describe, expect, it } from 'vitest';
import type { DialogueTurn } from '../../../../models/lppm/example.ts';
import { learnAsks } from '../../../../models/lppm/values/asks.ts';
import { ArgumentFiller, type CallExample } from '../../../../models/lppm/values/filler.ts';
import { momentsIn } from '../../../../models/lppm/values/moments.ts';
import { spansOf } from '../../../../models/lppm/values/spans.ts';
import { SpanTagger, type TaggedTurn } from '../../../../models/lppm/values/tagger.ts';
import { valueKey } from '../../../../models/lppm/values/value-key.ts';
import { processDesk } from '../../../support/process-desk.ts';

function values(text: string, type: string): string[] {
  return spansOf(text)
    .filter((span) => span.type === type)
    .map(({ value }) => value);
}

describe('spansOf', () => {
  it('brings times, days and numbers into one form', () => {
    expect(values('at 5pm or 7:30 P.M.', 'time')).toEqual(['5 pm', '7:30 pm']);
    expect(values('noon', 'time')).toEqual(['12 pm']);
    expect(values('at 6:00', 'time')).toEqual(['6 pm', '6 am']);
    expect(values('tues or Saturday', 'day')).toEqual(['Tuesday', 'Saturday']);
    expect(values('we are two, code 1,234', 'number')).toEqual(['2', '1234']);
    expect(values('on May 3rd', 'date')).toEqual(['May 3rd']);
  });

  it('finds names with small words inside', () => {
    expect(values('from Forbes and Murray to Dr. Johnson', 'name')).toEqual(['Forbes and Murray', 'Dr. Johnson']);
  });

  it('offers the whole turn without its last mark', () => {
    expect(values('the red one.', 'turn')).toEqual(['the red one.', 'the red one']);
  });

  it('stays within bounds on a huge turn', () => {
    const huge = Array.from({ length: 100_000 }, (_, word) => `Word${word} 5pm`).join(' ');
    expect(spansOf(huge).length).toBeLessThanOrEqual(120);
    expect(spansOf('🎉'.repeat(50)).every(({ type }) => type === 'turn')).toBe(true);
    expect(spansOf('')).toEqual([]);
  });
});

describe('valueKey', () => {
  it('is equal for what differs in writing alone', () => {
    expect(valueKey({ b: ' Hilton  Hotel', a: 3 })).toBe(valueKey({ a: '3', b: 'hilton hotel' }));
    expect(valueKey(true)).toBe(valueKey('True'));
    expect(valueKey(['b', 'a'])).toBe(valueKey(['a', 'b']));
    expect(valueKey(1)).not.toBe(valueKey(10));
  });
});

describe('momentsIn', () => {
  // a Wednesday
  const now = Date.UTC(2026, 2, 4, 10);
  const found = (text: string): string[] => momentsIn(text, now).map(({ value }) => value);

  it('counts days and hours from when it was said', () => {
    expect(found('tomorrow at 5pm')).toEqual(['2026-03-05', 'Thursday', '17:00', '2026-03-05T17:00']);
    expect(found('no, Friday')).toEqual(['2026-03-06', 'Friday']);
    expect(found('on May 3rd')).toEqual(['2026-05-03', 'Sunday']);
    expect(found('at 17:30')).toEqual(['17:30']);
  });

  it('finds none in codes, names and texts too long to read', () => {
    for (const text of ['it is 48213', 'hello there', '', '🎉', `tomorrow ${'x'.repeat(700)}`]) {
      expect(found(text)).toEqual([]);
    }
    expect(momentsIn('tomorrow', Number.NaN)).toEqual([]);
  });

  it('is what a call takes that wants a date, though nobody wrote one', () => {
    const at = (text: string, time: number): DialogueTurn => ({
      speaker: 'user',
      text,
      step: null,
      values: null,
      time,
    });
    const ask: DialogueTurn = { speaker: 'agent', text: 'When?', step: 'ask_when', values: null };
    const day = 86_400_000;
    const shifts = { today: 0, tomorrow: 1, 'in two days': 2, 'in three days': 3 };
    const calls = Array.from({ length: 20 }, (_, week) =>
      Object.entries(shifts).map(([words, shift]): CallExample => {
        const said = now + week * 7 * day;
        const date = new Date(said + shift * day).toISOString().slice(0, 10);
        return {
          turns: [at('a visit please', said), ask, at(`${words} please`, said)],
          tool: 'visit',
          arguments: { date },
        };
      }),
    ).flat();
    const filler = ArgumentFiller.learn(calls, 1);
    const turns = [at('a visit please', now), ask, at('tomorrow please', now), ask, at('no, Friday', now)];
    expect(filler.fill(turns.slice(0, 3), 'visit').values.date).toMatchObject({ value: '2026-03-05', origin: 'span' });
    // what is put right stands in for what was said first
    expect(filler.fill(turns, 'visit').values.date).toMatchObject({ value: '2026-03-06' });
  });
});

function callsOf(seed: number, conversations: number): CallExample[] {
  return processDesk(seed, conversations).flatMap(({ input, action }) =>
    action.kind === 'call' ? [{ turns: input.turns, tool: action.tool, arguments: action.arguments }] : [],
  );
}

describe('ArgumentFiller', () => {
  const learned = ArgumentFiller.learn(callsOf(1, 90), 1);

  it('fills what was said, normalised and typed, and says where from', () => {
    const calls = callsOf(2, 40);
    let right = 0;
    let wanted = 0;
    for (const { turns, tool, arguments: given } of calls) {
      const filled = learned.fill(turns, tool);
      for (const [name, value] of Object.entries(given)) {
        wanted += 1;
        if (valueKey(filled.values[name]?.value) === valueKey(value)) right += 1;
      }
      expect(filled.confidence).toBeGreaterThanOrEqual(0);
      expect(filled.confidence).toBeLessThanOrEqual(1);
    }
    expect(right / wanted).toBeGreaterThan(0.85);
  });

  it('keeps numbers numbers and constants constant', () => {
    const turns: DialogueTurn[] = [
      { speaker: 'user', text: 'refund please', step: null, values: null },
      { speaker: 'agent', text: 'What is the order number?', step: 'ask_order', values: null },
      { speaker: 'user', text: 'it is 48213', step: null, values: null },
    ];
    const { values: filled, missing } = learned.fill(turns, 'desk.refund');
    expect(filled.order).toMatchObject({ value: 48_213, origin: 'span' });
    expect(filled.mode).toMatchObject({ value: 'full', origin: 'constant' });
    expect(missing).toEqual([]);
  });

  it('names what is missing and is less sure then', () => {
    const turns: DialogueTurn[] = [{ speaker: 'user', text: 'refund please', step: null, values: null }];
    const filled = learned.fill(turns, 'desk.refund');
    expect(filled.missing).toEqual(['order']);
    expect(learned.fill(turns, 'desk.unknown')).toEqual({ values: {}, missing: [], confidence: 0 });
  });

  it('is the same for the same seed', () => {
    expect(ArgumentFiller.learn(callsOf(1, 20), 1).ranker.weights).toEqual(
      ArgumentFiller.learn(callsOf(1, 20), 1).ranker.weights,
    );
  });

  it('knows which reply asks for which argument', () => {
    expect(learnAsks(callsOf(1, 90))).toMatchObject({ ask_order: 'desk.refund order', ask_name: 'desk.table name' });
  });
});

describe('SpanTagger', () => {
  const rows: TaggedTurn[] = ['Anna', 'Bruno', 'Clara', 'David'].flatMap((name) =>
    ['5pm', '7 pm', '8:30pm'].map((time) => ({
      text: `a table for ${name} at ${time} please`,
      requested: [],
      values: { name, time },
    })),
  );

  it('finds values of words it never saw, in their place', () => {
    const tagger = SpanTagger.learn(rows, 1);
    expect(tagger.find('a table for Zoe at 9pm please', [])).toEqual({ name: 'Zoe', time: '9pm' });
    expect(tagger.find('', ['time'])).toEqual({});
    expect(tagger.find('🎉', ['time'])).toEqual({});
  });

  it('uses what was asked for', () => {
    const asked = Array.from({ length: 20 }, (_, number): TaggedTurn => {
      const slot = number % 2 === 0 ? 'people' : 'time';
      return { text: String(2 + number), requested: [slot], values: { [slot]: String(2 + number) } };
    });
    const tagger = SpanTagger.learn(asked, 1);
    expect(tagger.find('7', ['people'])).toEqual({ people: '7' });
    expect(tagger.find('7', ['time'])).toEqual({ time: '7' });
  });
});
