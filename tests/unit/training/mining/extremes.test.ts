import { expect, it } from 'vitest';
import { silent } from '../../../../engine/core/progress.ts';
import { mineProcesses } from '../../../../training/mining/mine.ts';
import { bookings, conversationOf, type Line } from './conversations.ts';

const options = { seed: 1, progress: silent };

it('leaves tools that are hardly used aside, were they thousands', async () => {
  const many = Array.from({ length: 300 }, (_, index) => {
    const calls = Array.from({ length: 10 }, (__, call): Line => [
      'c',
      `tool_${index * 10 + call}`,
      { at: index },
      'ok',
    ]);
    return conversationOf(`m${index}`, [['u', `do number ${index}`], ...calls]);
  });
  const { processes, notices } = await mineProcesses([...many, ...bookings(30)], options);
  expect(processes.map(({ support }) => support)).toEqual([30]);
  expect(notices.join('\n')).toMatch(/too few runs for a process .* and \d+ more/);
});

it('reads a conversation of five thousand turns', async () => {
  const lines: Line[] = [];
  for (let round = 0; lines.length < 5000; round += 1) {
    lines.push(
      ['u', `lamp ${round} on`],
      ['c', 'lamp.switch', { lamp: round, state: 'on' }, { ok: true }],
      ['a', 'It is on.'],
    );
  }
  const { processes } = await mineProcesses([...bookings(20), conversationOf('long', lines)], options);
  expect(processes.some(({ process }) => process.slots.some(({ name }) => name === 'room'))).toBe(true);
});

it('follows a task that another one interrupts', async () => {
  const conversations = Array.from({ length: 30 }, (_, index) => {
    const weather: Line[] = [
      ['u', 'by the way, how is the weather?'],
      ['c', 'weather.now', { place: 'here' }, { sky: 'clear' }],
      ['a', 'The sky is clear.'],
    ];
    return conversationOf(`i${index}`, [
      ['u', 'I want a cake'],
      ['a', 'Which kind of cake?'],
      ...(index % 3 === 0 ? weather : []),
      ['u', ['cheese', 'apple', 'plum'][index % 3] as string],
      ['c', 'cakes.order', { kind: ['cheese', 'apple', 'plum'][index % 3] }, { number: 100 + index }],
      ['a', `Ordered, your number is ${100 + index}.`],
      ...(index % 3 === 1 ? weather : []),
    ]);
  });
  const { processes } = await mineProcesses(conversations, options);
  const cake = processes.find(({ process }) => process.name === 'order');
  expect(cake?.support).toBe(30);
  expect(cake?.process.steps.map(({ kind }) => kind)).toEqual(['ask', 'call', 'end']);
  expect(processes.find(({ process }) => process.name === 'now')?.support).toBe(20);
});
