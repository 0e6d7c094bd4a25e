import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Candidate } from '../../engine/core/candidate-source.ts';
import { hashFraction } from '../../engine/core/hash.ts';
import { CetModel, type CetOptions } from '../../models/cet/model.ts';
import { readContextQueries, type ContextQuery } from './context-data.ts';
import { bm25, recency, tunedNeighbours } from './context-floors.ts';
import { measure } from './context-measure.ts';
import { quantiles } from './coverage.ts';
import { carve, refuseOverlap, rowsOfSplit } from './records.ts';
import type { BenchOptions, BenchReport, BenchResult, TrainCost } from './report.ts';
import { spreadOf } from './spread.ts';

interface TestSet {
  readonly path: string;
  readonly queries: readonly ContextQuery[];
}

/** One fit and what it is measured on. */
interface Run {
  readonly train: readonly ContextQuery[];
  readonly val: readonly ContextQuery[];
  readonly tests: readonly TestSet[];
}

/** Candidates of the latency figure that the design names. */
const manyCandidates = 1000;
const timedQueries = 200;

/**
 * `thought-engine bench context`: which turns of a long conversation answer a question; one result per test file.
 * One model learns from all train files together. Without `--val` train chooses the floors' reach (the model itself
 * chooses nothing on val). With `--folds N` every file is taken whole, whatever its split marks, and each conversation
 * is measured by a model that saw none of its questions.
 */
export async function benchContext(options: BenchOptions, model: CetOptions = {}): Promise<BenchReport> {
  const runs = await planRuns(options);
  const perSeed: BenchResult[][] = [];
  const costs: TrainCost[] = [];
  for (const [index, seed] of options.seeds.entries()) {
    options.progress({ stage: 'bench context', done: index, total: options.seeds.length, note: `seed ${seed}` });
    const scores = new Map<ContextQuery, readonly number[]>();
    const latencies: number[] = [];
    const thousands: number[] = [];
    for (const run of runs) costs.push(await fitAndScore(run, seed, { options, model, scores, latencies, thousands }));
    perSeed.push(resultsOf(runs, scores, { latencies, thousands }));
  }
  const mean = (pick: (cost: TrainCost) => number): number =>
    costs.reduce((sum, cost) => sum + pick(cost), 0) / Math.max(costs.length, 1);
  return {
    subject: 'context',
    seeds: options.seeds,
    train: {
      n: Math.round(mean(({ n }) => n)),
      seconds: mean(({ seconds }) => seconds),
      peakRssMb: Math.max(...costs.map(({ peakRssMb }) => peakRssMb)),
      modelBytes: Math.round(mean(({ modelBytes }) => modelBytes)),
    },
    results: (perSeed[0] ?? []).map((_, test) => spreadOf(perSeed.map((results) => results[test]!))),
  };
}

async function planRuns(options: BenchOptions): Promise<Run[]> {
  if (options.folds !== undefined) return await planFolds(options, options.folds);
  let train = (await readSplit(options.train, 'train')).flatMap(({ queries }) => queries);
  const tests = await readSplit(options.test, 'test');
  if (options.holdout !== undefined) {
    const { kept, carved } = carve(train, options.holdout / 100, ({ example }) => example.conversation);
    train = kept;
    tests.push({ path: `holdout ${options.holdout} %`, queries: carved });
  }
  for (const { queries } of tests) refuseOverlap(train, queries, keyOf);
  const val = (await readSplit(options.val, 'val')).flatMap(({ queries }) => queries);
  return [{ train, val: val.length > 0 ? val : train, tests }];
}

async function planFolds(options: BenchOptions, folds: number): Promise<Run[]> {
  const paths = [...new Set([...options.train, ...options.val, ...options.test])];
  const files: TestSet[] = [];
  for (const path of paths) files.push({ path, queries: await readContextQueries(path) });
  const foldOf = foldsByConversation(
    files.map(({ queries }) => queries),
    folds,
  );
  return Array.from({ length: folds }, (_, fold) => {
    const train = files.flatMap(({ queries }) => queries.filter((query) => foldOf(query) !== fold));
    const tests = files.map(({ path, queries }) => ({ path, queries: queries.filter((one) => foldOf(one) === fold) }));
    return { train, val: train, tests };
  });
}

/** Conversations of each file dealt out in hash order, so that a file of few conversations has some in every fold. */
function foldsByConversation(
  files: readonly (readonly ContextQuery[])[],
  folds: number,
): (query: ContextQuery) => number {
  const fold = new Map<string, number>();
  for (const queries of files) {
    const names = [...new Set(queries.map(({ example }) => example.conversation))];
    names.sort((a, b) => hashFraction(a) - hashFraction(b));
    for (const [place, name] of names.entries()) fold.set(name, place % folds);
  }
  return ({ example }) => fold.get(example.conversation) ?? 0;
}

