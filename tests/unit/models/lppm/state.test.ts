import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LppmPrediction } from '../../../../models/lppm/prediction.ts';
import type { DialogueTurn } from '../../../../models/lppm/example.ts';
import { LppmModel } from '../../../../models/lppm/model.ts';
import { smallMapper } from '../../../support/small-mapper.ts';
import { stateDesk } from '../../../support/state-desk.ts';

const user = (text: string): DialogueTurn => ({ speaker: 'user', text, step: null, values: null });
const agent = (step: string, text: string): DialogueTurn => ({ speaker: 'agent', text, step, values: null });
const askRoomDay = agent('room_ask_day', 'For which day is the room?');
const offer = agent('room_offer', 'There is a blue room and a green room. The blue one?');
const askParcelDay = agent('parcel_ask_day', 'Which day should it come?');
const confirm = agent('parcel_confirm', 'Shall I move it to that day?');
const inRoom = [user('I need a room'), askRoomDay];
const inParcel = [user('please move my parcel'), askParcelDay];

/** Near misses: nearly the same last words, and what must come of them in each state. */
const cases: readonly (readonly [string, readonly DialogueTurn[], Partial<LppmPrediction>])[] = [
  ['yes to an offer', [...inRoom, user('Friday'), offer, user('yes')], { process: 'room', step: 'room_book' }],
  [
    'yes to a question',
    [...inParcel, user('Friday'), confirm, user('yes')],
    { process: 'parcel', step: 'parcel_move' },
  ],
  ['tomorrow for a room', [...inRoom, user('tomorrow then')], { process: 'room', step: 'room_offer' }],
  ['tomorrow for a parcel', [...inParcel, user('tomorrow then')], { process: 'parcel', step: 'parcel_confirm' }],
  ['no alone', [...inParcel, user('Friday'), confirm, user('no thanks')], { process: 'parcel', step: 'parcel_keep' }],
  ['no and a day', [...inParcel, user('Friday'), confirm, user('no, Monday')], { step: 'parcel_confirm' }],
  ['a stray word of the other task', [...inRoom, user('Friday, it is about a parcel')], { step: 'room_offer' }],
  ['a stray word, the other way', [...inParcel, user('Monday, the room is locked')], { step: 'parcel_confirm' }],
  ['a change of mind', [...inRoom, user('actually, please move my parcel')], { step: 'parcel_ask_day' }],
  ['a change back', [...inParcel, user('actually, book a room for me')], { step: 'room_ask_day' }],
];

describe('a mapper in a running process', () => {
  const model = new LppmModel({ parameters: smallMapper });
  beforeAll(async () => {
    await model.fit(stateDesk(1, 160), { seed: 1 });
  });
  afterAll(async () => model.dispose());

  it.each(cases)('%s', async (_, turns, wanted) => {
    const [prediction] = await model.predict([{ turns }]);
    expect(prediction).toMatchObject(wanted);
  });

  it('calls with what was last agreed on', async () => {
    const turns = [...inRoom, user('on Tuesday'), offer, user('the other one please')];
    const [room] = await model.predict([{ turns }]);
    expect(room?.action).toEqual({
      kind: 'call',
      tool: 'rooms.book',
      arguments: { day: 'Tuesday', room: 'green' },
    });
    const changed = [...inParcel, user('Monday'), confirm, user('no, Friday'), confirm, user('yes')];
    const [parcel] = await model.predict([{ turns: changed }]);
    expect(parcel?.action).toMatchObject({ tool: 'parcels.move', arguments: { day: 'Friday' } });
    expect(parcel?.values.day).toMatchObject({ origin: expect.stringMatching(/span|option/) });
  });

  it('stays in the task and follows a change on conversations that it never saw', async () => {
    const test = stateDesk(2, 40);
    const predictions = await model.predict(test.map(({ input }) => input));
    const right = predictions.filter(({ process }, row) => process === test[row]?.process).length;
    expect(right / test.length).toBeGreaterThan(0.97);
    const steps = predictions.filter(({ alternatives }, row) => alternatives[0]?.step === test[row]?.step).length;
    expect(steps / test.length).toBeGreaterThan(0.95);
  });

  describe('given what nobody would type', () => {
    const long = Array.from({ length: 100_000 }, (_, word) => `w${word % 5000}`).join(' ');
    const history = Array.from({ length: 1000 }, (_, turn) =>
      turn % 2 === 0 ? user('yes') : agent('room_offer', offer.text),
    );
    const strange: readonly (readonly [string, readonly DialogueTurn[]])[] = [
      ['a turn of 100,000 words', [user(long)]],
      ['a turn of 100,000 words in a running process', [...inRoom, user(long)]],
      ['an emoji alone', [...inRoom, user('🎉🎉')]],
      ['mixed scripts', [...inParcel, user('пятница 星期五 الجمعة Friday vendredi')]],
      ['a history of 1,000 turns', [...history, user('the other one')]],
      ['a lone surrogate and control signs', [user('\ud83c \u0000\u0007')]],
      ['a result that is no object', [...inRoom, { speaker: 'result', text: '[1,2', step: null, values: null }]],
      ['a result of 10,000 fields', [...inRoom, resultOf(10_000), user('yes')]],
    ];

    it.each(strange)('%s: an answer with a probability, as sure again the next time', async (_, turns) => {
      const [first] = await model.predict([{ turns }]);
      const [second] = await model.predict([{ turns }]);
      expect(first?.confidence).toBeGreaterThanOrEqual(0);
      expect(first?.confidence).toBeLessThanOrEqual(1);
      expect(second).toEqual(first);
    });

    it('reads no more of a long turn than of its two ends', async () => {
      const ends = `${long.slice(0, 3000)} ${long.slice(-1000)}`;
      const [whole, cut] = await model.predict([{ turns: [user(long)] }, { turns: [user(ends)] }]);
      expect(whole?.alternatives).toEqual(cut?.alternatives);
    });
  });
});

function resultOf(fields: number): DialogueTurn {
  const values = Object.fromEntries(Array.from({ length: fields }, (_, field) => [`f${field}`, 'x'.repeat(50)]));
  return { speaker: 'result', text: '', step: null, values };
}
