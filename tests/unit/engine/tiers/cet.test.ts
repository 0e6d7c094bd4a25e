import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Candidate, CandidateSource } from '../../../../engine/core/candidate-source.ts';
import type { Message, Part } from '../../../../engine/core/message.ts';
import type { Turn } from '../../../../engine/core/turn.ts';
import { CetTier } from '../../../../engine/tiers/cet.ts';
import { roughTokens } from '../../../../models/cet/candidate.ts';
import { CetModel } from '../../../../models/cet/model.ts';
import { describeTier } from '../../../contracts/tier.contract.ts';
import { contextDesk, smallContext } from '../../../support/context-desk.ts';
import { talk, type Line } from '../../../support/talk.ts';

const [example] = contextDesk(5, 1, 60);
const question = example!.input.query;
const lines = example!.input.candidates.map(({ text }, at): Line => [at % 2 === 0 ? 'user' : 'assistant', text]);

function turnOf(given: readonly Line[], last = question, front: readonly Message[] = []): Turn {
  const { messages } = talk('t', [...given, ['user', last]]);
  const message = messages.at(-1)!;
  return { message, history: [...front, ...messages.slice(0, -1)], role: 'desk', tools: [] };
}

function source(name: string, answer: () => Promise<readonly Candidate[]>): CandidateSource {
  return { name, candidates: answer };
}

function note(id: string, text: string): Candidate {
  return { id, text, kind: 'document', speaker: '', time: null, tokens: 0 };
}

const system: Message = {
  id: 'system',
  conversation: 't',
  author: 'system',
  sender: 'system',
  recipient: 'desk',
  time: 0,
  parts: [{ kind: 'text', text: 'You are a helpful desk.', provenance: 'caller' }],
};

describe('CetTier', () => {
  const model = new CetModel({ parameters: smallContext });
  const options = { modelId: 'abc', contextTokens: 80 };
  beforeAll(async () => {
    await model.fit(contextDesk(1, 6), { seed: 1 });
  });
  afterAll(async () => model.dispose());

  describeTier(() => new CetTier(model, options), [turnOf(lines), turnOf([]), turnOf(lines.slice(0, 3))]);

  it('chooses the turn that answers, under the budget, in the order of the conversation', async () => {
    const { prepared, reason, model: by } = await new CetTier(model, options).consider(turnOf(lines));
    const ids = prepared!.context!.map(({ id }) => id);
    expect(ids).toContain(example!.evidence[0]!.replace('talk-0', 't'));
    expect(ids).toEqual(ids.toSorted((a, b) => Number(a.slice(2)) - Number(b.slice(2))));
    expect(ids.slice(-1)).toEqual(['t-59']);
    expect(prepared!.context!.reduce((sum, { text }) => sum + roughTokens(text), 0)).toBeLessThanOrEqual(80);
    expect(reason).toContain('by the context model');
    expect(by).toBe('abc');
  });
  it('never exceeds the budget, whatever the conversation', async () => {
    const tier = (contextTokens: number) => new CetTier(null, { modelId: '', contextTokens });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('user' as const, 'assistant' as const), fc.lorem({ maxCount: 30 })), {
          maxLength: 30,
        }),
        fc.integer({ min: 0, max: 300 }),
        async (given, budget) => {
          const { prepared } = await tier(budget).consider(turnOf(given));
          const tokens = prepared!.context!.reduce((sum, { text }) => sum + roughTokens(text), 0);
          expect(tokens).toBeLessThanOrEqual(budget);
          expect(prepared!.choices).toHaveLength(given.length);
        },
      ),
      { numRuns: 40 },
    );
  });
  it('lets everything in where everything fits, without asking the model', async () => {
    const { prepared, reason, model: by } = await new CetTier(model, options).consider(turnOf(lines.slice(0, 4)));
    expect(prepared!.context).toHaveLength(4);
    expect(reason).toContain('everything fits');
    expect(by).toBeNull();
  });
  it('falls back on shared words and recency without a model, and with one that fails, and says so', async () => {
    const unfitted = new CetModel();
    for (const [tier, why] of [
      [new CetTier(null, options), 'no context model is loaded'],
      [new CetTier(unfitted, options), 'has no fitted state'],
    ] as const) {
      const { prepared, reason, model: by } = await tier.consider(turnOf(lines));
      expect(reason).toContain(why);
      expect(by).toBeNull();
      expect(prepared!.context!.length).toBeGreaterThan(3);
    }
  });
  it('always shows system text and the newest turns', async () => {
    const tier = new CetTier(model, { ...options, newest: 2 });
    const { prepared } = await tier.consider(turnOf(lines, question, [system]));
    const ids = prepared!.context!.map(({ id }) => id);
    expect(ids[0]).toBe('system');
    expect(ids.slice(-2)).toEqual(['t-58', 't-59']);
  });
  it('shows a tool call with its result or neither', async () => {
    const exchange: Line[] = [
      ['user', 'kayak stock?'],
      ['call', 'stock.read', { item: 'kayak' }],
      ['tool', 'kayak: 7'],
    ];
    for (const contextTokens of [20, 40, 60, 80, 120]) {
      const tier = new CetTier(null, { modelId: '', contextTokens });
      const { prepared } = await tier.consider(turnOf([...exchange, ...lines], 'How many of the kayak?'));
      const ids = prepared!.context!.map(({ id }) => id);
      expect(ids.includes('t-1')).toBe(ids.includes('t-2'));
    }
  });
  it('takes pieces from sources, and names one that throws or is late', async () => {
    const sources = [
      source('library', () => Promise.resolve([note('doc', `${question} In Oslo.`), note('t-3', 'known already')])),
      source('broken', () => Promise.reject(new Error('no disk'))),
      source('slow', () => new Promise(() => undefined)),
    ];
    const tier = new CetTier(model, { ...options, sources, sourceTimeoutMs: 5 });
    const { prepared, evidence } = await tier.consider(turnOf(lines));
    expect(prepared!.choices!.filter(({ id }) => id === 't-3')).toHaveLength(1);
    expect(prepared!.choices!.map(({ id }) => id)).toContain('doc');
    const said = evidence.map(({ what }) => what).join('\n');
    expect(said).toContain('broken failed: no disk');
    expect(said).toContain('slow gave nothing within 5 ms');
  });
  it('counts a huge message and leaves it out, with the reason', async () => {
    const parts: Part[] = [{ kind: 'text', text: 'word '.repeat(5000), provenance: 'caller' }];
    const turn = turnOf([
      ['user', 'a'],
      ['assistant', 'b'],
    ]);
    const huge = { ...turn.history[0]!, id: 'huge', parts };
    const { prepared } = await new CetTier(null, options).consider({ ...turn, history: [huge, ...turn.history] });
    expect(prepared!.choices![0]).toMatchObject({ id: 'huge', chosen: false });
    expect(prepared!.choices![0]!.reason).toContain('larger than the whole budget');
    expect(prepared!.context).toHaveLength(2);
  });
});
