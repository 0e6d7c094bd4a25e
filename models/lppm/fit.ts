import { EngineError } from '../../engine/core/errors.ts';
import { hashFraction } from '../../engine/core/hash.ts';
import { silent } from '../../engine/core/progress.ts';
import { fitTemperature } from '../calibration.ts';
import type { FitOptions } from '../estimator.ts';
import { largest, mix, rawAnswer, votesOf, type RawAnswer } from './answer.ts';
import { scoreBagNet, trainBagNet, type BagNet, type Head, type Targets } from './bag-net.ts';
import { escalateStep, type LppmExample, type LppmInput } from './example.ts';
import { KnownTexts } from './known-texts.ts';
import { fitPlatt, identityMap } from './platt.ts';
import { learnScript } from './script.ts';
import { fitSurety, suretySignals } from './surety.ts';
import { learnAsks } from './values/asks.ts';
import { ArgumentFiller, type CallExample } from './values/filler.ts';
import { valueKey } from './values/value-key.ts';
import { Vocabulary } from './vocabulary.ts';
import type { ActionCalibration, LppmWeights } from './weights.ts';

/** How a member of the ensemble is trained. */
export interface MemberOptions {
  /** Hidden units; 0 for a linear member. */
  readonly hidden: number;
  readonly learningRate: number;
  readonly inputDropout: number;
  readonly hiddenDropout: number;
  /** Share of the target spread over all classes; without it that of the whole. */
  readonly smoothing?: number;
}

export interface LppmHyperParameters {
  readonly members: readonly MemberOptions[];
  /** Rows that a fit looks at over all epochs. */
  readonly steps: number;
  readonly mostFeatures: number;
  readonly smoothing: number;
}

const bag: MemberOptions = { hidden: 128, learningRate: 0.08, inputDropout: 0.5, hiddenDropout: 0.3 };
const linear: MemberOptions = { hidden: 0, learningRate: 0.3, inputDropout: 0.5, hiddenDropout: 0 };
/** Chosen on CLINC150 val: single utterances, many classes; a linear member adds half a point. */
export const utteranceParameters: LppmHyperParameters = {
  members: [bag, linear],
  steps: 225_000,
  mostFeatures: 120_000,
  smoothing: 0.1,
};
/** Chosen on STAR val: 60,000 features are as good as 140,000; a linear member makes it surer, most of all with few rows. */
export const dialogueParameters: LppmHyperParameters = {
  members: [
    { ...bag, learningRate: 0.05 },
    { ...linear, learningRate: 0.1, smoothing: 0.02 },
  ],
  steps: 200_000,
  mostFeatures: 60_000,
  smoothing: 0.1,
};

export interface LppmFitOptions extends FitOptions {
  /** Rows for calibration; without them every tenth conversation is held out for it. */
  readonly calibration?: readonly LppmExample[];
}

export const fewestRows = 8;
const epochLimits = { fewest: 4, most: 30 } as const;
const calibrationShare = 0.1;
/** Below this there is too little to calibrate on: confidences stay as the net gives them. */
const fewestCalibrationRows = 30;
const fewestSuretyRows = 60;
const processWeight = 0.3;

