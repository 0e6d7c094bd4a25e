import { choice, day, field, time } from './fields.ts';
import { scenario } from './scenario.ts';

export const meetingRoom = scenario({
  role: 'pm',
  name: 'meeting_room',
  description: 'Reserve a meeting room.',
  openings: [
    '«we¦i» «need¦want» a «meeting room¦room¦place to meet» «on ‹day›¦for ‹people› people¦for ‹topic›¦»',
    '«please ¦can you ¦could you »«book¦reserve» «a room¦the ‹room› room» «on ‹day›¦for ‹people› people¦at ‹time›¦»',
    'is «the ‹room› room¦any room» free on ‹day›?',
    '«book¦get» us a room for ‹topic›«, we are ‹people› people¦»',
    'room for the ‹company› meeting«¦ on ‹day› at ‹time›», please',
    'where can «we¦my team» meet «on ‹day›¦about ‹topic›»? please book something',
  ],
  fields: [
    choice(
      'room',
      'Which room would you like: Atlas, Birch or Cedar?',
      ['Atlas', 'Birch', 'Cedar'],
      ['«the ¦»‹value› «room¦please¦if it is free¦, it has a screen»', 'I take ‹value›'],
      { brief: 'room ‹value›' },
    ),
    day,
    time,
    field(
      'people',
      'How many people will come?',
      (draw) => draw.int(2, 20),
      ['«we are¦about¦there will be¦at most» ‹value›', '‹value› «people¦of us¦, me included¦guests»'],
      { schema: { type: 'integer', minimum: 1, maximum: 40 }, brief: '‹value› people' },
    ),
  ],
  call: {
    tool: 'rooms.reserve',
    description: 'Reserve a meeting room.',
    blastRadius: 'reversible',
    slots: ['room', 'day', 'time', 'people'],
    result: (draw) => ({ status: 'accepted', reference: `M-${draw.int(100, 999)}` }),
  },
  done: 'The room is reserved and stands in your calendar.',
});
