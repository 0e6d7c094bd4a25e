import { describe, expect, it } from 'vitest';
import type { Author, Message, Part } from '../../../../engine/core/message.ts';
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
    expect(shown(provider)).toEqual(['rules', 'q/context', 'old-call', 'old-result', 'q']);
    const note = provider.asked[0]?.messages[1]?.parts[0];
    expect(note).toMatchObject({ kind: 'text', provenance: 'document' });
    expect(note?.kind === 'text' && note.text).toMatch(/blue[\s\S]*refund/);
  });
});