/** Learns everything; see `LppmWeights`. @throws TOO_FEW_ROWS, TRAINING_DIVERGED, JOB_CANCELLED */
export function fitWeights(
  given: readonly LppmExample[],
  options: LppmFitOptions,
  parameters: LppmHyperParameters,
): LppmWeights {
  if (given.length < fewestRows) {
    throw new EngineError('TOO_FEW_ROWS', { what: 'the process mapper', needed: fewestRows, actual: given.length });
  }
  const progress = options.progress ?? silent;
  const examples = foldRareSteps(given);
  const { train, held } = splitExamples(examples, options.calibration);
  const known = KnownTexts.learn(train);
  const inputs = train.map((example) => known.resolve(example.input));
  const steps = distinct(train.map((example) => example.step));
  const processes = distinct(train.flatMap(({ process }) => (process === null ? [] : [process])));
  progress({ stage: 'train lppm', done: 0, total: null, note: 'reading features' });
  const vocabulary = Vocabulary.learn(inputs, train.length < 200 ? 1 : 2, parameters.mostFeatures);
  const rows = vocabulary.readAll(inputs);
  const heads: Head[] = [{ name: 'step', kind: 'softmax', size: steps.length, weight: 1 }];
  const targets: Targets[] = [classesOf(train, steps, ({ step }) => step)];
  if (processes.length > 0) {
    heads.push({ name: 'process', kind: 'softmax', size: processes.length, weight: processWeight });
    targets.push(classesOf(train, processes, ({ process }) => process));
  }
  const epochs = Math.round(Math.min(epochLimits.most, Math.max(epochLimits.fewest, parameters.steps / train.length)));
  const members = parameters.members.map((member, number): BagNet => {
    const settings = { smoothing: parameters.smoothing, ...member, epochs, seed: options.seed + 101 * number };
    return trainBagNet(rows, heads, targets, vocabulary.size, settings, (epoch, loss) => {
      if (options.signal?.aborted === true) throw new EngineError('JOB_CANCELLED', { id: 'train lppm' });
      const note = `loss ${loss.toFixed(3)}`;
      progress({
        stage: 'train lppm',
        done: number * epochs + epoch + 1,
        total: parameters.members.length * epochs,
        note,
      });
    });
  });
  const calls = train.flatMap(({ action }, index): CallExample[] =>
    action.kind === 'call'
      ? [{ turns: (inputs[index] as LppmInput).turns, tool: action.tool, arguments: action.arguments }]
      : [],
  );
  progress({ stage: 'train lppm', done: 0, total: null, note: 'reading values' });
  const plain = {
    vocabulary,
    steps,
    processes,
    members,
    script: learnScript(train),
    known,
    filler: ArgumentFiller.learn(calls, options.seed),
    asks: learnAsks(calls),
  };
  return calibrate(plain, held);
}

type Uncalibrated = Omit<LppmWeights, 'temperatures' | 'calibration' | 'surety'>;

/** Temperatures and the reliability of each kind of action, from rows that nothing was trained on. */
function calibrate(plain: Uncalibrated, held: readonly LppmExample[]): LppmWeights {
  const identity: ActionCalibration = { step: identityMap, reply: identityMap, call: identityMap, ask: identityMap };
  const once = { step: 1, process: 1 };
  const none: LppmWeights = {
    ...plain,
    temperatures: plain.members.map(() => once),
    calibration: identity,
    surety: null,
  };
  if (held.length < fewestCalibrationRows) return none;
  const inputs = held.map((example) => plain.known.resolve(example.input));
  const scores = inputs.map((input) => scoresOf(plain, input));
  const sizes = { step: plain.steps.length, process: plain.processes.length };
  let start = 0;
  const temperatures = plain.members.map((member) => {
    const first = start;
    start += member.outputs;
    const own = (offset: number, size: number, classOf: (example: LppmExample) => number): number => {
      const rows = held.flatMap((example, row) => (classOf(example) < 0 ? [] : [row]));
      return fitTemperature(
        rows.map((row) => (scores[row] as Float32Array).subarray(first + offset, first + offset + size)),
        rows.map((row) => classOf(held[row] as LppmExample)),
      );
    };
    return {
      step: own(0, sizes.step, ({ step }) => plain.steps.indexOf(step)),
      process: own(sizes.step, sizes.process, ({ process }) =>
        process === null ? -1 : plain.processes.indexOf(process),
      ),
    };
  });
  const tempered = { ...none, temperatures };
  const weights = { ...tempered, surety: suretyFor(tempered, held, inputs, scores) };
  const answers = inputs.map((input, row) => rawAnswer(weights, input, scores[row] as Float32Array));
  const rowsOf = (kind: RawAnswer['kind']) =>
    answers.flatMap((raw, row) =>
      raw.kind === kind ? [{ score: raw.score, correct: isRight(raw, held[row] as LppmExample) }] : [],
    );
  const stepRows = answers.map(({ stepShare, stepSurety, shares }, row) => {
    const best = plain.steps[shares.indexOf(stepShare)];
    return { score: stepSurety, correct: best === (held[row] as LppmExample).step };
  });
  return {
    ...weights,
    calibration: {
      step: fitPlatt(stepRows),
      reply: fitPlatt(rowsOf('reply')),
      call: fitPlatt(rowsOf('call')),
      ask: fitPlatt(rowsOf('ask')),
    },
  };
}

