import { hashFraction } from '../../../engine/core/hash.ts';
import { calibrated, rawAnswer, votesOf, type RawAnswer } from '../answer.ts';
import type { LppmPrediction } from '../prediction.ts';
import { fitSurety, signalNames, suretyOf, suretySignals, boundedLogit, type Surety } from '../certainty/surety.ts';
import { escalateStep, type LppmExample, type LppmInput } from '../example.ts';
import { lineOf } from '../script.ts';
import type { ServedWeights } from '../weights.ts';
import type { NextStep, ScriptOrder } from './script-order.ts';

/** A question that the order puts next, with the signals that its surety is judged by. */
export interface OrderedQuestion {
  readonly step: string;
  readonly text: string;
  readonly signals: readonly number[];
}

type Known = Pick<ServedWeights, 'members' | 'temperatures' | 'steps' | 'processes' | 'script' | 'asks' | 'following'>;

const ownSignals = [
  'trust',
  'start',
  'closing',
  'process',
  'same as the nets',
  'nets would call',
  'surety of the nets',
] as const;
/** Before anything is known: as sure as the order is. */
const prior = [...signalNames.map(() => 0), ...ownSignals.map((name) => (name === 'trust' ? 1 : 0))];
const fewestRows = 60;

/** What the order puts next in the process that the nets see; empty where it says nothing. */
export function orderedQuestions(
  known: Known,
  input: LppmInput,
  scores: Float32Array,
  raw: RawAnswer,
): OrderedQuestion[] {
  const { following, script } = known;
  if (following === null) return [];
  return following.order.next(raw.process, input.turns).flatMap((next) => {
    const line = script.steps[next.step];
    if (line?.kind !== 'reply') return [];
    const text = lineOf(line, raw.process);
    return text === '' ? [] : [{ step: next.step, text, signals: signalsOf(known, input, scores, raw, next) }];
  });
}

function signalsOf(known: Known, input: LppmInput, scores: Float32Array, raw: RawAnswer, next: NextStep): number[] {
  const votes = votesOf(known, scores, 'step');
  const chosen = known.steps.indexOf(next.step);
  const escalate = known.steps.indexOf(escalateStep);
  return [
    ...suretySignals(input, raw.shares, votes, chosen, escalate),
    boundedLogit(next.trust),
    next.place === 'start' ? 1 : 0,
    next.place === 'closing' ? 1 : 0,
    boundedLogit(raw.processConfidence),
    raw.step === next.step ? 1 : 0,
    raw.kind === 'call' ? 1 : 0,
    boundedLogit(raw.stepSurety),
  ];
}

/** The calibrated answer: what the nets say, or what the order of the script says where that is surer. */
export function answerOf(weights: ServedWeights, input: LppmInput, scores: Float32Array): LppmPrediction {
  const raw = rawAnswer(weights, input, scores);
  return followOrder(weights, input, scores, raw, calibrated(weights, raw));
}

/** The answer of the nets, or the question that is next in order where that is more likely right. */
function followOrder(
  known: Known,
  input: LppmInput,
  scores: Float32Array,
  raw: RawAnswer,
  answer: LppmPrediction,
): LppmPrediction {
  const surety = known.following?.surety ?? null;
  if (surety === null) return answer;
  const questions = orderedQuestions(known, input, scores, raw);
  let best = questions.some(({ step }) => step === answer.step && raw.kind === 'reply') ? null : answer;
  for (const { step, text, signals } of questions) {
    const confidence = suretyOf(surety, signals);
    if (best !== null && confidence <= best.confidence) continue;
    const asks = known.asks[step]?.split(' ').slice(1).join(' ') ?? null;
    const others = answer.alternatives.filter((other) => other.step !== step);
    best = {
      ...answer,
      step,
      action: { kind: 'reply', text },
      confidence,
      asks,
      values: {},
      missing: [],
      alternatives: [{ step, confidence }, ...others],
    };
  }
  return best ?? answer;
}

/** Whether a step keeps to the script that the agent kept to, though it took another; see `ScriptOrder.allows`. */
export function isAllowed(order: ScriptOrder, example: LppmExample, input: LppmInput, step: string): boolean {
  const { process, step: taken, conversation } = example;
  if (process === null || taken === escalateStep) return false;
  return order.allows(process, input.turns, step, taken, hashFraction(`order ${conversation}`));
}

/** @param rows questions that were next in order, and whether they were right, from dialogues that taught no order */
export function fitFollowing(
  rows: readonly { readonly signals: readonly number[]; readonly correct: boolean }[],
): Surety | null {
  return rows.length < fewestRows ? null : fitSurety(rows, prior);
}
