import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silent } from '../../../../../engine/core/progress.ts';
import { benchContext } from '../../../../../training/bench/context/context.ts';
import type { BenchOptions } from '../../../../../training/bench/report.ts';
import { smallContext } from '../../../../support/context-desk.ts';
import { writeContextFiles } from '../../../../support/context-files.ts';

let folder = '';
let queriesFile = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-context-'));
  queriesFile = await writeContextFiles(folder);
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

function optionsOf(more: Partial<BenchOptions>): BenchOptions {
  const files = { train: [queriesFile], val: [], test: [queriesFile], processes: [] };
  return { ...files, seeds: [1], alpha: 0.05, delta: 0.1, progress: silent, ...more };
}

describe('benchContext', () => {
  it('reports every figure for the model and its floors, and the model beats recency', async () => {
    const report = await benchContext(optionsOf({ seeds: [1, 2] }), { parameters: smallContext });
    const [result] = report.results;
    expect(report).toMatchObject({ subject: 'context', seeds: [1, 2], train: { n: 18 } });
    expect(Object.keys(result!)).toEqual(
      expect.arrayContaining([
        'evidenceRecallAt',
        'ndcg10',
        'evidenceRecallAtTokens',
        'perCategory',
        'baselines',
        'latencyMs',
      ]),
    );
    const baselines = result!.baselines as Record<string, { evidenceRecallAt: { '1': number } }>;
    expect(Object.keys(baselines)).toEqual([
      'random',
      'recency',
      'bm25',
      'bm25Neighbours',
      'fusion',
      'logistic',
      'boosted',
      'boostedByPrice',
    ]);
    expect(Object.keys(result!.latencyMs as object)).toEqual(
      expect.arrayContaining(['p50', 'among100', 'among1000', 'among10000', 'encodeTurn']),
    );
    expect(result!.tokensFor90).toBeLessThan(result!.allTokens as number);
    const recall = (result!.evidenceRecallAt as { '1': number })['1'];
    expect(recall).toBeGreaterThan(baselines['recency']!.evidenceRecallAt['1']);
    expect(result!.n).toBe(3);
  });
  it('leaves each conversation out once with folds', async () => {
    const report = await benchContext(optionsOf({ folds: 2, test: [] }), { parameters: smallContext });
    expect(report.results.map(({ n }) => n)).toEqual([24]);
    expect(report.train.n).toBe(12);
  });
  it('carves conversations out with a holdout', async () => {
    const report = await benchContext(optionsOf({ holdout: 40, test: [] }), { parameters: smallContext });
    const held = report.results[0]?.n ?? 0;
    expect(held).toBeGreaterThan(0);
    expect(held % 3).toBe(0);
    expect(report.train.n + held).toBe(18);
  });
});
