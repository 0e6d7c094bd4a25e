import { describe, expect, it } from 'vitest';
import type { Author, Message, Part } from '../../../../engine/core/message.ts';
import { contextFetch } from '../../../../engine/core/context-fetch.ts';
import type { Turn } from '../../../../engine/core/turn.ts';
import type { LlmAnswer, LlmRequest, Provider } from '../../../../engine/providers/provider.ts';
import { ReplayProvider } from '../../../../engine/providers/replay.ts';
import { ImperatorTier } from '../../../../engine/tiers/imperator.ts';
import { describeTier } from '../../../contracts/tier.contract.ts';

const prices = { input: 2, output: 10 };
const say = (
  id: string,
  author: Author,
  parts: Part[] = [{ kind: 'text', text: id, provenance: 'caller' }],
): Message => ({
  id,
  conversation: 'c',
  author,
  sender: author,
  recipient: 'desk',
  time: 0,
  parts,
});
const turnOf = (message: Message, more: Partial<Turn> = {}): Turn => ({
  message,
  history: [],
  role: 'desk',
  tools: [],
  ...more,
});

const recorded = {
  id: 'talk',
  role: 'desk',
  split: null,
  tools: [],
  messages: [say('question', 'user'), say('answer', 'assistant')],
};
describeTier(() => new ImperatorTier(new ReplayProvider([recorded]), { prices }), [turnOf(say('question', 'user'))]);

/** Answers by the book and remembers what it was asked. */
class Scripted implements Provider {
  readonly name = 'scripted';
  readonly asked: LlmRequest[] = [];
  readonly #answer: LlmAnswer;

  constructor(answer: Partial<LlmAnswer> = {}) {
    const usage = { inputTokens: 1000, outputTokens: 100 };
    this.#answer = { text: 'ok', calls: [], usage, finish: 'stop', model: 'm', ...answer };
  }

  complete(request: LlmRequest): Promise<LlmAnswer> {
    this.asked.push(request);
    return Promise.resolve(this.#answer);
  }

  stream(): Promise<LlmAnswer> {
    return Promise.reject(new Error('not asked for'));
  }
}

const shown = (provider: Scripted): string[] => (provider.asked[0]?.messages ?? []).map((message) => message.id);

describe('ImperatorTier', () => {
  it('says how to configure an LLM where there is none, and under which id the message is kept', async () => {
    const failure = await new ImperatorTier(null, { prices })
      .consider(turnOf(say('msg_1', 'user')))
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'IMPERATOR_UNAVAILABLE' });
    expect(String(failure)).toContain('kept as msg_1');
    expect(String(failure)).toContain('THOUGHT_ENGINE_LLM_BASE_URL');
  });

  it('settles with a reply, its price and why the LLM stopped', async () => {
    const verdict = await new ImperatorTier(new Scripted({ finish: 'length' }), { prices }).consider(
      turnOf(say('q', 'user')),
    );
    expect(verdict).toMatchObject({ settled: true, outcome: { kind: 'reply', text: 'ok' }, finish: 'length' });
    expect(verdict.settled && verdict.usage?.costUsd).toBeCloseTo(0.003, 12);
  });

  it('settles with a call and keeps the words and calls beside it', async () => {
    const calls = ['a', 'b'].map((id) => ({ id, name: 'look', arguments: { id } }));
    const verdict = await new ImperatorTier(new Scripted({ calls }), { prices }).consider(turnOf(say('q', 'user')));
    expect(verdict).toMatchObject({ outcome: { kind: 'tool-call', name: 'look', arguments: { id: 'a' } } });
    expect(verdict.settled && verdict.parts?.map((part) => part.kind)).toEqual(['text', 'tool-call', 'tool-call']);
  });

  const call: Part = { kind: 'tool-call', id: 'c1', name: 'look', arguments: {}, provenance: 'model' };
  const history = [
    say('rules', 'system'),
    say('old', 'user'),
    say('old-call', 'assistant', [call]),
    say('old-result', 'tool', [{ kind: 'tool-result', callId: 'c1', text: 'x', provenance: 'tool' }]),
    say('older-reply', 'assistant'),
  ];

