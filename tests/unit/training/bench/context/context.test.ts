import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  benchTime,
  benchTokens,
  readContextQueries,
  type ContextQuery,
} from '../../../../../training/bench/context/data.ts';
import { fused, shuffled } from '../../../../../training/bench/context/floors.ts';
import { meanTokens, measure, measureQuery, tokensFor } from '../../../../../training/bench/context/measure.ts';
import { fitRerankers } from '../../../../../training/bench/context/rerankers.ts';
import { fitBoostedTrees } from '../../../../../training/bench/peers/boosted-trees.ts';
import { seededRandom } from '../../../../../engine/core/random.ts';
import { contextDesk } from '../../../../support/context-desk.ts';
import { writeContextFiles } from '../../../../support/context-files.ts';

let folder = '';
let queriesFile = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-context-'));
  queriesFile = await writeContextFiles(folder);
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

describe('readContextQueries', () => {
  it('joins queries with the turns of the file beside them, packed or not', async () => {
    const [query] = await readContextQueries(queriesFile);
    expect(query?.example.input.candidates).toHaveLength(30);
    expect(query?.example.input.candidates[0]).toMatchObject({ kind: 'turn', speaker: 'Ben' });
  });
  it('names a file that has no conversations beside it', async () => {
    const lonely = join(folder, 'lonely_queries.jsonl');
    await writeFile(lonely, '');
    await expect(readContextQueries(lonely)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
  it('reads times and counts tokens', () => {
    expect(benchTime('1:56 pm on 8 May, 2023')).toBe(Date.UTC(2023, 4, 8, 13, 56));
    expect(benchTime('12:05 am on 9 May, 2023')).toBe(Date.UTC(2023, 4, 9, 0, 5));
    expect(benchTime('some day')).toBeNull();
    expect(benchTokens(' one  two three ')).toBeCloseTo(3.9);
  });
});

describe('measureQuery', () => {
  it('finds evidence at ranks and under budgets', () => {
    const candidates = [100, 300, 100, 600].map((tokens, at) => {
      return { id: `c${at}`, text: '', kind: 'turn' as const, speaker: '', time: null, tokens };
    });
    const example = { input: { query: '', candidates }, evidence: ['c1', 'c2'], conversation: '' };
    const query: ContextQuery = { id: '', split: null, category: null, example };
    const figures = measureQuery(query, [4, 3, 2, 1]);
    expect(figures.evidenceRecallAt).toEqual({ '1': 0, '10': 1, '20': 1 });
    expect(figures.evidenceRecallAtTokens).toEqual({ '256': 0.5, '512': 1, '1024': 1, '2048': 1 });
    const gain = 1 / Math.log2(3) + 1 / Math.log2(4);
    expect(figures.ndcg10).toBeCloseTo(gain / (1 + 1 / Math.log2(3)));
  });
  it('finds the smallest budget for a share of the evidence, and the price of everything', () => {
    const candidates = [100, 300, 100, 600].map((tokens, at) => {
      return { id: `c${at}`, text: '', kind: 'turn' as const, speaker: '', time: null, tokens };
    });
    const example = { input: { query: '', candidates }, evidence: ['c1'], conversation: '' };
    const query: ContextQuery = { id: '', split: null, category: null, example };
    // Budgets grow by a tenth: the first that holds c1 alone is above 300, the first that holds c0 and c1 above 400.
    for (const [scores, least] of [
      [[0, 9, 0, 0], 300],
      [[9, 8, 0, 0], 400],
    ] as const) {
      const tokens = tokensFor(0.9, [query], () => scores)!;
      expect(tokens >= least && tokens < least * 1.1).toBe(true);
    }
    const none = { ...query, example: { ...example, evidence: ['elsewhere'] } };
    expect(tokensFor(0.9, [none], () => [9, 8, 0, 0])).toBeNull();
    expect(meanTokens([query])).toBe(1100);
  });
});

describe('floors', () => {
  const queries = contextDesk(7, 12).map((example, at): ContextQuery => {
    return { id: `q${at}`, split: null, category: null, example };
  });
  const [train, test] = [queries.slice(0, 24), queries.slice(24)];

  it('rerankers learn from the signals and beat the order by chance on conversations that they did not see', () => {
    const { logistic, boosted } = fitRerankers(train, 1);
    const chance = measure(test, shuffled(1)).ndcg10;
    for (const scorer of [logistic, boosted]) expect(measure(test, scorer).ndcg10).toBeGreaterThan(chance + 0.3);
    const again = fitRerankers(train, 1);
    expect(again.boosted(test[0]!)).toEqual(boosted(test[0]!));
  });
  it('fusion ranks what several orders put high above what one of them does', () => {
    const [query] = queries;
    const order = (places: readonly number[]) => () =>
      queries[0]!.example.input.candidates.map((_, at) => -places.indexOf(at));
    const all = queries[0]!.example.input.candidates.map((_, at) => at);
    const scores = Array.from(fused([order(all), order([5, 0, ...all])])(query!));
    expect(scores.indexOf(Math.max(...scores))).toBe(0);
  });
  it('boosted trees learn what no single number tells', () => {
    const random = seededRandom(3);
    const values = Float32Array.from({ length: 2000 }, () => random());
    const labels = Uint8Array.from({ length: 1000 }, (_, row) =>
      Number(values[2 * row]! > 0.5 !== values[2 * row + 1]! > 0.5),
    );
    const scores = fitBoostedTrees({ values, width: 2, labels })(values);
    const right = labels.filter((label, row) => label === Number(scores[row]! > 0)).length;
    expect(right).toBeGreaterThan(950);
  });
});
