import { describe, expect, it } from 'vitest';
import type { Message } from '../../../../engine/core/message.ts';
import { messageIdentity, messagesBefore } from '../../../../mads/turns/message-identity.ts';

function said(before: Message | null, text: string, author: Message['author'] = 'user'): Message {
  const parts = [{ kind: 'text', text, provenance: 'caller' }] as const;
  const id = messageIdentity('c', before?.id ?? '', author, parts);
  return { id, conversation: 'c', author, sender: 'ann', recipient: 'pm', time: 0, parts };
}

describe('messagesBefore', () => {
  const first = said(null, 'file an expense');
  const question = said(first, 'For how much?', 'assistant');
  const [twenty, thirty] = [said(question, '20'), said(question, '30')];
  const afterTwenty = said(twenty, 'Which project?', 'assistant');
  const afterThirty = said(thirty, 'Which project?', 'assistant');
  const [last, other] = [said(afterThirty, 'QA-1'), said(null, 'something else')];
  const log = [first, question, twenty, afterTwenty, thirty, afterThirty, last, other];

  it('follows the line that a message goes on with, past what was said in others', () => {
    expect(messagesBefore(last, log)).toEqual([first, question, thirty, afterThirty]);
    expect(messagesBefore(afterTwenty, log)).toEqual([first, question, twenty]);
  });

  it('is nothing for a first message, wherever the log has it, and for one that is not there', () => {
    expect([messagesBefore(first, log), messagesBefore(other, log)]).toEqual([[], []]);
    expect(messagesBefore(said(last, 'new'), log)).toEqual([]);
  });

  it('is all that stands before where the ids are those of the log', () => {
    const [one, two] = ['1', '2'].map((id) => ({ ...said(null, 'imported', 'assistant'), id })) as [Message, Message];
    const next = said(two, 'live');
    expect(messagesBefore(two, [one, two, next])).toEqual([one]);
    expect(messagesBefore(next, [one, two, next])).toEqual([one, two]);
  });
});
