import { seededRandom } from '../../engine/core/random.ts';
import type { DialogueTurn, LppmExample, StepAction } from '../../models/lppm/example.ts';

const names = ['Anna', 'Bruno', 'Clara', 'David', 'Emil', 'Frida'];
const days = ['Monday', 'Tuesday', 'Friday', 'Saturday'];
const hours = ['5pm', '6 pm', '7 PM', '8:00 pm'];
const wishes = ['I need a table', 'book me a table please', 'a table for dinner', 'can I reserve a table'];
const refunds = [
  'I want my money back',
  'refund my order',
  'the parcel came broken, refund please',
  'please refund me',
];
const chatter = [
  'what do you think of jazz',
  'tell me a story about the sea',
  'why is the moon so bright',
  'who won the chess match',
];

/** Dialogues of a small desk: tables are booked, orders refunded, and now and then somebody just talks. */
export function processDesk(seed: number, conversations: number): LppmExample[] {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const examples: LppmExample[] = [];
  for (let number = 0; number < conversations; number += 1) {
    const turns: DialogueTurn[] = [];
    const conversation = `desk-${seed}-${number}`;
    let process: string | null = null;
    const say = (text: string): void => {
      turns.push({ speaker: 'user', text, step: null, values: null });
    };
    const answer = (step: string, action: StepAction): void => {
      examples.push({ input: { turns: [...turns] }, process, step, action, conversation });
      if (action.kind === 'call') turns.push({ speaker: 'action', text: action.tool, step, values: action.arguments });
      else
        turns.push({
          speaker: 'agent',
          text: action.kind === 'reply' ? action.text : 'Let me think.',
          step,
          values: null,
        });
    };
    const reply = (step: string, text: string): void => answer(step, { kind: 'reply', text });
    const kind = random();
    if (kind < 0.2) {
      say(pick(chatter));
      answer('escalate', { kind: 'escalate' });
    } else if (kind < 0.6) {
      process = 'table';
      say(pick(wishes));
      reply('ask_name', 'What is your name?');
      const name = pick(names);
      say(pick([name, `I am ${name}`, `my name is ${name}.`]));
      reply('ask_day', 'For which day?');
      const day = pick(days);
      say(pick([day, `on ${day.toLowerCase()} please`]));
      reply('ask_time', 'At what time?');
      const hour = pick(hours);
      const guests = 2 + Math.floor(random() * 6);
      say(`${hour}, we are ${guests}`);
      const time = `${/\d+/.exec(hour)?.[0]} pm`;
      answer('book_table', { kind: 'call', tool: 'desk.table', arguments: { name, day, time, guests } });
      turns.push({ speaker: 'result', text: '', step: null, values: { message: 'booked' } });
      reply('table_done', 'Your table is booked.');
      say(pick(['thanks', 'thank you, bye']));
      reply('bye', 'Goodbye.');
    } else {
      process = 'refund';
      say(pick(refunds));
      reply('ask_order', 'What is the order number?');
      const order = 10_000 + Math.floor(random() * 89_999);
      say(pick([String(order), `it is ${order}`, `order ${order}.`]));
      answer('make_refund', { kind: 'call', tool: 'desk.refund', arguments: { order, mode: 'full' } });
      turns.push({ speaker: 'result', text: '', step: null, values: { message: 'refunded' } });
      reply('refund_done', 'The money is on its way.');
    }
  }
  return examples;
}
