import { describe, expect, it } from 'vitest';
import { ActionEngine } from '../../../engine/action/action-engine.ts';
import { ToolRegistry } from '../../../engine/action/tool-registry.ts';
import { ManualClock, sequentialIds } from '../../../engine/core/clock.ts';
import type { ConversationStore } from '../../../mads/rogers/conversation-store.ts';
import { rogersTools } from '../../../mads/rogers/rogers.ts';
import { MemoryStore } from '../../support/memory-store.ts';

const rogers = (store: ConversationStore = new MemoryStore()) => {
  const actions = new ActionEngine(
    new ToolRegistry(rogersTools({ store, clock: new ManualClock(), ids: sequentialIds() })),
  );
  return async (caller: string, verb: string, given: Record<string, unknown> = {}) => {
    const authority = { caller, allows: 'reversible', provenance: ['caller'] } as const;
    const result = await actions.execute(
      { name: `mads.rogers.${verb}`, arguments: given },
      { authority, conversation: 's' },
    );
    return result.value as { conversation: string; members: string[]; messages: { sender: string; text: string }[] };
  };
};

describe('Rogers', () => {
  it('recalls what was said to everybody who takes part, and to nobody else', async () => {
    const ask = rogers();
    const { conversation } = await ask('ann', 'create', { members: ['bob'] });
    await ask('ann', 'append', { conversation, text: 'The kettle is blue.' });
    await ask('bob', 'append', { conversation, text: 'And broken.' });
    expect((await ask('bob', 'recall', { conversation })).messages.map(({ sender, text }) => [sender, text])).toEqual([
      ['ann', 'The kettle is blue.'],
      ['bob', 'And broken.'],
    ]);
    expect((await ask('ann', 'recall', { conversation, query: 'KETTLE blue' })).messages).toHaveLength(1);
    expect((await ask('ann', 'recall', { conversation, limit: 1 })).messages).toHaveLength(1);
    for (const [verb, more] of [
      ['recall', {}],
      ['append', { text: 'x' }],
      ['leave', {}],
    ] as const) {
      await expect(ask('eve', verb, { conversation, ...more })).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    }
  });

  it('lets members bring others in, strangers only into open conversations', async () => {
    const ask = rogers();
    const { conversation } = await ask('ann', 'create');
    await expect(ask('eve', 'join', { conversation })).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    expect((await ask('ann', 'join', { conversation, name: 'bob' })).members).toEqual(['ann', 'bob']);
    const { conversation: open } = await ask('ann', 'create', { open: true });
    expect((await ask('eve', 'join', { conversation: open })).members).toEqual(['ann', 'eve']);
    await expect(ask('mallory', 'join', { conversation: open, name: 'friend' })).rejects.toMatchObject({
      code: 'NOT_A_MEMBER',
    });
  });

  it('knows who left, also after a restart', async () => {
    const store = new MemoryStore();
    const before = rogers(store);
    const { conversation } = await before('ann', 'create', { members: ['bob'] });
    await before('bob', 'leave', { conversation });
    for (const ask of [before, rogers(store)]) {
      await expect(ask('bob', 'recall', { conversation })).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
      expect((await ask('ann', 'recall', { conversation })).messages).toEqual([]);
    }
  });

  it('counts those who wrote and were written to as members', async () => {
    const store = new MemoryStore();
    const part = { kind: 'text', text: 'hi', provenance: 'caller' } as const;
    await store.appendMessages(
      [{ id: 'm', conversation: 'c', author: 'user', sender: 'ann', recipient: 'pm', time: 0, parts: [part] }],
      { role: 'pm' },
    );
    const ask = rogers(store);
    expect((await ask('pm', 'recall', { conversation: 'c' })).messages).toHaveLength(1);
    await expect(ask('eve', 'recall', { conversation: 'c' })).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    await expect(ask('ann', 'recall', { conversation: 'none' })).rejects.toMatchObject({
      code: 'CONVERSATION_UNKNOWN',
    });
  });
});
