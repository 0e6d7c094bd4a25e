import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../../../engine/core/conversation.ts';
import type { Author, Message, Part } from '../../../../engine/core/message.ts';
import { ReplayProvider } from '../../../../engine/providers/replay.ts';

const say = (author: Author, text: string, extra: Part[] = []): Message => ({
  id: `${author}:${text}`,
  conversation: 'talk',
  author,
  sender: author,
  recipient: 'desk',
  time: 0,
  parts: [{ kind: 'text', text, provenance: 'caller' }, ...extra],
});
const call: Part = { kind: 'tool-call', id: 'c1', name: 'order.get', arguments: { id: 'A-1' }, provenance: 'model' };
const recorded: Conversation = {
  id: 'talk-1',
  role: 'desk',
  split: null,
  tools: [],
  messages: [
    say('user', 'How long is the warranty on the blue kettle?'),
    say('assistant', 'Two years.'),
    say('user', 'Where is my order A-1?'),
    say('assistant', '', [call]),
    say('tool', 'shipped'),
    say('assistant', 'It was shipped.'),
  ],
};
const replay = new ReplayProvider([recorded]);
const ask = (last: Message, tools: string[] = []) =>
  replay.complete({ messages: [last], tools: tools.map((name) => ({ name, parameters: {} })), parameters: {} });

describe('ReplayProvider', () => {
  it('answers the same message as recorded, and says where that was', async () => {
    const answer = await ask(say('user', 'how long is the  WARRANTY on the blue kettle?'));
    expect(answer.text).toBe('Two years.');
    expect(answer.source).toBe('replayed: recorded in conversation talk-1 for the same message');
  });

  it('answers a similar message and says how similar', async () => {
    const answer = await ask(say('user', 'so how long is the warranty on the blue kettle'));
    expect(answer.text).toBe('Two years.');
    expect(answer.source).toMatch(/similar message \(0\.[89]\d\)/);
  });

  it('answers a tool result as a tool result', async () => {
    expect((await ask(say('tool', 'shipped'))).text).toBe('It was shipped.');
    await expect(ask(say('user', 'shipped'))).rejects.toMatchObject({ code: 'REPLAY_MISS' });
  });

  it('calls only tools that are offered now', async () => {
    const question = say('user', 'Where is my order A-1?');
    expect(await ask(question, ['order.get'])).toMatchObject({ calls: [{ name: 'order.get' }], finish: 'tool-calls' });
    await expect(ask(question)).rejects.toMatchObject({ code: 'REPLAY_MISS' });
  });

  it('has no answer where nothing is near', async () => {
    await expect(ask(say('user', 'Write me a poem about autumn'))).rejects.toMatchObject({ code: 'REPLAY_MISS' });
    await expect(ask(say('user', ''))).rejects.toMatchObject({ code: 'REPLAY_MISS' });
  });
});