  it('shows the whole conversation where nobody chose', async () => {
    const provider = new Scripted();
    await new ImperatorTier(provider, { prices }).consider(turnOf(say('q', 'user'), { history }));
    expect(shown(provider)).toEqual(['rules', 'old', 'old-call', 'old-result', 'older-reply', 'q']);
  });

  it('shows what was chosen, instructions and the open message always, half an exchange never', async () => {
    const provider = new Scripted();
    const context = [
      { id: 'old-result', text: 'x', kind: 'turn' },
      { id: 'elsewhere', text: 'The kettle is blue.', kind: 'document' },
    ];
    const prepared = { context, plan: 'Process refund: done look' };
    await new ImperatorTier(provider, { prices }).consider(turnOf(say('q', 'user'), { history, prepared }));
    expect(shown(provider)).toEqual(['rules', 'old-call', 'old-result', 'q/context', 'q']);
    const note = provider.asked[0]?.messages[3]?.parts[0];
    expect(note).toMatchObject({ kind: 'text', provenance: 'document' });
    expect(note?.kind === 'text' && note.text).toMatch(/blue[\s\S]*refund/);
  });

  it('shows a message in the form in which it was chosen, and offers fetching where something is held back', async () => {
    const fetch = { name: contextFetch, parameters: { type: 'object' } };
    const piece = { id: 'old-result', kind: 'tool-result', text: '[held back]' };
    for (const [form, offered] of [
      ['handle', ['look', contextFetch]],
      ['short', ['look']],
    ] as const) {
      const provider = new Scripted();
      const tools = [{ name: 'look', parameters: {} }, fetch];
      const prepared = { context: [{ ...piece, form }] };
      await new ImperatorTier(provider, { prices }).consider(turnOf(say('q', 'user'), { history, prepared, tools }));
      expect(provider.asked[0]?.tools.map(({ name }) => name)).toEqual(offered);
      const result = provider.asked[0]?.messages.find(({ id }) => id === 'old-result')?.parts[0];
      expect(result).toMatchObject({ kind: 'tool-result', callId: 'c1', text: '[held back]' });
    }
  });

  describe('calls that an answer spells out', () => {
    const tools = [
      { name: 'stock.read', parameters: {}, blastRadius: 'read' as const },
      { name: 'order.pay', parameters: {}, blastRadius: 'irreversible' as const },
    ];
    const answered = async (text: string) => {
      const verdict = await new ImperatorTier(new Scripted({ text }), { prices }).consider(
        turnOf(say('q', 'user'), { tools }),
      );
      return verdict.settled ? verdict.outcome : null;
    };
    const call = '{"name": "stock.read", "arguments": {"item": "kayak"}}';
    const outcome = { kind: 'tool-call', name: 'stock.read', arguments: { item: 'kayak' } };

    it.each([
      ['bare', call],
      ['fenced', `\`\`\`json\n${call}\n\`\`\``],
      ['tagged, beside words, under the alias', `Let me look.\n<tool_call>${call.replace('.', '__')}</tool_call>`],
    ])('are made: %s', async (_name, text) => {
      expect(await answered(text)).toEqual(outcome);
    });
    it.each([
      ['words about a call', `You could send ${call} to the desk.`],
      ['a tool that nobody offered', call.replace('stock', 'shop')],
      ['bare, of what cannot be undone', call.replace('stock.read', 'order.pay')],
      ['arguments that are no object', '{"name": "stock.read", "arguments": 3}'],
      ['data', '{"name": "kayak", "price": 3}'],
      ['half a call', call.slice(0, -3)],
    ])('stay words: %s', async (_name, text) => {
      expect(await answered(text)).toEqual({ kind: 'reply', text });
    });
    it('are made in tags even where it cannot be undone', async () => {
      const text = `<tool_call>${call.replace('stock.read', 'order.pay')}</tool_call>`;
      expect(await answered(text)).toMatchObject({ kind: 'tool-call', name: 'order.pay' });
    });
  });
});
