import { flowOf } from '../encoding/flow.ts';
import type { LppmInput } from '../example.ts';
import { moveOf } from '../encoding/encode.ts';
import { logit } from './platt.ts';

/**
 * A scorer of a chosen step: how likely it is right, from how the nets voted and how the conversation has gone. An agent
 * that left its script before will leave it again, however plain the next step looks. One weight per signal.
 */
export interface Surety {
  readonly weights: readonly number[];
}

/** What the scorer looks at; the first is 1, the second the logit of the step's share. */
export const signalNames = [
  'always',
  'share',
  'runner-up',
  'entropy',
  'agreement',
  'least share',
  'escalate',
  'off-script share',
  'off-script count',
  'no reply yet',
  'after a result',
  'length',
  'words',
] as const;

/** The scorer that changes nothing. */
const plain: readonly number[] = signalNames.map((name) => (name === 'share' ? 1 : 0));
/** Strength of the pull to it, in rows. */
const pull = 3;

/**
 * Signals of one answer. `shares`: the mixed probabilities; `votes`: those of each member; `chosen` and `escalate`:
 * class numbers, -1 where there is no such class.
 */
export function suretySignals(
  { turns }: LppmInput,
  shares: Float64Array,
  votes: readonly Float64Array[],
  chosen: number,
  escalate: number,
): number[] {
  let entropy = 0;
  let second = 0;
  shares.forEach((share, item) => {
    if (share > 1e-9) entropy -= share * Math.log(share);
    if (item !== chosen && share > second) second = share;
  });
  const agreeing = votes.filter((vote) => vote.every((share) => share <= (vote[chosen] as number))).length;
  const least = Math.min(...votes.map((vote) => vote[chosen] as number));
  const { replies, offScript } = flowOf(turns, moveOf);
  const last = turns.at(-1);
  return [
    1,
    logit(shares[chosen] as number),
    boundedLogit(second),
    entropy,
    agreeing / Math.max(1, votes.length),
    boundedLogit(least),
    boundedLogit(escalate < 0 ? 0 : (shares[escalate] as number)),
    replies === 0 ? 0 : offScript / replies,
    Math.min(offScript, 4) / 4,
    replies === 0 ? 1 : 0,
    last?.speaker === 'result' ? 1 : 0,
    Math.log(Math.min(turns.length, 60) + 1) / 4,
    Math.min(1, (last?.text.length ?? 0) / 200),
  ];
}

/** Shares near zero say no more than small ones. */
export function boundedLogit(share: number): number {
  return Math.log((share + 1e-4) / (1 - share + 1e-4));
}

export function suretyOf({ weights }: Surety, signals: readonly number[]): number {
  let sum = 0;
  for (let item = 0; item < weights.length; item += 1) sum += (weights[item] as number) * (signals[item] as number);
  return 1 / (1 + Math.exp(-sum));
}

/** Rows that a scorer is fitted on. */
export type SuretyRows = readonly { readonly signals: readonly number[]; readonly correct: boolean }[];

const mostRounds = 30;
const mostHalvings = 20;

/** Logistic regression by damped Newton steps, pulled to `prior`: by default the scorer that changes nothing. */
export function fitSurety(rows: SuretyRows, prior: readonly number[] = plain): Surety {
  let weights: readonly number[] = prior;
  let loss = lossOf(rows, weights, prior);
  for (let round = 0; round < mostRounds; round += 1) {
    const slopes = weights.map((weight, item) => pull * (weight - (prior[item] as number)));
    const bends = prior.map((_, row) => prior.map((__, column) => (row === column ? pull : 0)));
    for (const { signals, correct } of rows) {
      const share = suretyOf({ weights }, signals);
      const error = share - (correct ? 1 : 0);
      const bend = share * (1 - share);
      for (let row = 0; row < prior.length; row += 1) {
        slopes[row] = (slopes[row] as number) + error * (signals[row] as number);
        const line = bends[row] as number[];
        for (let column = 0; column < prior.length; column += 1)
          line[column] = (line[column] as number) + bend * (signals[row] as number) * (signals[column] as number);
      }
    }
    const step = solve(bends, slopes);
    if (!step.every(Number.isFinite)) break;
    // a Newton step from far away may overshoot: it is halved until the loss falls
    let scale = 1;
    const moved = (): number[] => weights.map((weight, item) => weight - scale * (step[item] as number));
    let next = lossOf(rows, moved(), prior);
    for (let halving = 0; halving < mostHalvings && !(next < loss); halving += 1) {
      scale /= 2;
      next = lossOf(rows, moved(), prior);
    }
    if (!(next < loss)) break;
    weights = moved();
    const isDone = loss - next < 1e-9;
    loss = next;
    if (isDone) break;
  }
  return { weights };
}

function lossOf(rows: SuretyRows, weights: readonly number[], prior: readonly number[]): number {
  let loss = 0;
  for (const [item, weight] of weights.entries()) loss += (pull / 2) * (weight - (prior[item] as number)) ** 2;
  for (const { signals, correct } of rows) {
    let sum = 0;
    for (let item = 0; item < weights.length; item += 1) sum += (weights[item] as number) * (signals[item] as number);
    // log(1 + exp(x)) without overflow
    const away = correct ? -sum : sum;
    loss += Math.max(0, away) + Math.log1p(Math.exp(-Math.abs(away)));
  }
  return loss;
}

/** Solves a symmetric positive system by elimination with pivots. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((line, row) => [...line, right[row] as number]);
  const size = rows.length;
  for (let item = 0; item < size; item += 1) {
    let best = item;
    for (let row = item + 1; row < size; row += 1) {
      if (Math.abs(rows[row]?.[item] as number) > Math.abs(rows[best]?.[item] as number)) best = row;
    }
    [rows[item], rows[best]] = [rows[best] as number[], rows[item] as number[]];
    const pivot = rows[item] as number[];
    for (let row = 0; row < size; row += 1) {
      if (row === item) continue;
      const line = rows[row] as number[];
      const factor = (line[item] as number) / (pivot[item] as number);
      for (let column = item; column <= size; column += 1)
        line[column] = (line[column] as number) - factor * (pivot[column] as number);
    }
  }
  return rows.map((line, item) => (line[size] as number) / (line[item] as number));
}
