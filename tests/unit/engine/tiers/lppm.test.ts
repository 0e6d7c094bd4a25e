import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../../../engine/core/message.ts';
import type { ToolDefinition } from '../../../../engine/core/tool-definition.ts';
import type { Turn } from '../../../../engine/core/turn.ts';
import { LppmTier } from '../../../../engine/tiers/lppm.ts';
import { LppmModel } from '../../../../models/lppm/model.ts';
import { passEverything } from '../../../../models/thresholds.ts';
import { describeTier } from '../../../contracts/tier.contract.ts';
import { processDesk } from '../../../support/process-desk.ts';
import { talk, type Line } from '../../../support/talk.ts';

const refund: ToolDefinition = {
  name: 'desk.refund',
  parameters: {
    type: 'object',
    properties: { order: { type: 'integer' }, mode: { type: 'string' } },
    required: ['order'],
  },
};
const member = { hidden: 16, learningRate: 0.1, inputDropout: 0.3, hiddenDropout: 0.1 };
const asked: Line[] = [
  ['user', 'refund my order'],
  ['assistant', 'What is the order number?'],
];

function turnOf(lines: readonly Line[], tools: readonly ToolDefinition[] = [refund]): Turn {
  const { messages } = talk('t', lines);
  const message = messages.at(-1) as Message;
  return { message, history: messages.slice(0, -1), role: 'desk', tools };
}

