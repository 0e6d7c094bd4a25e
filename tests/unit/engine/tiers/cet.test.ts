import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Candidate, CandidateSource } from '../../../../engine/core/candidate-source.ts';
import { contextFetch } from '../../../../engine/core/context-fetch.ts';
import { textOf, type Message, type Part } from '../../../../engine/core/message.ts';
import type { Turn } from '../../../../engine/core/turn.ts';
import { stableStart } from '../../../../engine/tiers/context-pieces.ts';
import { promptMessages } from '../../../../engine/tiers/context-prompt.ts';
import { CetTier } from '../../../../engine/tiers/cet.ts';
import { roughTokens } from '../../../../models/cet/candidate.ts';
import { CetModel } from '../../../../models/cet/model.ts';
import { openTokenizer } from '../../../../models/text/tokenizer.ts';
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
  const options = { modelId: 'abc', contextTokens: 100, modelTimeoutMs: 10_000 };
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
    expect(prepared!.context!.reduce((sum, { text }) => sum + roughTokens(text), 0)).toBeLessThanOrEqual(100);
    expect(reason).toContain('by the context model');
    expect(by).toBe('abc');
  });
  it('names the signals that spoke for a piece where somebody asks why, and chooses the same', async () => {
    const tier = new CetTier(model, options);
    const quiet = (await tier.consider(turnOf(lines))).prepared!.choices!;
    const told = (await tier.consider({ ...turnOf(lines), explains: true })).prepared!.choices!;
    const answer = example!.evidence[0]!.replace('talk-0', 't');
    expect(told.find(({ id }) => id === answer)?.reason).toMatch(/; for it: .*(?:neighbours|words|question).* \+\d/);
    expect(quiet.some(({ reason }) => reason.includes('for it'))).toBe(false);
    const bare = (choices: typeof quiet) => choices.map((choice) => ({ ...choice, reason: '' }));
    expect(bare(told)).toEqual(bare(quiet));
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
      { ...source('behind', () => Promise.resolve([])), trouble: () => 'not all of it is findable' },
    ];
    const tier = new CetTier(model, { ...options, sources, sourceTimeoutMs: 5 });
    const { prepared, evidence } = await tier.consider(turnOf(lines));
    expect(prepared!.choices!.filter(({ id }) => id === 't-3')).toHaveLength(1);
    expect(prepared!.choices!.map(({ id }) => id)).toContain('doc');
    const said = evidence.map(({ what }) => what).join('\n');
    expect(said).toContain('broken failed: no disk');
    expect(said).toContain('slow gave nothing within 5 ms');
    expect(said).toContain('behind: not all of it is findable');
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
  it('never exceeds the budget by the own tokenizer of the model, heading, marks and pieces from outside included', async () => {
    const tokenizer = await openTokenizer('gpt-4o');
    const text = fc.oneof(fc.lorem({ maxCount: 40 }), fc.string({ maxLength: 200 }), fc.string({ unit: 'grapheme' }));
    const table = '| item | price |\n|------|-------|\n| kayak | 7 |\n| glider | 9 |';
    const lines = fc.array(fc.tuple(fc.constantFrom('user' as const, 'assistant' as const), text), { maxLength: 20 });
    const outside = fc.array(fc.oneof(text, fc.constant(table)), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(lines, outside, fc.integer({ min: 0, max: 400 }), async (given, documents, contextTokens) => {
        const found = documents.map((document, at) => ({ ...note(`doc-${at}`, document), place: 'a book, page 3' }));
        const sources = [source('library', () => Promise.resolve(found))];
        const tier = new CetTier(null, {
          modelId: '',
          contextTokens,
          tokenizer,
          sources,
          sourceTimeoutMs: 5000,
          summaryTokens: 40,
        });
        const turn = turnOf(given);
        const { prepared } = await tier.consider(turn);
        const shown = promptMessages({ ...turn, prepared: prepared! }).slice(0, -1);
        const tokens = shown.reduce((sum, message) => sum + tokenizer.count(textOf(message)) + 3, 0);
        expect(tokens).toBeLessThanOrEqual(contextTokens);
      }),
      { numRuns: 60 },
    );
  });
  it('tells what stays out in an extract where some of the budget is set aside for it', async () => {
    const tier = new CetTier(null, { modelId: '', contextTokens: 160, summaryTokens: 50 });
    const turn = turnOf(lines);
    const { prepared } = await tier.consider(turn);
    const piece = prepared!.context!.find(({ kind }) => kind === 'summary')!;
    expect(piece.id).toBe('t-60/summary');
    expect(lines.map(([, text]) => text).join(' ')).toContain(piece.text.split(' ... ')[0]);
    const shown = promptMessages({ ...turn, prepared: prepared! }).slice(0, -1);
    expect(textOf(shown.at(-1)!)).toContain('[summary: of what is left out] ');
    expect(shown.reduce((sum, message) => sum + roughTokens(textOf(message)) + 3, 0)).toBeLessThanOrEqual(160);
    expect(prepared!.choices!.find(({ id }) => id === piece.id)!.tokens).toBeLessThanOrEqual(50);
  });
  it('keeps instructions whole where they alone exceed the budget, and says so', async () => {
    const tier = new CetTier(model, { ...options, contextTokens: 5 });
    const { prepared, reason } = await tier.consider(turnOf(lines, question, [system]));
    expect(prepared!.context!.map(({ id }) => id)).toEqual(['system']);
    expect(reason).toContain('instructions alone take');
  });
  it('answers within a budget that is smaller than the newest turn', async () => {
    const long = 'The kayak is at the shop. '.repeat(40);
    const tier = new CetTier(null, { ...options, contextTokens: 60 });
    const { prepared } = await tier.consider(turnOf([...lines, ['assistant', long]], 'Where is the kayak?'));
    const newest = prepared!.choices!.at(-1)!;
    expect(newest.tokens).toBeLessThanOrEqual(60);
    expect(newest.reason).toMatch(/always in, cut to what matters most/);
    expect(prepared!.context!.find(({ id }) => id === newest.id)!.form).toBe('short');
  });
  it('takes nothing where there is nothing, and passes over empty texts', async () => {
    const sources = [source('empty', () => Promise.resolve([note('a', ''), note('b', '  \n')]))];
    const { prepared } = await new CetTier(model, { ...options, sources }).consider(turnOf([], ''));
    expect(prepared).toEqual({ context: [], choices: [] });
    const some = await new CetTier(model, { ...options, sources }).consider(turnOf([...lines, ['user', '']], ''));
    expect(some.prepared!.context!.map(({ id }) => id)).not.toContain('a');
  });
  it('answers within the budget among 100,000 pieces, and counts what it did not read', async () => {
    const many = Array.from({ length: 100_000 }, (_, at) => note(`n${at}`, at === 777 ? question : `entry ${at}`));
    const sources = [source('flood', () => Promise.resolve(many))];
    const tier = new CetTier(null, { ...options, sources });
    const { prepared, evidence } = await tier.consider(turnOf(lines));
    expect(prepared!.context!.map(({ id }) => id)).toContain('n777');
    expect(evidence.map(({ what }) => what).join()).toContain('share too little to be scored');
    const long = Array.from({ length: 5000 }, (_, at): Line => ['user', `entry ${at}`]);
    const read = await new CetTier(null, options).consider(turnOf(long));
    expect(read.reason).toContain('1000 oldest messages are not read');
    expect(read.prepared!.context!.at(-1)!.id).toBe('t-4999');
  });
  it('does not wait for a model that takes too long', async () => {
    const slow = new CetModel();
    slow.predict = () => new Promise(() => undefined);
    const { reason, prepared } = await new CetTier(slow, { ...options, modelTimeoutMs: 5 }).consider(turnOf(lines));
    expect(reason).toContain('no scores within 5 ms');
    expect(prepared!.context!.length).toBeGreaterThan(3);
  });
  it('shows data shorter where it says the same, and holds back by a handle what can be fetched', async () => {
    const rows = Array.from({ length: 80 }, (_, at) => ({ item: `thing ${at}`, price: at }));
    const turn = turnOf([
      ['user', 'stock?'],
      ['call', 'stock.read', {}],
      ['tool', JSON.stringify(rows, null, 2)],
      ...lines,
    ]);
    const tools = [{ name: contextFetch, parameters: {} }];
    const seen = async (given: Turn, contextTokens: number, shortens = true) => {
      const tier = new CetTier(null, { modelId: '', contextTokens, shortens, newest: 62 });
      const { prepared } = await tier.consider({ ...given });
      return prepared!.context!.find(({ id }) => id === 't-2') ?? null;
    };
    const others = lines.reduce((sum, [, text]) => sum + roughTokens(text) + 4, 0);
    const all = (await seen(turn, others + 400))!;
    expect(all.text).toMatch(/^item,price\nthing 0,0\n/);
    expect(all.form).toBe('short');
    expect(await seen(turn, others + 60)).toBeNull();
    const held = await seen({ ...turn, tools }, others + 60);
    expect(held).toMatchObject({ form: 'handle' });
    expect(held!.text).toMatch(/held back: .* 81 lines.*fetch it by id t-2/);
    expect(await seen({ ...turn, tools }, others + 60, false)).toBeNull();
  });
  it('shows the beginning of a result that is larger than the whole budget, and how to fetch the rest', async () => {
    const turn = turnOf([
      ['user', 'stock?'],
      ['call', 'stock.read', {}],
      ['tool', 'thing 12\n'.repeat(500)],
    ]);
    const message = turn.history.at(-1)!;
    const open = {
      ...turn,
      message,
      history: turn.history.slice(0, -1),
      tools: [{ name: contextFetch, parameters: {} }],
    };
    const { prepared } = await new CetTier(null, options).consider(open);
    expect(prepared!.context).toMatchObject([{ id: 't-2', form: 'handle' }]);
    expect(prepared!.context![0]!.text).toMatch(/^thing 12\n[\s\S]*fetch it by id t-2\]$/);
    expect(roughTokens(prepared!.context![0]!.text)).toBeLessThan(100);
  });
  it('keeps what was in before against pieces that are hardly better', async () => {
    const even = Array.from({ length: 40 }, (_, at): Line => ['user', `thing ${at} of the list`]);
    const ids = async (stickiness: number): Promise<string[]> => {
      const tier = new CetTier(null, { ...options, stickiness, newest: 0 });
      await tier.consider({ ...turnOf(even.slice(0, 30), 'thing 3 and thing 5?') });
      const second = await tier.consider(turnOf(even, 'thing of the list'));
      return second.prepared!.context!.map(({ id }) => id);
    };
    expect(await ids(0)).not.toContain('t-3');
    expect(await ids(2)).toContain('t-3');
  });
  it('begins the prompt like the one before, and quotes what it chose of the rest beside the open message', async () => {
    const tier = new CetTier(null, { modelId: '', contextTokens: 400, newest: 2 });
    const talkOf = (count: number): Line[] =>
      Array.from({ length: count }, (_, at): Line => [at % 2 === 0 ? 'user' : 'assistant', `thing ${at} is here`]);
    let same = 0;
    let before: readonly string[] = [];
    for (let count = 80; count < 120; count += 2) {
      const turn = turnOf(talkOf(count), 'Where is thing 7?', [system]);
      const { prepared } = await tier.consider(turn);
      const shown = promptMessages({ ...turn, prepared: prepared! });
      const kept = shown.filter(({ id }) => id !== system.id && !id.endsWith('/context')).map(({ id }) => id);
      // What stands as it is, is the end of the conversation without a gap.
      expect(kept).toEqual(
        turn.history
          .slice(turn.history.length - kept.length + 1)
          .map(({ id }) => id)
          .concat(turn.message.id),
      );
      if (kept[0] === before[0]) same += 1;
      before = kept;
      expect(shown[0]!.id).toBe(system.id);
      expect(textOf(shown.at(-2)!)).toContain('[turn: assistant] thing 7 is here');
    }
    expect(same).toBeGreaterThan(8);
  });
  it('parts no call from its results where the kept end begins', () => {
    const { messages } = talk('t', [
      ['user', 'a'],
      ['call', 'x', {}],
      ['tool', 'b'],
      ['tool', 'c'],
      ['assistant', 'd'],
    ]);
    expect(stableStart(messages, [10, 10, 10, 10, 10], 64)).toBe(4);
    expect(stableStart(messages, [10, 10, 10, 10, 10], 80)).toBe(1);
    expect(stableStart([], [], 100)).toBe(0);
  });
});
