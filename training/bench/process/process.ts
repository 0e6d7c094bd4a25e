import { areaUnderRoc } from '../../../models/calibration.ts';
import { escalateStep } from '../../../models/lppm/example.ts';
import { LppmModel } from '../../../models/lppm/model.ts';
import { SpanTagger } from '../../../models/lppm/values/tagger.ts';
import { valueKey } from '../../../models/lppm/values/value-key.ts';
import { coverageFigures, labelFigures, quantiles, type Judged } from '../coverage.ts';
import { readProcessData, type ProcessData, type ProcessExample } from './data.ts';
import { processPeers } from './peers.ts';
import { floorsOf, judge, type Definitions, type JudgedTurn } from './judge.ts';
import { allowedSteps } from './script.ts';
import { argumentFigures, slotFigures } from './slots.ts';
import { stateFigures } from './state.ts';
import { unseenFigures } from './unseen.ts';
import type { BenchOptions, BenchReport, BenchResult, TrainCost } from '../report.ts';
import { spreadOf } from '../spread.ts';

/** Share of val that chooses where certifying begins: even the surest turns of a dialogue are now and then answered otherwise. */
const chooseShare = 0.3;
/** Turns whose latency is measured one by one. */
const timedTurns = 1000;

/** `thought-engine bench process`: next step, process, values; one result per test file, and one for left-out processes. */
export async function benchProcess(options: BenchOptions): Promise<BenchReport> {
  const data = await readProcessData(options);
  const runs: BenchResult[][] = [];
  const costs: TrainCost[] = [];
  for (const [index, seed] of options.seeds.entries()) {
    options.progress({ stage: 'bench process', done: index, total: options.seeds.length, note: `seed ${seed}` });
    const { results, cost } = await run(data, seed, options, index === 0 && options.peers === true);
    runs.push(results);
    costs.push(cost);
  }
  const first = costs[0] as TrainCost;
  const seconds = costs.reduce((sum, cost) => sum + cost.seconds, 0) / costs.length;
  return {
    subject: 'process',
    seeds: options.seeds,
    train: { ...first, seconds },
    results: (runs[0] ?? []).map((_, test) => spreadOf(runs.map((results) => results[test] as BenchResult))),
  };
}

async function run(
  data: ProcessData,
  seed: number,
  options: BenchOptions,
  withPeers: boolean,
): Promise<{ results: BenchResult[]; cost: TrainCost }> {
  const started = performance.now();
  const definitions: Definitions = new Map(data.definitions.map((definition) => [definition.name, definition]));
  const results: BenchResult[] = [];
  let modelBytes = 0;
  const tagger = data.train.slots.length === 0 ? null : SpanTagger.learn(data.train.slots, seed);
  let seconds = (performance.now() - started) / 1000;
  if (tagger !== null) modelBytes += tagger.bytes;
  if (data.train.dialogues.length > 0) {
    const model = await fitted(data.train.dialogues, data.val.dialogues, seed, options);
    seconds += model.seconds;
    modelBytes += model.model.bytes;
    const val = await judge(model.model, data.val.dialogues);
    for (const { path, dialogues } of data.tests) {
      if (dialogues.length === 0) continue;
      const own = await dialogueFigures(model.model, path, dialogues, val, data, definitions, options);
      const peers = withPeers
        ? await processPeers(data.train.dialogues, data.val.dialogues, dialogues, chooseShare, options)
        : {};
      results.push({ ...own, floors: { ...(own.floors as object), ...peers } });
    }
    await model.model.dispose();
  }
  for (const { path, slots } of data.tests) {
    if (tagger !== null && slots.length > 0) results.push(slotFigures(tagger, path, slots));
  }
  if (options.folds !== undefined && data.train.dialogues.length > 0) {
    results.push(await unseenFigures(data, definitions, seed, options));
  }
  const n = data.train.dialogues.length + data.train.slots.length;
  return { results, cost: { n, seconds, peakRssMb: process.resourceUsage().maxRSS / 1024, modelBytes } };
}

async function fitted(
  train: readonly ProcessExample[],
  val: readonly ProcessExample[],
  seed: number,
  { device, progress }: BenchOptions,
): Promise<{ model: LppmModel; seconds: number }> {
  const model = new LppmModel();
  const { seconds } = await model.fit(train, {
    seed,
    calibration: val,
    progress,
    ...(device === undefined ? {} : { device }),
  });
  return { model, seconds };
}

/** The same rows judged by all that would be done: of a call, the tool and every value. */
function asAction(rows: readonly JudgedTurn[]): Judged[] {
  return rows.map(({ example, prediction }) => {
    const { action } = prediction;
    const isSameCall =
      action.kind !== 'call' || (example.action.kind === 'call' && valueKey(action) === valueKey(example.action));
    const correct = isSameCall && prediction.step === example.step;
    return { confidence: prediction.confidence, correct, settles: action.kind !== 'escalate' };
  });
}

async function dialogueFigures(
  model: LppmModel,
  file: string,
  examples: readonly ProcessExample[],
  val: readonly JudgedTurn[],
  data: ProcessData,
  definitions: Definitions,
  { delta }: BenchOptions,
): Promise<BenchResult> {
  const rows = await judge(model, examples);
  const steps = labelFigures(rows.map(({ example, step }) => ({ truth: example.step, predicted: step })));
  const isAllowed = ({ example, step }: JudgedTurn): boolean =>
    allowedSteps(example, definitions.get(example.process ?? '')).has(step);
  const known = new Set(model.labels().processes);
  const named = rows.filter(({ example }) => example.process !== null);
  const slots = argumentFigures(
    model,
    examples.filter(({ process }) => process === null || known.has(process)),
  );
  const hasEscalations = examples.some(({ step }) => step === escalateStep);
  const allowed = rows.map((row) => ({ ...row, correct: isAllowed(row) }));
  const state = stateFigures(rows);
  return {
    file,
    n: rows.length,
    nextStep: {
      ...steps,
      accuracyOrAllowed: rows.filter(isAllowed).length / Math.max(1, rows.length),
      wholeAction: asAction(rows).filter(({ correct }) => correct).length / Math.max(1, rows.length),
    },
    ...(named.length === 0
      ? {}
      : {
          process: {
            accuracy:
              named.filter(({ example, prediction }) => prediction.process === example.process).length / named.length,
          },
        }),
    ...(slots === null ? {} : { slots }),
    ...(state === null ? {} : { state }),
    ...(hasEscalations
      ? {
          escalate: {
            auroc: areaUnderRoc(
              rows.map(({ example, prediction }) => ({
                score: prediction.escalate,
                positive: example.step === escalateStep,
              })),
            ),
          },
        }
      : {}),
    coverageAt: coverageFigures(val, rows, delta, chooseShare),
    coverageOrAllowedAt: coverageFigures(
      val.map((row) => ({ ...row, correct: isAllowed(row) })),
      allowed,
      delta,
      chooseShare,
    ),
    wholeActionCoverageAt: coverageFigures(asAction(val), asAction(rows), delta, chooseShare),
    latencyMs: await latencyOf(model, examples),
    floors: floorsOf(data.train.dialogues, examples, definitions),
  };
}

async function latencyOf(model: LppmModel, examples: readonly ProcessExample[]): Promise<{ p50: number; p99: number }> {
  const durations: number[] = [];
  for (const { input } of examples.slice(0, timedTurns)) {
    const started = performance.now();
    await model.predict([input]);
    durations.push(performance.now() - started);
  }
  return quantiles(durations);
}
