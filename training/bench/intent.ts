import { areaUnderRoc, expectedCalibrationError } from '../../models/calibration.ts';
import { utteranceParameters } from '../../models/lppm/fit.ts';
import type { LppmExample, LppmInput } from '../../models/lppm/example.ts';
import { LppmModel } from '../../models/lppm/model.ts';
import { coverageFigures, quantiles, settledAt, type Judged } from './coverage.ts';
import { labelledUtterance, labelSetFigures, LabelTagger } from './intent-labels.ts';
import { carve, readSplit, refuseOverlap, type BenchRecord } from './records.ts';
import type { BenchOptions, BenchReport, BenchResult, TrainCost } from './report.ts';
import { spreadOf } from './spread.ts';

const outOfScope = 'oos';
/** Slice of train that serves as val where no val is given. */
const valShare = 0.1;
/** Shares of out-of-scope traffic for which the error of settled messages is worked out. */
const scopeShares = [0, 0.1, 0.2, 0.3, 0.4, 0.5] as const;

interface Data {
  readonly train: readonly BenchRecord[];
  readonly val: readonly BenchRecord[];
  readonly tests: readonly { readonly path: string; readonly rows: readonly BenchRecord[] }[];
}

/** `thought-engine bench intent`: which intent an utterance has, or none of them; one result per test file. */
export async function benchIntent(options: BenchOptions): Promise<BenchReport> {
  const data = await readData(options);
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

async function readData(options: BenchOptions): Promise<Data> {
  const flat = (files: readonly { readonly rows: readonly BenchRecord[] }[]): BenchRecord[] =>
    files.flatMap(({ rows }) => rows);
  let train = flat(await readSplit(options.train, 'train'));
  const tests = (await readSplit(options.test, 'test')).map(({ path, rows }) => ({ path, rows }));
  if (options.holdout !== undefined) {
    const { kept, carved } = carve(train, options.holdout / 100, keyOf);
    train = kept;
    tests.push({ path: `holdout ${options.holdout} %`, rows: carved });
  }
  let val = flat(await readSplit(options.val, 'val'));
  if (val.length === 0) ({ kept: train, carved: val } = carve(train, valShare, (row) => `val ${keyOf(row)}`));
  const learned = withoutTestRows(
    train.filter(({ label }) => label !== outOfScope),
    tests,
    options,
  );
  for (const { rows } of tests) refuseOverlap(learned, rows, keyOf);
  return { train: learned, val, tests };
}

/**
 * Short utterances recur: where one file brings both train and test by its publisher's marks, those of test are left
 * out of train. Between files it stays an error.
 */
function withoutTestRows(train: readonly BenchRecord[], tests: Data['tests'], options: BenchOptions): BenchRecord[] {
  const fold = (row: BenchRecord): string => keyOf(row).toLowerCase().split(/\s+/).join(' ').trim();
  const own = tests.filter(
    ({ path, rows }) => options.train.includes(path) && rows.every(({ split }) => split === 'test'),
  );
  const seen = new Set(own.flatMap(({ rows }) => rows.map(fold)));
  return train.filter((row) => row.split !== 'train' || !seen.has(fold(row)));
}

function keyOf(row: BenchRecord): string {
  return String(row.text);
}

function exampleOf(row: BenchRecord, number: number): LppmExample {
  const step = String(row.label);
  return {
    input: inputOf(row),
    process: null,
    step,
    action: { kind: 'reply', text: step },
    conversation: String(number),
  };
}

function inputOf(row: BenchRecord): LppmInput {
  return { turns: [{ speaker: 'user', text: String(row.text), step: null, values: null }] };
}

interface Called extends Judged {
  readonly inScope: boolean;
  /** How likely it is none of the known intents; only its order counts. */
  readonly escalate: number;
}

async function call(model: LppmModel, rows: readonly BenchRecord[]): Promise<Called[]> {
  const predictions = await model.predict(rows.map(inputOf));
  return predictions.map(({ step, confidence, escalate }, row) => {
    const label = rows[row]?.label;
    return { confidence, escalate, correct: step === label, inScope: label !== outOfScope, settles: true };
  });
}

async function singleLabelRun(
  data: Data,
  seed: number,
  options: BenchOptions,
  withFloors: boolean,
): Promise<{ results: BenchResult[]; cost: TrainCost }> {
  const model = new LppmModel();
  const examples = data.train.map(exampleOf);
  const fitOptions = { seed, calibration: data.val.map(exampleOf), progress: options.progress };
  const device = options.device === undefined ? {} : { device: options.device };
  const { seconds } = await model.fit(examples, { ...fitOptions, ...device });
  const val = await call(model, data.val);
  const results: BenchResult[] = [];
  for (const { path, rows } of data.tests) {
    const test = await call(model, rows);
    const floors = withFloors ? { floors: await floorsOf(data, rows, fitOptions) } : {};
    results.push({
      file: path,
      n: rows.length,
      ...figuresOf(val, test, options.delta),
      ...(await speedOf(model, rows)),
      ...floors,
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

function figuresOf(val: readonly Called[], test: readonly Called[], delta: number): Record<string, unknown> {
  const inScope = test.filter((row) => row.inScope);
  const out = test.filter((row) => !row.inScope);
  const known = val.filter((row) => row.inScope);
  const accuracy = inScope.filter(({ correct }) => correct).length / Math.max(1, inScope.length);
  const coverageAt = coverageFigures(known, inScope, delta);
  const figures = { accuracy, ece: expectedCalibrationError(inScope), coverageAt };
  if (out.length === 0) return figures;
  const strangeness = known.map(({ escalate }) => escalate).sort((a, b) => b - a);
  const cut = strangeness[Math.floor(strangeness.length * 0.05)] ?? 1;
  return {
    ...figures,
    oosAuroc: areaUnderRoc(test.map((row) => ({ score: row.escalate, positive: !row.inScope }))),
    oosRecallAt95: out.filter(({ escalate }) => escalate > cut).length / out.length,
    underScopeShare: coverageAt.map(({ alpha, threshold, certified }) => ({
      alpha,
      oosSettled: settledAt(out, threshold).settled / out.length,
      error: scopeShares.map((share) => mixedError(inScope, out, threshold, share)),
      certifiedError: scopeShares.map((share) => mixedError(inScope, out, certified.threshold, share)),
    })),
  };
}

/** Error of settled messages when a share of the traffic is out of scope. */
function mixedError(
  inScope: readonly Called[],
  out: readonly Called[],
  threshold: number | null,
  share: number,
): number {
  const known = settledAt(inScope, threshold);
  const strange = settledAt(out, threshold);
  const right = ((1 - share) * (known.settled - known.wrong)) / Math.max(1, inScope.length);
  const settled = ((1 - share) * known.settled) / Math.max(1, inScope.length) + (share * strange.settled) / out.length;
  return settled === 0 ? 0 : 1 - right / settled;
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

/** Majority and a linear model on the same features. */
async function floorsOf(
  data: Data,
  rows: readonly BenchRecord[],
  fitOptions: { readonly seed: number; readonly calibration: readonly LppmExample[] },
): Promise<Record<string, unknown>> {
  const counts = new Map<string, number>();
  for (const { label } of data.train) counts.set(String(label), (counts.get(String(label)) ?? 0) + 1);
  const most = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  const inScope = rows.filter(({ label }) => label !== outOfScope);
  const linear = new LppmModel({
    parameters: { ...utteranceParameters, members: utteranceParameters.members.filter(({ hidden }) => hidden === 0) },
  });
  await linear.fit(data.train.map(exampleOf), fitOptions);
  const test = await call(linear, rows);
  const val = await call(linear, data.val);
  await linear.dispose();
  return {
    majority: { accuracy: inScope.filter(({ label }) => label === most).length / Math.max(1, inScope.length) },
    linear: figuresOf(val, test, 0.1),
  };
}

function multiLabelRun(data: Data, seed: number): { results: BenchResult[]; cost: TrainCost } {
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
