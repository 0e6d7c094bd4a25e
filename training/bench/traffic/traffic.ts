import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../engine/core/clock.ts';
import type { DtrExample } from '../../../models/dtr/example.ts';
import { DtrModel } from '../../../models/dtr/model.ts';
import { destinedFigures, fitDestined } from './destined.ts';
import type { BenchOptions, BenchReport, BenchResult } from '../report.ts';
import { spreadOf } from '../spread.ts';
import type { TrafficData, TrafficRow } from './data.ts';
import { corpusBeside, corpusRows, exampleOf, readTraffic } from './data.ts';
import type { Called } from './figures.ts';
import { callAll, classFigures, coverageFigures } from './figures.ts';
import { latencyFigures } from './speed.ts';
import { streamFigures } from './stream.ts';
import { majorityCalls } from '../peers/linear.ts';
import type { Peer } from '../peers/peer.ts';
import { peersHere } from '../peers/peers.ts';
import { certificateFigures, shiftFigures } from './certificates.ts';
import { foldFigures, withCorpus } from './folds.ts';

/** `thought-engine bench traffic`: the tree router on a mixed message stream, one result per test file. */
export async function benchTraffic(options: BenchOptions): Promise<BenchReport> {
  const data = await readTraffic(options);
  const runs: BenchResult[][] = [];
  let seconds = 0;
  let modelBytes = 0;
  let firstVal: readonly Called[] | null = null;
  const { peers, missing } = await peersHere();
  for (const [index, seed] of options.seeds.entries()) {
    options.progress({ stage: 'bench traffic', done: index, total: options.seeds.length, note: `seed ${seed}` });
    const model = new DtrModel();
    const corpus = corpusBeside(data, seed);
    const report = await model.fit(examplesOf(data.train, corpus), { seed, progress: options.progress });
    seconds += report.seconds;
    modelBytes = Math.max(modelBytes, await bytesOf(model));
    const destined = await fitDestined([...data.train, ...corpus], seed);
    const val = callAll(model, data.val);
    const results: BenchResult[] = [];
    for (const { file, rows } of data.tests) {
      const calls = callAll(model, rows);
      results.push({
        file,
        n: rows.length,
        ...classFigures(calls),
        coverageAt: coverageFigures(val, calls, options.delta),
        certificates: certificateFigures(val, calls, options.delta),
        ...latencyFigures(model, rows, systemClock),
        ...destinedFigures(destined, rows, seed),
        floors: await floorFigures(data, corpus, peers, seed, rows),
      });
    }
    runs.push(results);
    firstVal ??= val;
    await model.dispose();
    await destined.dispose();
  }
  const results = data.tests.map((_test, index) => spreadOf(runs.map((run) => run[index] as BenchResult)));
  const folds = options.folds ?? 0;
  if (folds > 1) {
    const { calls, figures } = await foldFigures(data, folds, peers, options);
    const certificates = shiftFigures(firstVal ?? [], calls, options.delta);
    results.push({ file: `leave source out, ${folds} folds`, ...figures, certificates });
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
    ...(missing.length === 0 ? {} : { missing }),
  };
}

function examplesOf(train: readonly TrafficRow[], corpus: readonly TrafficRow[]): DtrExample[] {
  return [...train, ...corpus].map(exampleOf);
}

/** Majority and peers on the same rows; the linear model also with the corpus that the router learns beside train. */
async function floorFigures(
  data: TrafficData,
  corpus: readonly TrafficRow[],
  peers: readonly Peer[],
  seed: number,
  rows: readonly TrafficRow[],
) {
  const brief = (calls: readonly Called[]) => {
    const { accuracy, macroF1, perSlice, proseAsDeterministic } = classFigures(calls);
    return { accuracy, macroF1, perSlice, proseAsDeterministic };
  };
  const figures: Record<string, unknown> = { majority: brief(majorityCalls(data.train, rows)) };
  for (const peer of peers) {
    const { calls, trainSeconds, usPerMessage } = await peer.run(data.train, rows, seed);
    figures[peer.name] = { ...brief(calls), trainSeconds, usPerMessage };
    if (peer.name !== 'linear') continue;
    figures[withCorpus(peer)] = brief((await peer.run([...data.train, ...corpus], rows, seed)).calls);
  }
  return figures;
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
