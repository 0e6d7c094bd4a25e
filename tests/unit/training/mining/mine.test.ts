import { describe, expect, it } from 'vitest';
import { ProcessDefinition } from '../../../../engine/action/process-definition.ts';
import type { MinedProcess } from '../../../../engine/core/mined-process.ts';
import { silent } from '../../../../engine/core/progress.ts';
import { mineProcesses } from '../../../../training/mining/mine.ts';
import { bookings, conversationOf, type Line } from './conversations.ts';

const options = { seed: 1, progress: silent };

describe('a process of two tools', () => {
  const first = mineProcesses(bookings(60), options);
  const mined = async (mining = first): Promise<MinedProcess> => {
    const { processes } = await mining;
    const found = processes.find(({ process }) =>
      process.steps.some((step) => step.kind === 'call' && step.tool === 'rooms.check'),
    );
    if (found === undefined) throw new Error('nothing was found');
    return found;
  };

  it('has its steps in their order, without one-off talk', async () => {
    const { process, support } = await mined();
    expect(support).toBe(60);
    const texts = process.steps.map((step) => (step.kind === 'call' ? step.tool : step.text));
    expect(texts.indexOf('Which room would you like?')).toBeLessThan(texts.indexOf('What is your name?'));
    expect(texts.indexOf('What is your name?')).toBeLessThan(texts.indexOf('rooms.check'));
    expect(texts).not.toContain('Let me think about that.');
    expect(texts).toHaveLength(8);
  });

  it('asks for slots, and knows where arguments and words come from', async () => {
    const { process } = await mined();
    const check = process.steps.find((step) => step.kind === 'call' && step.tool === 'rooms.check');
    const room = process.slots.find(({ name }) => name === 'room');
    expect(room).toMatchObject({ question: 'Which room would you like?', required: true });
    expect(room?.schema).toEqual({ type: 'string', enum: ['attic', 'north room', 'south room'] });
    expect(check).toMatchObject({
      arguments: {
        room: { from: 'slot', slot: 'room' },
        person: { from: 'slot', slot: 'person' },
        source: { from: 'constant', value: 'desk' },
      },
    });
    const offer = process.steps.find((step) => step.kind === 'ask' && step.text.startsWith('It is free'));
    expect(offer).toMatchObject({ text: `It is free, on {${check?.id}.place}. Shall I take it for you?` });
  });

  it('branches by a field of the result', async () => {
    const { process } = await mined();
    const check = process.steps.find((step) => step.kind === 'call' && step.tool === 'rooms.check');
    const sorry = process.steps.find((step) => step.kind !== 'call' && step.text.startsWith('I am sorry'));
    expect(process.edges).toContainEqual({
      from: check?.id,
      to: sorry?.id,
      when: { path: `${check?.id}.status`, equals: 'booked' },
    });
  });

  it('can be run as it is, and fits what was done', async () => {
    const { process, fitness, precision, steps } = await mined();
    expect(() => new ProcessDefinition(process, () => true)).not.toThrow();
    expect(fitness).toBeGreaterThan(0.95);
    expect(precision).toBeGreaterThan(0.6);
    expect(steps.find(({ step }) => step === 'ask_room')).toMatchObject({ isOptional: true });
  });

  it('is the same each time, and keeps the names of a process that is known', async () => {
    const [one, other] = await Promise.all([mined(), mined(mineProcesses(bookings(60), options))]);
    expect(one).toEqual(other);
    const renamed = {
      ...one.process,
      name: 'room_booking',
      steps: one.process.steps.map((step) => ({ ...step, id: `my_${step.id}` })),
    };
    const { processes } = await mineProcesses(bookings(60), { ...options, known: [renamed] });
    const again = processes.find(({ process }) => process.name === 'room_booking');
    expect(again?.process.steps.map(({ id }) => id).every((id) => id.startsWith('my_'))).toBe(true);
  });
});

describe('logs that say little', () => {
  const lines = async (conversations: Parameters<typeof mineProcesses>[0]): Promise<string> => {
    const { processes, notices } = await mineProcesses(conversations, options);
    expect(processes).toEqual([]);
    return notices.join('\n');
  };

  it('says what is missing', async () => {
    expect(await lines([])).toMatch(/import some/);
    expect(await lines(bookings(1))).toMatch(/1 conversations are too few/);
    const free = [
      'Paris, I believe',
      'No idea at all',
      'Perhaps in spring',
      'Rivers mostly',
      'Two or three',
      'Ask again later',
    ];
    const talk = free.map((text, index) =>
      conversationOf(`t${index}`, [
        ['u', `question ${index}`],
        ['a', text],
      ]),
    );
    expect(await lines(talk)).toMatch(/only free texts/);
  });

  it('names tools whose arguments are no JSON', async () => {
    const broken = Array.from({ length: 6 }, (_, index) =>
      conversationOf(`b${index}`, [
        ['u', 'go'],
        ['c', 'door.open', { _raw: `{"name": ${index}` }, 'ok'],
        ['a', 'It is open.'],
      ]),
    );
    const { notices } = await mineProcesses(broken, options);
    expect(notices.join('\n')).toMatch(/6 calls of door\.open have arguments that are no JSON/);
  });
});

describe('tasks', () => {
  it('are parted where a conversation holds two of them', async () => {
    const rooms = bookings(30);
    const taxi = (index: number): Line[] => [
      ['u', 'and a taxi please'],
      ['a', 'Where shall the taxi go?'],
      ['u', `to street ${index}`],
      ['c', 'taxi.order', { to: `street ${index}` }, { minutes: 5 }],
      ['a', 'The taxi comes in 5 minutes.'],
    ];
    const both = rooms.map((room, index) => {
      if (index % 2 === 0) return room;
      const after = conversationOf(`taxi-${index}`, taxi(index));
      return { ...room, messages: [...room.messages, ...after.messages] };
    });
    const { processes } = await mineProcesses(both, options);
    const taxis = processes.find(({ process }) => process.name === 'order');
    expect(taxis?.support).toBe(15);
    expect(taxis?.process.steps.map(({ kind }) => kind)).toEqual(['ask', 'call', 'end']);
    expect(
      processes
        .filter(({ process }) => process.name !== 'order')
        .every(({ process }) => !JSON.stringify(process).includes('taxi')),
    ).toBe(true);
  });

  it('of one tool are two processes where an argument and a step of their own part them', async () => {
    const tickets = Array.from({ length: 40 }, (_, index) => {
      const kind = index % 2 === 0 ? 'cancel' : 'return';
      const own: Line[] =
        kind === 'cancel'
          ? [
              ['a', 'Why do you cancel?'],
              ['u', 'changed my mind'],
            ]
          : [
              ['a', 'Is the parcel still closed?'],
              ['u', 'it is'],
            ];
      return conversationOf(`k${index}`, [
        ['u', `help with order ${100 + index}`],
        ...own,
        ['c', 'orders.update', { order: 100 + index, action: kind }, { ok: true }],
        ['a', 'Done.'],
      ]);
    });
    const { processes } = await mineProcesses(tickets, options);
    expect(processes.map(({ process }) => process.name).sort()).toEqual(['update_cancel', 'update_return']);
  });
});

it('stops when it is told to', async () => {
  const controller = new AbortController();
  controller.abort(new Error('enough'));
  await expect(mineProcesses(bookings(10), { ...options, signal: controller.signal })).rejects.toThrow('enough');
});
