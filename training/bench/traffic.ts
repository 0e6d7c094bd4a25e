import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../engine/core/clock.ts';
import { hashFraction } from '../../engine/core/hash.ts';
import type { DtrExample } from '../../models/dtr/example.ts';
import { DtrModel } from '../../models/dtr/model.ts';
import type { BenchOptions, BenchReport, BenchResult } from './report.ts';
import { spreadOf } from './spread.ts';
import type { TrafficData, TrafficRow } from './traffic-data.ts';
import { corpusBeside, corpusRows, exampleOf, readTraffic } from './traffic-data.ts';
import type { Called } from './traffic-figures.ts';
import { callAll, classFigures, coverageFigures, round, share } from './traffic-figures.ts';
import { latencyFigures } from './traffic-speed.ts';
import { streamFigures } from './traffic-stream.ts';
import { linearCalls, majorityCalls } from './traffic-floors.ts';

/** `thought-engine bench traffic`: the tree router on a mixed message stream, one result per test file. */
export async function benchTraffic(options: BenchOptions): Promise<BenchReport> {
  const data = await readTraffic(options);
  const runs: BenchResult[][] = [];
  let seconds = 0;
  let modelBytes = 0;
  for (const [index, seed] of options.seeds.entries()) {
    options.progress({ stage: 'bench traffic', done: index, total: options.seeds.length, note: `seed ${seed}` });
    const model = new DtrModel();
    const corpus = corpusBeside(data, seed);
    const report = await model.fit(examplesOf(data.train, corpus), { seed, progress: options.progress });
    seconds += report.seconds;
    modelBytes = Math.max(modelBytes, await bytesOf(model));
    const val = callAll(model, data.val);
    runs.push(
      data.tests.map(({ file, rows }) => {
        const calls = callAll(model, rows);
        return {
          file,
          n: rows.length,
          ...classFigures(calls),
          coverageAt: coverageFigures(val, calls, options.delta),
          ...latencyFigures(model, rows, systemClock),
          floors: floorFigures(data, corpus, seed, rows),
        };
      }),
    );
    await model.dispose();
  }
  const results = data.tests.map((_test, index) => spreadOf(runs.map((run) => run[index] as BenchResult)));
  const folds = options.folds ?? 0;
  if (folds > 1) {
    const leaveSourceOut = await foldFigures(data, folds, options);
    results.push({ file: `leave source out, ${folds} folds`, ...leaveSourceOut });
  }
  if (options.stream === true) results.push(...(await streamFigures(data, options)));
  return {
    subject: 'traffic',
    seeds: options.seeds,
    train: {
      n: data.train.length + corpusRows,
      seconds: seconds / Math.max(options.seeds.length, 1),
      peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
      modelBytes,
    },
    results,
  };
}

function examplesOf(train: readonly TrafficRow[], corpus: readonly TrafficRow[]): DtrExample[] {
  return [...train, ...corpus].map(exampleOf);
}

function floorFigures(data: TrafficData, corpus: readonly TrafficRow[], seed: number, rows: readonly TrafficRow[]) {
  const brief = ({ accuracy, macroF1, perSlice, proseAsDeterministic }: ReturnType<typeof classFigures>) => ({
    accuracy,
    macroF1,
    perSlice,
    proseAsDeterministic,
  });
  return {
    majority: brief(classFigures(majorityCalls(data.train, rows))),
    linear: brief(classFigures(linearCalls(data.train, seed, rows))),
    linearWithCorpus: brief(classFigures(linearCalls([...data.train, ...corpus], seed, rows))),
  };
}

/** Trains without the sources of each fold and tests on them; only rows whose subtype stays represented count. */
async function foldFigures(data: TrafficData, folds: number, options: BenchOptions) {
  const rows = [...data.train, ...data.val];
  const seed = options.seeds[0] ?? 1;
  const corpus = corpusBeside(data, seed);
  const foldOf = (row: TrafficRow): number => Math.floor(hashFraction(`fold ${row.source}`) * folds);
  const perSource: Record<string, { n: number; accuracy: number; linear: number; linearWithCorpus: number }> = {};
  for (let fold = 0; fold < folds; fold += 1) {
    options.progress({ stage: 'leave source out', done: fold, total: folds });
    const train = rows.filter((row) => foldOf(row) !== fold);
    const known = new Set(train.map((row) => row.subtype));
    const test = rows.filter((row) => foldOf(row) === fold && known.has(row.subtype));
    if (test.length === 0) continue;
    const model = new DtrModel();
    await model.fit(examplesOf(train, corpus), { seed });
    const answers = {
      accuracy: callAll(model, test),
      linear: linearCalls(train, seed, test),
      linearWithCorpus: linearCalls([...train, ...corpus], seed, test),
    };
    await model.dispose();
    for (const source of new Set(test.map((row) => row.source))) {
      const rate = (calls: readonly Called[]): number => {
        const own = calls.filter((call) => call.row.source === source);
        return share(own.filter((call) => call.class === call.row.class).length, own.length);
      };
      perSource[source] = {
        n: test.filter((row) => row.source === source).length,
        accuracy: rate(answers.accuracy),
        linear: rate(answers.linear),
        linearWithCorpus: rate(answers.linearWithCorpus),
      };
    }
  }
  const sources = Object.values(perSource);
  const n = sources.reduce((sum, one) => sum + one.n, 0);
  type Rate = 'accuracy' | 'linear' | 'linearWithCorpus';
  const summary = (rate: Rate) => ({
    accuracy: round(sources.reduce((sum, one) => sum + one.n * one[rate], 0) / Math.max(n, 1)),
    meanOverSources: round(sources.reduce((sum, one) => sum + one[rate], 0) / Math.max(sources.length, 1)),
  });
  const floors = { linear: summary('linear'), linearWithCorpus: summary('linearWithCorpus') };
  return { n, ...summary('accuracy'), floors, perSource };
}

async function bytesOf(model: DtrModel): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'thought-engine-bench-'));
  try {
    const names = await model.save(folder);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
    return sizes.reduce((sum, size) => sum + size, 0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
