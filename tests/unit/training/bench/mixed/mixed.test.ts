import { describe, expect, it } from 'vitest';
import { baseCorpus } from '../../../../../datasets/sample/base-corpus.ts';
import { seededRandom } from '../../../../../engine/core/random.ts';
import { drawSentence } from '../../../../../models/dtr/mixed/instruction-draw.ts';
import { seedSentences } from '../../../../../models/dtr/mixed/instruction-seeds.ts';
import type { DtrPrediction } from '../../../../../models/dtr/prediction.ts';
import { judge } from '../../../../../training/bench/mixed/mixed.ts';
import { composeMixed, sentencesOf } from '../../../../../training/bench/mixed/messages.ts';
import { benchSentences } from '../../../../../training/bench/mixed/sentences.ts';

const rows = baseCorpus(3, { rows: 300 }).map((row) => ({ ...row, slice: 'in_distribution' }));
const fold = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z ]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

describe('composed messages', () => {
  const messages = composeMixed(rows, 'test', 1);

  it('are more than a thousand, the same for one seed, of every layout', () => {
    expect(messages.length).toBeGreaterThanOrEqual(1000);
    expect(composeMixed(rows, 'test', 1)).toEqual(messages);
    expect(composeMixed(rows, 'test', 2)).not.toEqual(messages);
    expect(new Set(messages.map(({ layout }) => layout)).size).toBe(10);
  });

  it('tell where their parts stand, and what is right for them', () => {
    for (const { text, parts, payload, class: content, wish } of messages) {
      const told = parts.map(({ role, start, end }) => [role, text.slice(start, end)] as const);
      for (const [, words] of told) expect(words).toBe(words.trim());
      if (content === 'prose') expect(payload).toBeNull();
      else expect(told).toContainEqual(['payload', payload]);
      if (content === 'deterministic') expect(wish).toBe('run');
      if (content === 'fixed') expect(wish).toBe('keep');
    }
  });

  it('use sentences that the router does not learn from, and none twice for choosing and reporting', () => {
    const random = seededRandom(5);
    const known = new Set(Object.values(seedSentences).flat().map(fold));
    for (let count = 0; count < 30_000; count += 1) {
      for (const wish of ['run', 'keep', 'ask'] as const) known.add(fold(drawSentence(wish, random)));
    }
    const all = Object.values(benchSentences).flat();
    expect(all.filter((sentence) => known.has(fold(sentence)))).toEqual([]);
    const test = Object.values(sentencesOf('test')).flat();
    const dev = new Set(Object.values(sentencesOf('dev')).flat());
    expect(test.length).toBeGreaterThan(120);
    expect(test.filter((sentence) => dev.has(sentence))).toEqual([]);
  });

  it('are judged by class, payload, wish and spans', () => {
    const message = messages.find((one) => one.class === 'deterministic' && one.layout === 'line before');
    if (message === undefined) throw new Error('no such message');
    const right = {
      class: 'deterministic',
      payload: message.payload,
      parts: message.parts.map((part) => ({
        ...part,
        class: 'prose',
        ...(part.role === 'payload' ? {} : { wish: 'run' }),
      })),
    } as unknown as DtrPrediction;
    expect(judge(message, right)).toMatchObject({ right: true, wish: true, hits: 2, found: 2, gold: 2 });
    expect(judge(message, { ...right, payload: `${message.payload} x` })).toMatchObject({ right: false });
    expect(judge(message, { ...right, class: 'prose' })).toMatchObject({ right: false });
    expect(judge(message, { ...right, parts: [] })).toMatchObject({ wish: false, hits: 0, gold: 2 });
  });
});
