import { areaUnderRoc } from '../../models/calibration.ts';
import type { LppmPrediction } from '../../models/lppm/answer.ts';
import { DefinitionFollower } from '../../models/lppm/definition.ts';
import { escalateStep } from '../../models/lppm/example.ts';
import { LppmModel } from '../../models/lppm/model.ts';
import { SpanTagger } from '../../models/lppm/values/tagger.ts';
import { valueKey } from '../../models/lppm/values/value-key.ts';
import { coverageFigures, labelFigures, quantiles, settledAt, type Judged } from './coverage.ts';
import { readProcessData, type ProcessData, type ProcessDefinition, type ProcessExample } from './process-data.ts';
import { allowedSteps } from './process-script.ts';
import { argumentFigures, slotFigures } from './process-slots.ts';
import { stateFigures } from './process-state.ts';
import type { BenchOptions, BenchReport, BenchResult, TrainCost } from './report.ts';
import { spreadOf } from './spread.ts';

type Definitions = ReadonlyMap<string, ProcessDefinition>;

/** Turns whose latency is measured one by one. */
const timedTurns = 1000;

/** `thought-engine bench process`: next step, process, values; one result per test file, and one for left-out processes. */
export async function benchProcess(options: BenchOptions): Promise<BenchReport> {
  const data = await readProcessData(options);
  const runs: BenchResult[][] = [];
  const costs: TrainCost[] = [];
  for (const [index, seed] of options.seeds.entries()) {
    options.progress({ stage: 'bench process', done: index, total: options.seeds.length, note: `seed ${seed}` });
    const { results, cost } = await run(data, seed, options);
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
      if (dialogues.length > 0)
        results.push(await dialogueFigures(model.model, path, dialogues, val, data, definitions, options));
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

interface JudgedTurn extends Judged {
  readonly example: ProcessExample;
  readonly prediction: LppmPrediction;
  /** Step that the net chose, before a missing value turned a call into a question. */
  readonly step: string;
}

/** Judged by the step alone; see `asAction` for the whole action. */
async function judge(model: LppmModel, examples: readonly ProcessExample[]): Promise<JudgedTurn[]> {
  const predictions = await model.predict(examples.map(({ input }) => input));
  return predictions.map((prediction, row) => {
    const example = examples[row] as ProcessExample;
    const [best] = prediction.alternatives;
    const step = best?.step ?? escalateStep;
    const confidence = best?.confidence ?? 0;
    return { example, prediction, step, confidence, correct: step === example.step, settles: step !== escalateStep };
  });
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
    coverageAt: coverageFigures(val, rows, delta),
    coverageOrAllowedAt: coverageFigures(
      val.map((row) => ({ ...row, correct: isAllowed(row) })),
      allowed,
      delta,
    ),
    wholeActionCoverageAt: coverageFigures(asAction(val), asAction(rows), delta),
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

/** The commonest step; the commonest step after the last one; what the graph says, given the process. */
function floorsOf(train: readonly ProcessExample[], test: readonly ProcessExample[], definitions: Definitions) {
  const counts = new Map<string, Map<string, number>>();
  const count = (key: string, step: string): void => {
    const own = counts.get(key) ?? new Map<string, number>();
    own.set(step, (own.get(step) ?? 0) + 1);
    counts.set(key, own);
  };
  for (const { previousStep, step } of train) {
    count('*', step);
    count(`after ${previousStep}`, step);
  }
  const most = (key: string): string | undefined => [...(counts.get(key) ?? [])].sort((a, b) => b[1] - a[1])[0]?.[0];
  const floor = (predict: (example: ProcessExample) => string | undefined) =>
    labelFigures(test.map((example) => ({ truth: example.step, predicted: predict(example) ?? most('*') ?? '' })));
  const floors = {
    majority: floor(() => undefined),
    bigram: floor(({ previousStep }) => most(`after ${previousStep}`)),
  };
  if (definitions.size === 0) return floors;
  return { ...floors, graph: floor((example) => graphStep(example, definitions)) };
}

function graphStep(example: ProcessExample, definitions: Definitions): string | undefined {
  const next = definitions.get(example.process ?? '')?.graph[example.previousStep ?? 'hello'];
  return next?.startsWith('query') === true ? 'query' : next;
}

/**
 * Leaves processes out, fold by fold, with every conversation in which they occur: what of them is passed up at the
 * error budget, how right the rest is, and how far their definition alone carries, the process given.
 */
async function unseenFigures(
  data: ProcessData,
  definitions: Definitions,
  seed: number,
  options: BenchOptions,
): Promise<BenchResult> {
  const folds = options.folds as number;
  const names = [...new Set(data.train.dialogues.flatMap(({ process }) => process ?? []))].sort();
  const unseen: JudgedTurn[] = [];
  let passedUp = 0;
  let settledWrong = 0;
  let followed = 0;
  let right = 0;
  for (let fold = 0; fold < folds; fold += 1) {
    options.progress({ stage: 'leave processes out', done: fold, total: folds });
    const out = new Set(names.filter((_, index) => index % folds === fold));
    const isOut = ({ process }: ProcessExample): boolean => process !== null && out.has(process);
    const keep = (examples: readonly ProcessExample[]): ProcessExample[] => {
      const touched = new Set(examples.filter(isOut).map(({ conversation }) => conversation));
      return examples.filter(({ conversation }) => !touched.has(conversation));
    };
    const train = keep(data.train.dialogues);
    const val = keep(data.val.dialogues);
    const test = data.tests.flatMap(({ dialogues }) => dialogues.filter(isOut));
    if (train.length === 0 || test.length === 0) continue;
    const { model } = await fitted(train, val, seed, options);
    const rows = await judge(model, test);
    const at = coverageFigures(await judge(model, val), rows, options.delta).find(({ alpha }) => alpha === 0.05);
    const { settled, wrong } = settledAt(rows, at?.threshold ?? null);
    passedUp += rows.length - settled;
    settledWrong += wrong;
    unseen.push(...rows);
    await model.dispose();
    const taught = train.flatMap(({ input, process, step }) => {
      const definition = definitions.get(process ?? '');
      return definition === undefined || Object.keys(definition.replies).length === 0
        ? []
        : [{ input, process: definition, step }];
    });
    if (taught.length === 0) continue;
    const follower = DefinitionFollower.learn(taught, seed);
    for (const { input, process, step } of test) {
      const definition = definitions.get(process ?? '');
      if (definition === undefined) continue;
      followed += 1;
      if (follower.follow(input, definition)[0]?.step === step) right += 1;
    }
  }
  return {
    file: `leave processes out, ${folds} folds`,
    n: unseen.length,
    unseenProcess: {
      n: unseen.length,
      passedUp: passedUp / Math.max(1, unseen.length),
      settledWrong,
      accuracy: unseen.filter(({ correct }) => correct).length / Math.max(1, unseen.length),
      ...(followed === 0 ? {} : { accuracyFromDefinition: right / followed }),
      graph:
        definitions.size === 0
          ? 0
          : unseen.filter(({ example }) => graphStep(example, definitions) === example.step).length /
            Math.max(1, unseen.length),
    },
  };
}