async function readSplit(paths: readonly string[], split: 'train' | 'val' | 'test'): Promise<TestSet[]> {
  const sets: TestSet[] = [];
  for (const path of paths) {
    const all = await readContextQueries(path);
    const queries = rowsOfSplit(
      all.map((query) => ({ split: query.split, query })),
      split,
    );
    sets.push({ path, queries: queries.map(({ query }) => query as ContextQuery) });
  }
  return sets;
}

function keyOf({ example }: ContextQuery): string {
  return `${example.conversation} ${example.input.query}`;
}

interface Scored {
  readonly options: BenchOptions;
  readonly model: CetOptions;
  readonly scores: Map<ContextQuery, readonly number[]>;
  /** Milliseconds per question, candidates read before. */
  readonly latencies: number[];
  /** The same among 1,000 candidates. */
  readonly thousands: number[];
}

async function fitAndScore(run: Run, seed: number, scored: Scored): Promise<TrainCost> {
  const { options } = scored;
  const device = options.device === undefined ? {} : { device: options.device };
  const model = new CetModel(scored.model);
  try {
    const { seconds } = await model.fit(
      run.train.map(({ example }) => example),
      { seed, progress: options.progress, ...device },
    );
    const cost = {
      n: run.train.length,
      seconds,
      peakRssMb: process.resourceUsage().maxRSS / 1024,
      modelBytes: model.bytes,
    };
    const queries = run.tests.flatMap((test) => test.queries);
    for (const [index, query] of queries.entries()) {
      const { input } = query.example;
      await model.remember(input.candidates);
      const started = performance.now();
      const [prediction] = await model.predict([input]);
      scored.latencies.push(performance.now() - started);
      scored.scores.set(query, prediction!.scores);
      options.progress({ stage: 'bench context: measure', done: index + 1, total: queries.length });
      await nextTurn();
    }
    await timeMany(model, queries, scored.thousands);
    return cost;
  } finally {
    await model.dispose();
  }
}

/** Times questions among 1,000 candidates, made of the test conversations one after the other. */
async function timeMany(model: CetModel, queries: readonly ContextQuery[], into: number[]): Promise<void> {
  const pools = new Set(queries.map(({ example }) => example.input.candidates));
  const all: Candidate[] = [];
  for (const pool of pools) if (all.length < manyCandidates) all.push(...pool);
  if (all.length < manyCandidates) return;
  const candidates = all.slice(0, manyCandidates).map((candidate, place) => ({ ...candidate, id: String(place) }));
  await model.remember(candidates);
  for (const { example } of queries.slice(0, timedQueries)) {
    const started = performance.now();
    await model.predict([{ query: example.input.query, candidates }]);
    into.push(performance.now() - started);
  }
}

function resultsOf(
  runs: readonly Run[],
  scores: ReadonlyMap<ContextQuery, readonly number[]>,
  times: { readonly latencies: readonly number[]; readonly thousands: readonly number[] },
): BenchResult[] {
  const paths = [...new Set(runs.flatMap(({ tests }) => tests.map(({ path }) => path)))];
  const thousand = times.thousands.length === 0 ? {} : { among1000: quantiles(times.thousands) };
  return paths.map((path) => {
    const queries = runs.flatMap(({ tests }) =>
      tests.filter((test) => test.path === path).flatMap((one) => one.queries),
    );
    const neighbours = tunedNeighbours([...new Set(runs.flatMap(({ val }) => likeThese(val, queries)))]);
    return {
      file: path,
      ...measure(queries, (query) => scores.get(query) ?? []),
      baselines: {
        recency: measure(queries, recency),
        bm25: measure(queries, bm25()),
        bm25Neighbours: { ...measure(queries, neighbours.scorer), chosen: neighbours.chosen },
      },
      latencyMs: { ...quantiles(times.latencies), ...thousand },
    };
  });
}

/** Floors are tuned on questions of the same publisher where there are any: LoCoMo's best reach is not QMSum's. */
function likeThese(val: readonly ContextQuery[], queries: readonly ContextQuery[]): readonly ContextQuery[] {
  const source = (query: ContextQuery | undefined): string => /^[^-]*/.exec(query?.id ?? '')?.[0] ?? '';
  const wanted = source(queries[0]);
  const same = val.filter((query) => source(query) === wanted);
  return same.length > 0 ? same : val;
}