describe('LppmTier', () => {
  const model = new LppmModel({ parameters: { members: [member], steps: 3000, mostFeatures: 4000, smoothing: 0.05 } });
  const thresholds = { standard: 0.3, byLabel: {} };
  const tier = new LppmTier(model, { thresholds, modelId: 'abc' });
  beforeAll(async () => {
    await model.fit(processDesk(1, 90), { seed: 1 });
  });
  afterAll(async () => model.dispose());

  describeTier(
    () => tier,
    [
      turnOf([['user', 'I want my money back']]),
      turnOf([...asked, ['user', 'it is 48213']]),
      turnOf([['user', 'tell me a story about the sea']]),
      turnOf([['user', '🎉']]),
      turnOf([['tool', '{"a": 1}']]),
    ],
  );

  it('tells people who ask which words and which logged messages it goes by, and decides the same', async () => {
    const turn = turnOf([['user', 'refund']]);
    const usual = await tier.consider(turn);
    const told = await tier.consider({ ...turn, explains: true });
    expect({ ...told, evidence: [] }).toEqual({ ...usual, evidence: [] });
    const added = told.evidence.slice(usual.evidence.length).map(({ what }) => what);
    expect(told.evidence.slice(0, usual.evidence.length)).toEqual(usual.evidence);
    expect(added.filter((what) => what.startsWith('for it speaks word "')).length).toBeGreaterThan(0);
    expect(added.filter((what) => what.startsWith('like a message of conversation '))).toHaveLength(3);
    expect(added.some((what) => what.includes('where ask_order came next'))).toBe(true);
  });

  it('acts: a reply of the process, with the slot that it asks for', async () => {
    const verdict = await tier.consider(turnOf([['user', 'I want my money back']]));
    expect(verdict).toMatchObject({
      settled: true,
      label: 'ask_order',
      model: 'abc',
      outcome: {
        kind: 'reply',
        text: 'What is the order number?',
        step: 'ask_order',
        process: 'refund',
        asks: 'order',
      },
    });
  });

  it('acts: a call with its values', async () => {
    const verdict = await tier.consider(turnOf([...asked, ['user', 'it is 48213']]));
    expect(verdict).toMatchObject({
      settled: true,
      outcome: { kind: 'tool-call', name: 'desk.refund', arguments: { order: 48_213, mode: 'full' } },
    });
    expect(verdict.evidence.map(({ what }) => what)).toContain('order = 48213 (span)');
  });

  it('passes up what follows no process', async () => {
    const verdict = await tier.consider(turnOf([['user', 'tell me a story about the sea']]));
    expect(verdict).toMatchObject({ settled: false, label: 'escalate' });
    const whats = verdict.evidence.map(({ what }) => what);
    expect(whats).toContain('left to the LLM');
    expect(whats.filter((what) => what.startsWith('process '))).toEqual([]);
    expect(verdict).not.toHaveProperty('proposal');
  });

  it('passes up, with its proposal and plan, below the threshold and where nothing is certified', async () => {
    const careful = new LppmTier(model, { thresholds: passEverything, modelId: 'abc' });
    const verdict = await careful.consider(turnOf([['user', 'I want my money back']]));
    expect(verdict).toMatchObject({ settled: false, threshold: null, proposal: { kind: 'reply', step: 'ask_order' } });
    if (!verdict.settled) expect(verdict.prepared?.plan).toContain('Process refund');
    const strict = new LppmTier(model, { thresholds: { standard: 0.3, byLabel: { ask_order: 1.01 } }, modelId: 'abc' });
    expect(await strict.consider(turnOf([['user', 'I want my money back']]))).toMatchObject({ settled: false });
  });

  it('passes up, however sure, what only a definition says: no certificate speaks of it', async () => {
    const [usual] = await model.predict([
      { turns: [{ speaker: 'user', text: 'I want my money back', step: null, values: null }] },
    ]);
    const mapper = (more: object) => ({ stepOf: () => null, predict: () => Promise.resolve([{ ...usual!, ...more }]) });
    const turn = turnOf([['user', 'I want my money back']]);
    const options = { thresholds, modelId: 'abc' };
    expect(await new LppmTier(mapper({}), options).consider(turn)).toMatchObject({ settled: true });
    const verdict = await new LppmTier(mapper({ isDefinedAlone: true }), options).consider(turn);
    expect(verdict).toMatchObject({ settled: false, reason: 'refund is known by its definition alone' });
    expect(verdict).toHaveProperty(['proposal', 'step'], 'ask_order');
    expect(verdict).toHaveProperty(['prepared', 'plan']);
  });

  it('passes up a call that is not offered here, or that takes other arguments', async () => {
    const lines: Line[] = [...asked, ['user', 'it is 48213']];
    expect((await tier.consider(turnOf(lines, []))).reason).toContain('not offered');
    const other = { name: 'desk.refund', parameters: { type: 'object', properties: { id: {} } } };
    expect((await tier.consider(turnOf(lines, [other]))).reason).toContain('takes no argument');
  });

  it('refuses what a policy forbids, in the words of the policy', async () => {
    const policies = [{ name: 'no-refunds', refuses: 'refund', text: 'We cannot refund here.' }];
    const refusing = new LppmTier(model, { thresholds, modelId: 'abc', policies });
    expect(await refusing.consider(turnOf([['user', 'I want my money back']]))).toMatchObject({
      settled: true,
      outcome: { kind: 'refuse', text: 'We cannot refund here.', policy: 'no-refunds' },
    });
  });

  it('obeys no text that a tool or a document brought in', async () => {
    const turn = turnOf([['user', 'I want my money back']]);
    const parts = turn.message.parts.map((part) => ({ ...part, provenance: 'document' as const }));
    const verdict = await tier.consider({ ...turn, message: { ...turn.message, parts } });
    expect(verdict).toMatchObject({ settled: false, confidence: null });
  });

  it('passes up when the model fails or gives no number', async () => {
    const broken = { predict: () => Promise.reject(new Error('out of memory')), stepOf: () => null };
    const failing = new LppmTier(broken, { thresholds, modelId: 'abc' });
    expect((await failing.consider(turnOf([['user', 'hi']]))).reason).toContain('out of memory');
    const [prediction] = await model.predict([
      { turns: [{ speaker: 'user', text: 'refund my order', step: null, values: null }] },
    ]);
    const lost = { predict: async () => [{ ...prediction!, confidence: Number.NaN }], stepOf: () => null };
    const verdict = await new LppmTier(lost, { thresholds, modelId: 'abc' }).consider(turnOf([['user', 'hi']]));
    expect(verdict).toMatchObject({ settled: false, confidence: null });
  });
});
