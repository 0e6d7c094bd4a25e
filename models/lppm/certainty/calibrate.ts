import { fitTemperature } from '../../calibration.ts';
import { largest, mix, rawAnswer, votesOf, type RawAnswer } from '../answer.ts';
import type { LppmPrediction } from '../prediction.ts';
import { answerOf, fitFollowing, isAllowed, orderedQuestions } from '../following/follow.ts';
import { networkOf } from '../net/network.ts';
import { Scorer } from '../net/scorer.ts';
import { escalateStep, type LppmExample, type LppmInput } from '../example.ts';
import { fitPlatt, identityMap } from './platt.ts';
import type { SentenceVectors } from '../encoding/sentence-vectors.ts';
import { fitSurety, suretySignals } from './surety.ts';
import { fitTrust, type TrustSigns } from './trust.ts';
import { valueKey } from '../values/value-key.ts';
import type { ActionCalibration, LppmWeights, Parts, ServedWeights } from '../weights.ts';
import { evenParts, fitParts } from './parts.ts';

/** What was learned, before anything is known of its reliability. */
export type Uncalibrated<Weights extends ServedWeights = LppmWeights> = Omit<
  Weights,
  'temperatures' | 'parts' | 'calibration' | 'surety'
>;

/** A row with the scores of nets that did not learn from it, and what these nets knew. */
export interface ScoredExample {
  readonly known: Uncalibrated<ServedWeights>;
  readonly example: LppmExample;
  /** With earlier replies resolved to steps. */
  readonly input: LppmInput;
  readonly scores: Float32Array;
}

/** Below this there is too little to calibrate on: confidences stay as the net gives them. */
export const fewestCalibrationRows = 30;
const fewestSuretyRows = 60;

/** The nets themselves are let go: only what answers need besides scores stays. */
export async function scored(
  plain: Uncalibrated,
  examples: readonly LppmExample[],
  vectors: SentenceVectors | null,
): Promise<ScoredExample[]> {
  if (examples.length === 0) return [];
  const known = { ...plain, members: plain.members.map(({ outputs }) => ({ outputs })) };
  const inputs = examples.map((example) => plain.known.resolve(example.input));
  const scorer = await Scorer.open(plain, networkOf(plain.members));
  const scores = await scorer.run(inputs, vectors);
  await scorer.dispose();
  return examples.map((example, row) => ({
    known,
    example,
    input: inputs[row] as LppmInput,
    scores: scores[row] as Float32Array,
  }));
}

/** Temperatures and the reliability of each kind of action, from rows that nothing was trained on. */
export function calibrate(plain: Uncalibrated, held: readonly ScoredExample[]): LppmWeights {
  const identity: ActionCalibration = { step: identityMap, reply: identityMap, call: identityMap, ask: identityMap };
  const once = { step: 1, process: 1 };
  const none: LppmWeights = {
    ...plain,
    temperatures: plain.members.map(() => once),
    parts: evenParts(plain.members.length),
    calibration: identity,
    surety: null,
  };
  if (held.length < fewestCalibrationRows) return none;
  const sizes = { step: plain.steps.length, process: plain.processes.length };
  let start = 0;
  const temperatures = plain.members.map((member) => {
    const first = start;
    start += member.outputs;
    const own = (offset: number, size: number, classOf: (example: LppmExample) => number): number => {
      const rows = held.filter(({ example }) => classOf(example) >= 0);
      return fitTemperature(
        rows.map(({ scores }) => scores.subarray(first + offset, first + offset + size)),
        rows.map(({ example }) => classOf(example)),
      );
    };
    const steps = new Map(plain.steps.map((step, number) => [step, number]));
    return {
      step: own(0, sizes.step, ({ step }) => steps.get(step) ?? -1),
      process: own(sizes.step, sizes.process, ({ process }) =>
        process === null ? -1 : plain.processes.indexOf(process),
      ),
    };
  });
  const even = { ...none, temperatures };
  const tempered = { ...even, parts: partsFor(even, held) };
  const surety = suretyFor(tempered, held);
  const weights = { ...tempered, surety };
  const answers = held.map((row) => ({ ...row, raw: rawOf(weights, row) }));
  const order = plain.following?.order ?? null;
  const isStep = (step: string, { example, input }: ScoredExample): boolean =>
    step === example.step || (order !== null && isAllowed(order, example, input, step));
  const ordered = answers.map((row) =>
    orderedQuestions({ ...row.known, temperatures }, row.input, row.scores, row.raw),
  );
  const rowsOf = (kind: RawAnswer['kind']): (TrustSigns & { readonly correct: boolean })[] =>
    answers.flatMap((row, place) => {
      const { raw } = row;
      // what the order says too is judged by it
      if (raw.kind !== kind || ordered[place]?.some(({ step }) => kind === 'reply' && step === raw.step)) return [];
      return [{ ...raw.signs, score: raw.score, correct: isRight(raw, row.example) }];
    });
  const stepRows = answers.map(({ raw: { stepShare, stepSurety, shares }, example }) => {
    const best = plain.steps[shares.indexOf(stepShare)];
    return { score: stepSurety, correct: best === example.step };
  });
  const questions = answers.flatMap((row, place) =>
    (ordered[place] ?? []).map(({ step, signals }) => ({ signals, correct: isStep(step, row) })),
  );
  return {
    ...weights,
    following: order === null ? null : { order, surety: fitFollowing(questions) },
    calibration: {
      step: fitPlatt(stepRows),
      // how a dialogue has gone says more of it than single words do
      reply: surety === null ? fitTrust(rowsOf('reply')) : fitPlatt(rowsOf('reply')),
      call: fitPlatt(rowsOf('call')),
      ask: fitPlatt(rowsOf('ask')),
    },
  };
}

