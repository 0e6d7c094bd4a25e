import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConversationLog } from '../../datasets/log/conversation-log.ts';
import type { DecisionSink } from '../../engine/core/decision-sink.ts';
import { decisionFixture, messageFixture } from '../support/log-fixture.ts';

export type Log = DecisionSink &
  Pick<
    ConversationLog,
    | 'appendMessages'
    | 'importConversations'
    | 'addFeedback'
    | 'conversation'
    | 'conversations'
    | 'recent'
    | 'recall'
    | 'hasMessages'
    | 'decisions'
    | 'decision'
    | 'flush'
    | 'close'
    | 'queries'
  >;

export interface LogPlace {
  /** Opens the log of this place; closed before it is opened again. */
  open(): Promise<Log>;
  remove(): void;
}

/** What every conversation log promises to those who write and read it. */
export function describeLog(name: string, makePlace: () => LogPlace): void {
  describe(`${name} keeps the log contract`, () => {
    let place: LogPlace;
    let log: Log;
    beforeEach(async () => {
      place = makePlace();
      log = await place.open();
    });
    afterEach(async () => {
      await log.close();
      place.remove();
    });
    const reopen = async (): Promise<void> => {
      await log.close();
      log = await place.open();
    };

    it('gives a conversation back as it was appended, also after it was opened again', async () => {
      const tools = [{ name: 'shell.run', parameters: { type: 'object' }, blastRadius: 'reversible' as const }];
      const messages = [
        messageFixture('m1', {
          time: 1_700_000_000_000.25,
          annotation: { process: 'refund', step: 'ask-order', values: { order: 'A-17', amount: null } },
        }),
        messageFixture('m2', {
          time: 1_700_000_000_001,
          author: 'assistant',
          parts: [
            {
              kind: 'tool-call',
              id: 'call_1',
              name: 'shell.run',
              arguments: { deep: [{ a: 1.5 }] },
              provenance: 'model',
            },
            { kind: 'data', mediaType: 'text/csv', text: 'a,b\n1,"2"\u0000\u2028😀', provenance: 'caller' },
            { kind: 'image', url: 'data:image/png;base64,AA==', provenance: 'caller' },
            { kind: 'tool-result', callId: 'call_1', text: '', provenance: 'tool' },
          ],
        }),
      ];
      await log.appendMessages(messages, { role: 'desk', split: 'val', tools });
      const expected = { id: 'cnv_1', role: 'desk', split: 'val', tools, messages };
      expect(await log.conversation('cnv_1')).toEqual(expected);
      await reopen();
      expect(await log.conversation('cnv_1')).toEqual(expected);
      expect(await log.conversation('cnv_2')).toBeNull();
    });

    it('shows what was acknowledged to every read that begins afterwards', async () => {
      for (let index = 0; index < 20; index += 1) {
        await log.appendMessages([messageFixture(`m${index}`, { time: index })], { role: 'desk' });
        expect(await log.hasMessages([`m${index}`, 'other'])).toEqual(new Set([`m${index}`]));
        expect((await log.recent('cnv_1', 2)).at(-1)?.id).toBe(`m${index}`);
        expect((await log.conversation('cnv_1'))?.messages).toHaveLength(index + 1);
      }
    });

    it('stores a message once, however often and by whomever it is appended', async () => {
      const messages = ['a', 'b', 'c'].map((id) => messageFixture(id));
      const results = await Promise.all(
        [messages, messages, [...messages, ...messages]].map((same) => log.appendMessages(same, { role: 'desk' })),
      );
      expect(results.reduce((sum, result) => sum + result.messages, 0)).toBe(3);
      expect(results.reduce((sum, result) => sum + result.conversations, 0)).toBe(1);
      await reopen();
      const again = await log.appendMessages([...messages, messageFixture('d')], { role: 'desk' });
      expect(again).toEqual({ conversations: 0, messages: 1, duplicates: 3 });
      expect((await log.conversation('cnv_1'))?.messages.map((message) => message.id)).toEqual(['a', 'b', 'c', 'd']);
    });

    it('orders messages by time, and those of one time as they were appended', async () => {
      const times = [5, 1, 3, 3, 3];
      const messages = times.map((time, index) => messageFixture(`m${index}`, { time }));
      await log.appendMessages(messages, { role: 'desk' });
      const expected = ['m1', 'm2', 'm3', 'm4', 'm0'];
      expect((await log.recent('cnv_1', 9)).map((message) => message.id)).toEqual(expected);
      await reopen();
      expect((await log.recent('cnv_1', 3)).map((message) => message.id)).toEqual(expected.slice(-3));
      expect((await log.recent('cnv_1', 0)).length).toBe(0);
      expect((await log.conversation('cnv_1'))?.messages.map((message) => message.id)).toEqual(expected);
    });

    it('keeps role and split of the first message, and the newest tools', async () => {
      await log.appendMessages([messageFixture('a')], { role: 'desk', split: 'train' });
      const tools = [{ name: 'new', parameters: {} }];
      await log.appendMessages([messageFixture('b')], { role: 'other', split: 'test', tools });
      await log.appendMessages([messageFixture('c')], { role: 'desk' });
      await reopen();
      expect(await log.conversation('cnv_1')).toMatchObject({ role: 'desk', split: 'train', tools });
    });

    it('refuses a message without id or with an impossible time, and stores nothing of that call', async () => {
      for (const wrong of [messageFixture(''), messageFixture('x', { time: Number.NaN })]) {
        const refused = log.appendMessages([messageFixture('fine'), wrong], { role: 'desk' });
        await expect(refused).rejects.toMatchObject({ code: 'BAD_REQUEST' });
      }
      expect(await log.conversation('cnv_1')).toBeNull();
    });

    it('imports whole conversations, and again without a second copy', async () => {
      const conversations = Array.from({ length: 30 }, (_, index) => ({
        id: `c${index}`,
        role: index % 2 === 0 ? 'desk' : 'pm',
        split: null,
        tools: [],
        messages: [0, 1, 2].map((turn) =>
          messageFixture(`c${index}-${turn}`, { conversation: `c${index}`, time: turn }),
        ),
      }));
      expect(await log.importConversations(conversations)).toEqual({ conversations: 30, messages: 90, duplicates: 0 });
      expect(await log.importConversations(conversations)).toEqual({ conversations: 0, messages: 0, duplicates: 90 });
      expect(await log.conversation('c7')).toEqual(conversations[7]);
      expect(await log.conversations({ role: 'pm', limit: 100 })).toHaveLength(15);
      expect(await log.conversations({ participant: 'ada', limit: 7 })).toHaveLength(7);
      expect(await log.conversations({ participant: 'nobody' })).toEqual([]);
    });

    it('recalls messages by their words, rare ones first, within the conversations of a participant', async () => {
      const say = (id: string, conversation: string, text: string): ReturnType<typeof messageFixture> =>
        messageFixture(id, {
          conversation,
          sender: conversation,
          parts: [{ kind: 'text', text, provenance: 'caller' }],
        });
      const messages = [
        say('a', 'ann', 'The order is late'),
        say('b', 'ann', 'the ORDER of the zebra'),
        say('c', 'bob', 'A zebra in some office'),
        say('d', 'bob', 'the the the'),
      ];
      await log.appendMessages(messages, { role: 'desk' });
      const ids = async (filter: { text: string; participant?: string; limit?: number }): Promise<string[]> =>
        (await log.recall(filter)).map(({ message }) => message.id);
      expect(await ids({ text: 'zebra order?' })).toEqual(['b', 'c', 'a']);
      expect(await ids({ text: 'Zebra, order', participant: 'bob' })).toEqual(['c']);
      expect(await ids({ text: 'the zebra', limit: 2 })).toEqual(['b', 'c']);
      expect(await ids({ text: 'nowhere' })).toEqual([]);
      expect(await ids({ text: '?!' })).toEqual([]);
    });

    it('lists decisions newest first, page by page, without those that had no effect', async () => {
      await log.appendMessages([messageFixture('msg_1')], { role: 'desk' });
      const decisions = Array.from({ length: 7 }, (_, index) =>
        decisionFixture(`d${index}`, { shadow: index === 3, tier: index % 2 === 0 ? 'dtr' : 'lppm' }),
      );
      log.record(decisions);
      await log.flush();
      const first = await log.decisions({ limit: 4 });
      expect(first.map((decision) => decision.id)).toEqual(['d6', 'd5', 'd4', 'd2']);
      expect(first[0]).toMatchObject({ ...decisions[6], text: 'message msg_1', correct: null, judgedBy: null });
      const rest = await log.decisions({ limit: 4, before: 'd2' });
      expect(rest.map((decision) => decision.id)).toEqual(['d1', 'd0']);
      expect((await log.decisions({ tier: 'lppm', shadow: true })).map((decision) => decision.id)).toEqual([
        'd5',
        'd3',
        'd1',
      ]);
    });

    it('explains a decision: its message, the visits before and after it, what was said about it', async () => {
      await log.appendMessages([messageFixture('msg_1')], { role: 'desk' });
      const passed = decisionFixture('d1', { settled: false, outcome: null, confidence: null, threshold: null });
      const settled = decisionFixture('d2', { tier: 'imperator', costUsd: 0.002 });
      log.record([passed, settled]);
      const feedback = await log.addFeedback({ decision: 'd2', correct: false, source: 'human', note: 'wrong tool' });
      const detail = await log.decision('d2');
      expect(detail?.message).toEqual(messageFixture('msg_1'));
      expect(detail?.visits).toEqual([passed, settled]);
      expect(detail?.feedback).toEqual([feedback]);
      expect(detail?.decision).toMatchObject({ correct: false, judgedBy: 'human' });
      expect(await log.decision('d9')).toBeNull();
    });

    it('refuses feedback about nothing, about the unknown, and without content', async () => {
      await log.appendMessages([messageFixture('msg_1')], { role: 'desk' });
      const wrong = [
        [{ source: 'human', correct: true }, 'BAD_REQUEST'],
        [{ source: 'human', correct: true, decision: 'd9' }, 'DECISION_UNKNOWN'],
        [{ source: 'human', correct: true, message: 'm9' }, 'MESSAGE_UNKNOWN'],
        [{ source: 'human', message: 'msg_1' }, 'BAD_REQUEST'],
        [{ source: 'human', message: 'msg_1', label: 'prose' }, 'BAD_REQUEST'],
        [{ source: 'human', message: 'msg_1', correct: true, confidence: 2 }, 'BAD_REQUEST'],
      ] as const;
      for (const [input, code] of wrong) await expect(log.addFeedback(input)).rejects.toMatchObject({ code });
      expect((await log.queries.totals()).feedback).toBe(0);
    });
  });
}