/** Single utterances have no flow to judge by, and a handful of rows teaches nothing. */
function suretyFor(
  weights: LppmWeights,
  held: readonly LppmExample[],
  inputs: readonly LppmInput[],
  scores: readonly Float32Array[],
): LppmWeights['surety'] {
  const escalate = weights.steps.indexOf(escalateStep);
  const rows = held.flatMap((example, row) => {
    const votes = votesOf(weights, scores[row] as Float32Array, 'step');
    const shares = mix(votes, weights.steps.length);
    const chosen = largest(shares);
    if (chosen === escalate) return [];
    const signals = suretySignals(inputs[row] as LppmInput, shares, votes, chosen, escalate);
    return [{ signals, correct: weights.steps[chosen] === example.step }];
  });
  const isDialogue = inputs.some(({ turns }) => turns.length > 1);
  return isDialogue && rows.length >= fewestSuretyRows ? fitSurety(rows) : null;
}

/** True where the answer is what was done: the same step, and for a call the same tool and values. */
export function isRight(raw: Pick<RawAnswer, 'step' | 'action'>, example: LppmExample): boolean {
  const { action } = example;
  if (raw.action.kind !== 'call') return raw.step === example.step;
  return (
    action.kind === 'call' &&
    action.tool === raw.action.tool &&
    valueKey(action.arguments) === valueKey(raw.action.arguments)
  );
}

/** Outputs of all members, one after the other; the same as the served graph gives. */
export function scoresOf(weights: Pick<LppmWeights, 'vocabulary' | 'members'>, input: LppmInput): Float32Array {
  const { indices, weights: shares } = weights.vocabulary.read(input);
  const parts = weights.members.map((member) => scoreBagNet(member, indices, shares));
  const scores = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let start = 0;
  for (const part of parts) {
    scores.set(part, start);
    start += part.length;
  }
  return scores;
}

/** Steps that occur once can be neither learned nor checked: where there is a way up, they take it. */
function foldRareSteps(examples: readonly LppmExample[]): readonly LppmExample[] {
  const counts = new Map<string, number>();
  for (const { step } of examples) counts.set(step, (counts.get(step) ?? 0) + 1);
  if (!counts.has(escalateStep)) return examples;
  return examples.map((example) =>
    (counts.get(example.step) ?? 0) >= 2 ? example : { ...example, step: escalateStep, action: { kind: 'escalate' } },
  );
}

function splitExamples(
  examples: readonly LppmExample[],
  calibration: readonly LppmExample[] | undefined,
): { train: readonly LppmExample[]; held: readonly LppmExample[] } {
  if (calibration !== undefined) return { train: examples, held: calibration };
  const isHeld = ({ conversation }: LppmExample): boolean =>
    hashFraction(`calibrate ${conversation}`) < calibrationShare;
  const held = examples.filter(isHeld);
  if (held.length < fewestCalibrationRows || held.length > examples.length / 2) return { train: examples, held: [] };
  return { train: examples.filter((example) => !isHeld(example)), held };
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

function classesOf(
  examples: readonly LppmExample[],
  classes: readonly string[],
  of: (example: LppmExample) => string | null,
): Targets {
  const numbers = new Map(classes.map((name, number) => [name, number]));
  return examples.map((example) => {
    const number = numbers.get(of(example) ?? '');
    return number === undefined ? [] : [number];
  });
}
