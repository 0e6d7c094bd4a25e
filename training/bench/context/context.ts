import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Candidate } from '../../../engine/core/candidate-source.ts';
import { hashFraction } from '../../../engine/core/hash.ts';
import { CetModel, type CetOptions } from '../../../models/cet/model.ts';
import { readContextQueries, type ContextQuery } from './data.ts';
import { bm25, fused, recency, shuffled, tunedNeighbours } from './floors.ts';
import { meanTokens, measure, tokensFor, type Scorer, type ScoreKind } from './measure.ts';
import { fitRerankers } from './rerankers.ts';
import { quantiles } from '../coverage.ts';
import { carve, refuseOverlap, rowsOfSplit } from '../records.ts';
import type { BenchOptions, BenchReport, BenchResult, TrainCost } from '../report.ts';
import { spreadOf } from '../spread.ts';

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

/** Numbers of candidates among which questions are timed, and how many questions. */
const crowds = [
  { candidates: 100, queries: 200 },
  { candidates: 1000, queries: 200 },
  { candidates: 10_000, queries: 20 },
] as const;
/** Turns whose first reading is timed, one at a time as they arrive. */
const timedTurns = 200;
/** Share of the evidence for which the tokens are counted. */
const wantedShare = 0.9;

/**
 * `thought-engine bench context`: which turns of a long conversation answer a question; one result per test file.
 * One model learns from all train files together. Without `--val` train chooses the floors' reach (the model itself
 * chooses nothing on val). With `--folds N` every file is taken whole, whatever its split marks, and each conversation
 * is measured by a model that saw none of its questions.
 */
export async function benchContext(options: BenchOptions, model: CetOptions = {}): Promise<BenchReport> {
  const runs = await planRuns(options);
  const floors = runs.map((run) => floorsOf(run, options));
  const perSeed: BenchResult[][] = [];
  const costs: TrainCost[] = [];
  for (const [index, seed] of options.seeds.entries()) {
    options.progress({ stage: 'bench context', done: index, total: options.seeds.length, note: `seed ${seed}` });
    const scores = new Map<ContextQuery, readonly number[]>();
    const times: Times = { questions: [], crowds: new Map(), turns: [] };
    for (const run of runs) costs.push(await fitAndScore(run, seed, { options, model, scores, times }));
    perSeed.push(resultsOf(runs, scores, times, floors));
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
  readonly times: Times;
}

/** Milliseconds. */
interface Times {
  /** Per question, candidates read before. */
  readonly questions: number[];
  /** The same by number of candidates. */
  readonly crowds: Map<number, number[]>;
  /** To read and encode a turn that arrives. */
  readonly turns: number[];
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
      scored.times.questions.push(performance.now() - started);
      scored.scores.set(query, prediction!.scores);
      options.progress({ stage: 'bench context: measure', done: index + 1, total: queries.length });
      await nextTurn();
    }
    for (const crowd of crowds) await timeMany(model, queries, crowd, scored.times.crowds);
    await timeTurns(model, queries, scored.times.turns);
    return cost;
  } finally {
    await model.dispose();
  }
}

/** Times questions among many candidates, made of the test conversations one after the other, as often as it takes. */
async function timeMany(
  model: CetModel,
  queries: readonly ContextQuery[],
  crowd: (typeof crowds)[number],
  into: Map<number, number[]>,
): Promise<void> {
  const all = [...new Set(queries.map(({ example }) => example.input.candidates))].flat();
  if (all.length === 0) return;
  const candidates = Array.from({ length: crowd.candidates }, (_, place): Candidate => ({
    ...all[place % all.length]!,
    id: String(place),
  }));
  await model.remember(candidates);
  const times = into.get(crowd.candidates) ?? [];
  into.set(crowd.candidates, times);
  for (const { example } of queries.slice(0, crowd.queries)) {
    const started = performance.now();
    await model.predict([{ query: example.input.query, candidates }]);
    times.push(performance.now() - started);
  }
}

/** Times turns that were not read before: each as it stands, with a mark that makes it new. */
async function timeTurns(model: CetModel, queries: readonly ContextQuery[], into: number[]): Promise<void> {
  const all = [...new Set(queries.map(({ example }) => example.input.candidates))].flat();
  for (const [at, candidate] of all.slice(0, timedTurns).entries()) {
    const started = performance.now();
    await model.remember([{ ...candidate, text: `${candidate.text} (${at})` }]);
    into.push(performance.now() - started);
  }
}

interface Floors {
  readonly logistic: Scorer;
  readonly boosted: Scorer;
}

function floorsOf({ train }: Run, { seeds, progress }: BenchOptions): Floors {
  progress({ stage: 'bench context: rerankers', done: 0, total: null });
  return fitRerankers(train, seeds[0] ?? 1);
}

function resultsOf(
  runs: readonly Run[],
  scores: ReadonlyMap<ContextQuery, readonly number[]>,
  times: Times,
  floors: readonly Floors[],
): BenchResult[] {
  const paths = [...new Set(runs.flatMap(({ tests }) => tests.map(({ path }) => path)))];
  const among = Object.fromEntries([...times.crowds].map(([count, own]) => [`among${count}`, quantiles(own)]));
  return paths.map((path) => {
    const runOf = new Map<ContextQuery, number>();
    for (const [at, { tests }] of runs.entries()) {
      for (const test of tests) if (test.path === path) for (const query of test.queries) runOf.set(query, at);
    }
    const queries = [...runOf.keys()];
    const learned =
      (name: keyof Floors): Scorer =>
      (query) =>
        floors[runOf.get(query) ?? 0]![name](query);
    const neighbours = tunedNeighbours([...new Set(runs.flatMap(({ val }) => likeThese(val, queries)))]);
    const own: Scorer = (query) => scores.get(query) ?? [];
    const full = (scorer: Scorer, kind: ScoreKind = 'order') => ({
      ...measure(queries, scorer, kind),
      tokensFor90: tokensFor(wantedShare, queries, scorer, kind),
    });
    return {
      file: path,
      ...full(own, 'odds'),
      allTokens: meanTokens(queries),
      baselines: {
        random: full(shuffled(1)),
        recency: full(recency),
        bm25: full(bm25()),
        bm25Neighbours: { ...full(neighbours.scorer), chosen: neighbours.chosen },
        fusion: full(fused([bm25(), neighbours.scorer, bm25({ stemmed: false })])),
        logistic: full(learned('logistic')),
        boosted: full(learned('boosted')),
        boostedByPrice: full(learned('boosted'), 'odds'),
      },
      latencyMs: { ...quantiles(times.questions), ...among, encodeTurn: quantiles(times.turns) },
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