/** The answer to a row by the nets that did not learn from it, calibrated as the served model is. */
export function answered(weights: LppmWeights, row: ScoredExample): LppmPrediction {
  const { temperatures, parts, calibration, surety, following } = weights;
  const order = row.known.following?.order;
  const own = order === undefined || following === null ? null : { ...following, order };
  return answerOf({ ...row.known, temperatures, parts, calibration, surety, following: own }, row.input, row.scores);
}

/**
 * Bags and linear nets err apart and are about equally good; beside recurrent ones, and what a tuned encoder was worth, it
 * hangs on what there was to learn from.
 */
function partsFor(weights: LppmWeights, held: readonly ScoredExample[]): readonly Parts[] {
  const even = evenParts(weights.members.length);
  if (weights.turnVocabulary === null && weights.encoder?.tuned !== true) return even;
  const steps = new Map(weights.steps.map((step, number) => [step, number]));
  const processes = new Map(weights.processes.map((process, number) => [process, number]));
  const fit = (head: 'step' | 'process', classOf: (example: LppmExample) => number | undefined): number[] =>
    fitParts(
      held.flatMap(({ example, scores }) => {
        const right = classOf(example);
        return right === undefined ? [] : [votesOf(weights, scores, head).map((vote) => vote[right] as number)];
      }),
      weights.members.length,
    );
  const ofStep = fit('step', ({ step }) => steps.get(step));
  const ofProcess = fit('process', ({ process }) => processes.get(process ?? ''));
  return even.map((_, member) => ({ step: ofStep[member] as number, process: ofProcess[member] as number }));
}

/** Single utterances have no flow to judge by, and a handful of rows teaches nothing. */
function suretyFor(weights: LppmWeights, held: readonly ScoredExample[]): LppmWeights['surety'] {
  if (held.every(({ input }) => input.turns.length <= 1)) return null;
  const escalate = weights.steps.indexOf(escalateStep);
  const rows = held.flatMap(({ example, input, scores }) => {
    const votes = votesOf(weights, scores, 'step');
    const shares = mix(
      votes,
      weights.parts.map(({ step }) => step),
    );
    const chosen = largest(shares);
    if (chosen === escalate) return [];
    const signals = suretySignals(input, shares, votes, chosen, escalate);
    return [{ signals, correct: weights.steps[chosen] === example.step }];
  });
  return rows.length >= fewestSuretyRows ? fitSurety(rows) : null;
}

function rawOf(
  { temperatures, parts, calibration, surety }: LppmWeights,
  { known, input, scores }: ScoredExample,
): RawAnswer {
  return rawAnswer({ ...known, temperatures, parts, calibration, surety }, input, scores);
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
