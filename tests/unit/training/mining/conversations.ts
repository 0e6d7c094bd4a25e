import type { Conversation } from '../../../../engine/core/conversation.ts';
import type { Message, Part } from '../../../../engine/core/message.ts';

/** A line of a script: `u` what the user says, `a` what the assistant says, `c` a call with its result. */
export type Line = readonly ['u' | 'a', string] | readonly ['c', string, Readonly<Record<string, unknown>>, unknown];

export function conversationOf(id: string, lines: readonly Line[]): Conversation {
  const messages: Message[] = [];
  const add = (author: Message['author'], parts: readonly Part[]): void => {
    const at = messages.length;
    messages.push({ id: `${id}/${at}`, conversation: id, author, sender: author, recipient: 'desk', time: at, parts });
  };
  for (const line of lines) {
    if (line[0] === 'u') add('user', [{ kind: 'text', text: line[1], provenance: 'caller' }]);
    else if (line[0] === 'a') add('assistant', [{ kind: 'text', text: line[1], provenance: 'model' }]);
    else {
      const call = `${id}/call-${messages.length}`;
      add('assistant', [
        {
          kind: 'tool-call',
          id: call,
          name: line[1],
          arguments: line[2] as Record<string, unknown>,
          provenance: 'model',
        },
      ]);
      const text = typeof line[3] === 'string' ? line[3] : JSON.stringify(line[3]);
      add('tool', [{ kind: 'tool-result', callId: call, text, provenance: 'tool' }]);
    }
  }
  return { id, role: 'desk', split: null, tools: [], messages };
}

const names = ['Ada', 'Boris', 'Chloe', 'Dmitri', 'Esra', 'Farid', 'Greta', 'Hana'];
const rooms = ['north room', 'south room', 'attic'];

const musings = ['Let me think about that.', 'My colleague waters flowers today', 'Sunshine, finally!', 'Hm'];

/** Bookings of rooms: two questions, a check, then a booking or an apology; user and agent differ a little each time. */
export function bookings(count: number): Conversation[] {
  return Array.from({ length: count }, (_, index) => {
    const name = names[index % names.length] as string;
    const room = rooms[index % rooms.length] as string;
    const isFree = index % 3 !== 1;
    const knowsRoom = index % 4 === 2;
    const found = { status: isFree ? 'open' : 'booked', place: `floor ${1 + (index % 5)}` };
    const lines: Line[] = [['u', knowsRoom ? `I want to reserve the ${room}` : 'I would like to reserve a room']];
    if (!knowsRoom) lines.push(['a', 'Which room would you like?'], ['u', `The ${room}, please`]);
    lines.push(['a', 'What is your name?'], ['u', `It is ${name}`]);
    lines.push(['c', 'rooms.check', { room, person: name, source: 'desk' }, found]);
    if (isFree) {
      lines.push(['a', `It is free, on ${found.place}. Shall I take it for you?`], ['u', 'yes']);
      lines.push(['c', 'rooms.take', { room, place: found.place }, { ok: true }], ['a', 'It is yours.']);
    } else lines.push(['a', 'I am sorry, somebody else has it.']);
    lines.push(['u', 'thank you'], ['a', 'Goodbye and have a nice day.']);
    // One agent in twenty says something of its own.
    if (index % 20 === 19) lines.splice(2, 0, ['a', musings[Math.floor(index / 20) % musings.length] as string]);
    return conversationOf(`booking-${index}`, lines);
  });
}
