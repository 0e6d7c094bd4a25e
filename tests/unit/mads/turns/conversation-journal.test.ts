import { describe, expect, it } from 'vitest';
import type { ToolDefinition } from '../../../../engine/core/tool-definition.ts';
import { journalOf } from '../../../../mads/turns/conversation-journal.ts';
import type { ConversationStore } from '../../../../mads/rogers/conversation-store.ts';
import type { TurnRequest } from '../../../../mads/turns/turn-parcel.ts';
import { messageFixture } from '../../../support/log-fixture.ts';

const tool = (name: string): ToolDefinition => ({ name, parameters: { type: 'object' } });
const house: Readonly<Record<string, readonly ToolDefinition[]>> = {
  desk: ['shell.run', 'shared', 'context.fetch'].map(tool),
  bare: ['context.fetch'].map(tool),
};

/** Options that a message for this MAD is kept with, of a caller with these tools. */
async function keptWith(recipient: string, theirs: readonly string[]) {
  const kept: Parameters<ConversationStore['appendMessages']>[1][] = [];
  const store = {
    appendMessages: async (_: unknown, options: (typeof kept)[number]) => void kept.push(options),
  } as unknown as ConversationStore;
  const attachment: TurnRequest = {
    kind: 'turn',
    caller: 'ada',
    allows: 'read',
    tools: theirs.map(tool),
    parameters: {},
    decision: 'd',
    stream: false,
  };
  const journal = journalOf(
    store,
    (name) => name,
    (name) => house[name] ?? [],
  );
  await journal({ message: { ...messageFixture('m', { author: 'user' }), recipient }, attachment });
  return kept.map(({ tools, ...options }) => ({ ...options, tools: tools?.map(({ name }) => name) }));
}

describe('journalOf', () => {
  it('keeps with a conversation the tools that could be called in it: the caller’s and those of the house', async () => {
    expect(await keptWith('desk', [])).toEqual([{ role: 'desk', tools: ['shell.run', 'shared'] }]);
    expect(await keptWith('desk', ['mine', 'shared'])).toEqual([
      { role: 'desk', tools: ['mine', 'shared', 'shell.run'] },
    ]);
  });

  it('says nothing of tools where there are none, so that what is known stays', async () => {
    expect(await keptWith('bare', [])).toEqual([{ role: 'bare', tools: undefined }]);
  });
});
