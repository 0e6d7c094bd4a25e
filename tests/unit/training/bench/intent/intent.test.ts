import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silent } from '../../../../../engine/core/progress.ts';
import { seededRandom } from '../../../../../engine/core/random.ts';
import { benchIntent } from '../../../../../training/bench/intent/intent.ts';
import type { BenchOptions } from '../../../../../training/bench/report.ts';

const words = {
  weather: ['rain', 'sunny', 'forecast', 'snow'],
  music: ['song', 'play', 'album', 'band'],
  oos: ['quark', 'zebra', 'volcano', 'opera'],
};

function rows(seed: number, split: string, count: number, labels: readonly (keyof typeof words)[]): object[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, row) => {
    const label = labels[row % labels.length] as keyof typeof words;
    const pick = (): string => words[label][Math.floor(random() * 4)] as string;
    const text = `${pick()} ${pick()} number ${split} ${row}`;
    return { text, label, labels: undefined, split };
  });
}

describe('benchIntent', () => {
  let folder = '';
  let file = '';
  let several = '';
  const options = (path: string, more: Partial<BenchOptions> = {}): BenchOptions => {
    const base = { processes: [], seeds: [1], alpha: 0.05, delta: 0.1, progress: silent };
    return { ...base, train: [path], val: [path], test: [path], ...more };
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'intent-'));
    file = join(folder, 'intent.jsonl');
    several = join(folder, 'labels.jsonl');
    const all = (['weather', 'music', 'oos'] as const).slice();
    const single = [...rows(1, 'train', 80, all), ...rows(2, 'val', 60, all), ...rows(3, 'test', 60, all)];
    await writeFile(file, single.map((row) => JSON.stringify(row)).join('\n'));
    const both = rows(4, 'train', 60, ['weather', 'music']).concat(rows(5, 'test', 30, ['weather', 'music']));
    const labelled = both.map((row) => ({ ...row, labels: [(row as { label: string }).label], label: undefined }));
    await writeFile(several, labelled.map((row) => JSON.stringify(row)).join('\n'));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  it('learns from rows in scope alone and reports every field', async () => {
    const report = await benchIntent(options(file));
    expect(report).toMatchObject({ subject: 'intent', seeds: [1], train: { n: 54 } });
    const [result] = report.results;
    expect(result).toMatchObject({ file, n: 60, accuracy: 1, floors: { majority: { accuracy: 0.5 } } });
    expect(result?.oosAuroc).toBeGreaterThan(0.9);
    expect(result?.coverageAt).toHaveLength(4);
    for (const field of ['oosRecallAt95', 'ece', 'latencyMs', 'messagesPerSecond', 'underScopeShare']) {
      expect(result).toHaveProperty(field);
    }
  });

  it('gives mean and spread over seeds, and carves a holdout', async () => {
    const report = await benchIntent(options(file, { test: [], holdout: 20, seeds: [1, 2] }));
    expect(report.results).toHaveLength(1);
    expect(report.results[0]).toHaveProperty('spread');
  });

  it('says what so many answers, and so few examples, are worth', async () => {
    const [result] = (await benchIntent(options(file, { growth: [40, Number.POSITIVE_INFINITY], shots: [6] }))).results;
    const growth = result?.growth as { answers: number; accuracy: number; certified: { coverage: number }[] }[];
    // 54 in train and 40 in val are in scope; 40 rows can certify 10 % at best, and not 1 %
    expect(growth.map(({ answers }) => answers)).toEqual([40, 94]);
    expect(growth.every(({ accuracy }) => accuracy > 0.9)).toBe(true);
    expect(growth[0]?.certified[0]?.coverage).toBe(0);
    expect(growth[1]?.certified[3]?.coverage).toBeGreaterThan(0.3);
    expect(result?.fewShots).toMatchObject([{ shots: 6, accuracy: expect.any(Number), withNames: expect.any(Number) }]);
  });

  it('reports exact match and micro-F1 for rows with several labels', async () => {
    const report = await benchIntent(options(several, { val: [] }));
    expect(report.results[0]).toMatchObject({ exactMatch: 1, microF1: 1 });
  });

  it('refuses a test file that stands in train', async () => {
    const copy = join(folder, 'copy.jsonl');
    await writeFile(copy, JSON.stringify({ text: 'rain rain', label: 'weather' }));
    const given = options(file, { train: [file, copy], test: [copy] });
    await expect(benchIntent(given)).rejects.toMatchObject({ code: 'DATA_OVERLAP' });
  });
});
