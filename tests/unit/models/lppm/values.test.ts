import { describe, expect, it } from 'vitest';
import type { DialogueTurn } from '../../../../models/lppm/example.ts';
import { learnAsks } from '../../../../models/lppm/values/asks.ts';
import type { CallExample } from '../../../../models/lppm/values/call-example.ts';
import { ArgumentFiller } from '../../../../models/lppm/values/filler.ts';
import { dayOf, momentsIn, momentsOf } from '../../../../models/lppm/values/moments.ts';
import { spansOf } from '../../../../models/lppm/values/spans.ts';
import { storedTagger, taggerBytes, taggerOf, type StoredTagger } from '../../../../models/lppm/values/tagger-store.ts';
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

  it('reads days of the month, the next one where nothing else is said', () => {
    expect(found('on the 9th')).toEqual(['2026-03-09', 'Monday']);
    expect(found('the 2nd')).toEqual(['2026-04-02', 'Thursday']);
    expect(found('the 2nd of this month')).toEqual(['2026-03-02', 'Monday']);
    expect(found('the 2nd of next month')).toEqual(['2026-04-02', 'Thursday']);
    expect(found('May the 3rd')).not.toContain('2026-04-03');
    for (const none of ['the 31st of next month', 'the 45th']) expect(found(none)).toEqual([]);
  });

  it('reads hours as they are spoken, and hours alone where nobody knows the day', () => {
    expect(found('half past 12 in the afternoon')).toContain('12:30');
    expect(found('quarter to eight in the evening')).toContain('19:45');
    expect(found('at morning 10:15')).toContain('10:15');
    expect(found('seven apples and 24 pears')).toEqual([]);
    const undated: DialogueTurn = { speaker: 'user', text: 'tomorrow at 5pm', step: null, values: null };
    expect(momentsOf(undated).map(({ value }) => value)).toEqual(['17:00']);
    expect(momentsOf(undated, now).map(({ value }) => value)).toContain('2026-03-05');
  });

  it('finds the day of dialogues without times in what was called, or none', () => {
    const call = (text: string, date: string) => ({
      turns: [{ speaker: 'user', text, step: null, values: null } as const],
      arguments: { date },
    });
    const calls = [3, 4, 5, 6, 7, 8, 9].map((day) => call(`on the ${day}th`, `2026-03-0${day}`));
    const all = [call('today please', '2026-03-02'), call('tomorrow', '2026-03-03'), call('in two days', '2026-03-04')];
    expect(dayOf([...calls, ...all])).toBe(Date.UTC(2026, 2, 2));
    expect(dayOf(calls.slice(0, 3))).toBeNull();
    expect(dayOf([...calls, ...all].map(({ turns }) => ({ turns, arguments: { date: '1999-07-31' } })))).toBeNull();
    expect(dayOf(calls.map(({ turns }) => ({ turns, arguments: { date: 'soon' } })))).toBeNull();
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

  it('marks what calls took in what was said, and keeps what it learned of it', () => {
    const tagger = learned.tagger as SpanTagger;
    expect(tagger.slots).toEqual(expect.arrayContaining(['day', 'name', 'order']));
    const stored = JSON.parse(JSON.stringify(storedTagger(tagger))) as StoredTagger;
    const read = taggerOf(stored, taggerBytes(tagger));
    const [found] = tagger.spans('it is 73331', ['ask_order']);
    expect(found).toMatchObject({ slot: 'order', text: '73331', start: 6, end: 11 });
    for (const text of ['it is 73331', 'my name is Zoe.', 'on sunday please', '', '🎉'])
      expect(read.spans(text, ['ask_order'])).toEqual(tagger.spans(text, ['ask_order']));
    // nothing was called, so nothing is known
    expect(ArgumentFiller.learn([], 1).tagger).toBeNull();
  });

  it('puts a corrected value in the place of the first', () => {
    const user = (text: string): DialogueTurn => ({ speaker: 'user', text, step: null, values: null });
    const turns = [
      user('refund please'),
      { speaker: 'agent', text: 'What is the order number?', step: 'ask_order', values: null } as const,
      user('it is 48213'),
      { speaker: 'agent', text: 'What is the order number?', step: 'ask_order', values: null } as const,
      user('no, it is 48214'),
    ];
    expect(learned.fill(turns, 'desk.refund').values.order).toMatchObject({ value: 48_214, origin: 'span' });
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

  it('says how sure it is and where the piece stands', () => {
    const tagger = SpanTagger.learn(rows, 1);
    const text = 'a table for Zoe at 9pm please';
    const sure = tagger.spans(text, []);
    expect(sure.map((span) => text.slice(span.start, span.end))).toEqual(['Zoe', '9pm']);
    for (const { confidence } of sure) expect(confidence).toBeGreaterThan(0.5);
    for (const span of tagger.spans('for Zoe or for Max at nine or 9', [])) {
      expect(span.confidence).toBeGreaterThanOrEqual(0);
      expect(span.confidence).toBeLessThan(sure[0]?.confidence ?? 0);
    }
  });

  it('gives one piece to two slots where the rows do', () => {
    const shared = ['one hour', 'two hours', 'three hours', 'four hours'].map((wait): TaggedTurn => ({
      text: `a table in ${wait}`,
      requested: [],
      values: { date: `in ${wait}`, time: `in ${wait}` },
    }));
    const tagger = SpanTagger.learn([...rows, ...shared], 1);
    expect(tagger.find('a table in five hours', [])).toEqual({ date: 'in five hours', time: 'in five hours' });
  });

  it('is the same for the same seed, and stays within bounds on a huge turn', () => {
    const [first, second] = [SpanTagger.learn(rows, 3), SpanTagger.learn(rows, 3)];
    expect(first.chain.weights).toEqual(second.chain.weights);
    const huge = 'a table for Anna at 5pm '.repeat(20_000);
    expect(first.spans(huge, []).length).toBeLessThanOrEqual(128);
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
