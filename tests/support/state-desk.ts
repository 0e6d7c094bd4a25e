import { seededRandom } from '../../engine/core/random.ts';
import type { DialogueTurn, LppmExample, StepAction } from '../../models/lppm/example.ts';

/** A desk where short answers mean what was asked before: rooms are booked, parcels moved, and people change their minds. */
const yes = ['yes', 'yes please', 'sure', 'ok', 'that works', 'yes, go ahead'];
const no = ['no', 'no thanks', 'no, rather not', 'nope'];
const other = ['the other one', 'the second one', 'the other one please', 'rather the other'];
const days = ['Monday', 'Tuesday', 'Friday', 'Saturday', 'tomorrow'];
const rooms = ['I need a room', 'book a room for me', 'can I get a meeting room', 'a room please'];
const parcels = [
  'my parcel must come on another day',
  'please move my parcel',
  'can you deliver the parcel later',
  'I want to change a delivery',
];
/** Words of the one task said in the other: no reason to leave it. */
const asides = {
  room: ['we unpack a parcel there', 'a delivery comes in the meantime', 'it is about a parcel'],
  parcel: ['I am in a meeting room all day', 'the room is locked', 'it goes to room nine'],
};

type Task = 'room' | 'parcel';

export function stateDesk(seed: number, conversations: number): LppmExample[] {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const examples: LppmExample[] = [];
  for (let number = 0; number < conversations; number += 1) {
    const turns: DialogueTurn[] = [];
    let process: Task = random() < 0.5 ? 'room' : 'parcel';
    const say = (text: string): void => void turns.push({ speaker: 'user', text, step: null, values: null });
    const answer = (step: string, action: StepAction): void => {
      const conversation = `state-${seed}-${number}`;
      examples.push({ input: { turns: [...turns] }, process, step, action, conversation });
      const text = action.kind === 'call' ? action.tool : action.kind === 'reply' ? action.text : '';
      const values = action.kind === 'call' ? action.arguments : null;
      turns.push({ speaker: action.kind === 'call' ? 'action' : 'agent', text, step, values });
    };
    const reply = (step: string, text: string): void => answer(step, { kind: 'reply', text });
    const call = (step: string, tool: string, values: Record<string, unknown>): void => {
      answer(step, { kind: 'call', tool, arguments: values });
      turns.push({ speaker: 'result', text: '', step: null, values: { message: 'done' } });
    };
    const run = (task: Task): void => {
      process = task;
      reply(`${task}_ask_day`, task === 'room' ? 'For which day is the room?' : 'Which day should it come?');
      let day = pick(days);
      say(random() < 0.3 ? `${day}, ${pick(asides[task])}` : pick([day, `${day} then`, `on ${day}`]));
      if (task === 'room') {
        reply('room_offer', 'There is a blue room and a green room. The blue one?');
        const takesOther = random() < 0.5;
        say(pick(takesOther ? other : yes));
        call('room_book', 'rooms.book', { day, room: takesOther ? 'green' : 'blue' });
      } else {
        reply('parcel_confirm', 'Shall I move it to that day?');
        if (random() < 0.35) {
          const old = day;
          while (day === old) day = pick(days);
          say(`no, ${day}`);
          reply('parcel_confirm', 'Shall I move it to that day?');
        }
        const agrees = random() < 0.7;
        say(pick(agrees ? yes : no));
        if (agrees) call('parcel_move', 'parcels.move', { day });
        else return reply('parcel_keep', 'It stays as it was.');
      }
      reply(`${task}_done`, task === 'room' ? 'The room is yours.' : 'The parcel comes on that day.');
    };
    say(pick(process === 'room' ? rooms : parcels));
    if (random() < 0.2) {
      // the user turns to the other task before the first one is done
      reply(`${process}_ask_day`, process === 'room' ? 'For which day is the room?' : 'Which day should it come?');
      process = process === 'room' ? 'parcel' : 'room';
      say(`actually, ${pick(process === 'room' ? rooms : parcels)}`);
    }
    run(process);
  }
  return examples;
}
