import { LppmModel } from '../../../models/lppm/model.ts';
import { quantiles } from '../coverage.ts';
import { callAll, exampleOf, inputOf, readIntentData, type IntentData } from './data.ts';
import { intentFigures } from './figures.ts';
import { intentFloors } from './floors.ts';
import { fewShots, growthCurve } from './growth.ts';
import { labelledUtterance, labelSetFigures, LabelTagger } from './labels.ts';
import type { BenchOptions, BenchReport, BenchResult, TrainCost } from '../report.ts';
import type { BenchRecord } from '../records.ts';
import { spreadOf } from '../spread.ts';

/** `thought-engine bench intent`: which intent an utterance has, or none of them; one result per test file. */
export async function benchIntent(options: BenchOptions): Promise<BenchReport> {
  const data = await readIntentData(options);
  const isMultiLabel = data.train.some(({ labels }) => Array.isArray(labels));
  const runs: BenchResult[][] = [];
  const costs: TrainCost[] = [];
  for (const [index, seed] of options.seeds.entries()) {
    options.progress({ stage: 'bench intent', done: index, total: options.seeds.length, note: `seed ${seed}` });
    const { results, cost } = isMultiLabel
      ? multiLabelRun(data, seed)
      : await singleLabelRun(data, seed, options, index === 0);
    runs.push(results);
    costs.push(cost);
  }
  const mean = (pick: (cost: TrainCost) => number): number =>
    costs.reduce((sum, cost) => sum + pick(cost), 0) / costs.length;
  const first = costs[0] as TrainCost;
  return {
    subject: 'intent',
    seeds: options.seeds,
    train: { ...first, seconds: mean(({ seconds }) => seconds), modelBytes: mean(({ modelBytes }) => modelBytes) },
    results: (runs[0] ?? []).map((_, test) => spreadOf(runs.map((run) => run[test] as BenchResult))),
  };
}

async function singleLabelRun(
  data: IntentData,
  seed: number,
  options: BenchOptions,
  withFloors: boolean,
): Promise<{ results: BenchResult[]; cost: TrainCost }> {
  const model = new LppmModel();
  const examples = data.train.map(exampleOf);
  const fitOptions = { seed, calibration: data.val.map(exampleOf), progress: options.progress };
  const device = options.device === undefined ? {} : { device: options.device };
  const { seconds } = await model.fit(examples, { ...fitOptions, ...device });
  const val = await callAll(model, data.val);
  const strangers = await callAll(model, data.strangers);
  const results: BenchResult[] = [];
  for (const { path, rows } of data.tests) {
    const test = await callAll(model, rows);
    const growth = options.growth ?? [];
    const shots = options.shots ?? [];
    results.push({
      file: path,
      n: rows.length,
      ...intentFigures(val, strangers, test, options.delta),
      ...(await speedOf(model, rows)),
      ...(growth.length === 0 ? {} : { growth: await growthCurve(data, rows, growth, seed, options.delta) }),
      ...(shots.length === 0 ? {} : { fewShots: await fewShots(data, rows, shots, seed) }),
      ...(withFloors ? { floors: await intentFloors(data, rows, fitOptions, options) } : {}),
    });
  }
  const cost = {
    n: examples.length,
    seconds,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    modelBytes: model.bytes,
  };
  await model.dispose();
  return { results, cost };
}

async function speedOf(model: LppmModel, rows: readonly BenchRecord[]): Promise<Record<string, unknown>> {
  const inputs = rows.slice(0, 2000).map(inputOf);
  const durations: number[] = [];
  for (const input of inputs) {
    const started = performance.now();
    await model.predict([input]);
    durations.push(performance.now() - started);
  }
  const started = performance.now();
  await model.predict(inputs);
  const messagesPerSecond = inputs.length / ((performance.now() - started) / 1000);
  return { latencyMs: quantiles(durations), messagesPerSecond };
}

function multiLabelRun(data: IntentData, seed: number): { results: BenchResult[]; cost: TrainCost } {
  const started = performance.now();
  const train = data.train.map(labelledUtterance);
  const tagger = new LabelTagger(train, seed);
  tagger.choose(data.val.map(labelledUtterance));
  const seconds = (performance.now() - started) / 1000;
  const counts = new Map<string, number>();
  for (const { labels } of train) {
    const key = [...labels].sort().join(' ');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const most = ([...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '').split(' ').filter(Boolean);
  const results = data.tests.map(({ path, rows }): BenchResult => {
    const truth = rows.map(labelledUtterance);
    const durations: number[] = [];
    const tagged = truth.map(({ text }) => {
      const before = performance.now();
      const labels = tagger.tag(text);
      durations.push(performance.now() - before);
      return labels;
    });
    const total = durations.reduce((sum, duration) => sum + duration, 0);
    return {
      file: path,
      n: rows.length,
      ...labelSetFigures(truth, tagged),
      latencyMs: quantiles(durations),
      messagesPerSecond: (rows.length / total) * 1000,
      floors: {
        majority: labelSetFigures(
          truth,
          truth.map(() => most),
        ),
      },
    };
  });
  const cost = { n: train.length, seconds, peakRssMb: process.resourceUsage().maxRSS / 1024, modelBytes: tagger.bytes };
  return { results, cost };
}
