import { softmax } from '../calibration.ts';
import { escalateStep, type LppmInput } from './example.ts';
import { applyPlatt } from './certainty/platt.ts';
import { lineOf, type ScriptStep } from './script.ts';
import { suretyOf, suretySignals } from './certainty/surety.ts';
import { applyTrust, scopeScore, softening, type TrustSigns } from './certainty/trust.ts';
import type { LppmPrediction } from './prediction.ts';
import type { ServedWeights } from './weights.ts';

/** Before calibration: what kind of action it is, and how sure the net and the filler were. */
export interface RawAnswer extends Omit<LppmPrediction, 'confidence' | 'alternatives'> {
  readonly kind: 'reply' | 'call' | 'ask';
  /** Share of the step that the nets chose. */
  readonly stepShare: number;
  /** The same, judged also by how the dialogue has gone. */
  readonly stepSurety: number;
  readonly score: number;
  readonly shares: Float64Array;
  readonly signs: TrustSigns;
}

const shown = 5;

type Mixed = Pick<ServedWeights, 'members' | 'temperatures' | 'parts' | 'steps' | 'processes'>;

/** Probabilities of all classes of a head, members mixed by their parts, each at its own temperature. */
export function sharesOf(weights: Mixed, scores: Float32Array, head: 'step' | 'process'): Float64Array {
  const votes = votesOf(weights, scores, head);
  return mix(
    votes,
    weights.parts.map((part) => part[head]),
  );
}

/** What each member says by itself, at its own temperature times `softened`. */
export function votesOf(
  weights: Omit<Mixed, 'parts'>,
  scores: Float32Array,
  head: 'step' | 'process',
  softened = 1,
): Float64Array[] {
  const sizes = { step: weights.steps.length, process: weights.processes.length };
  let start = head === 'step' ? 0 : sizes.step;
  return weights.members.map((member, number) => {
    const temperature = softened * (weights.temperatures[number]?.[head] ?? 1);
    const shares = softmax(scores.subarray(start, start + sizes[head]), temperature);
    start += member.outputs;
    return shares;
  });
}

export function mix(votes: readonly Float64Array[], parts: readonly number[]): Float64Array {
  const mixed = new Float64Array(votes[0]?.length ?? 0);
  votes.forEach((shares, member) => {
    const part = parts[member] as number;
    for (let item = 0; item < mixed.length; item += 1)
      mixed[item] = (mixed[item] as number) + part * (shares[item] as number);
  });
  return mixed;
}

/** From scores to an action with its values. Scores hold the outputs of all members, one after the other. */
export function rawAnswer(weights: ServedWeights, input: LppmInput, scores: Float32Array): RawAnswer {
  const votes = votesOf(weights, scores, 'step');
  const parts = weights.parts.map(({ step }) => step);
  const shares = mix(votes, parts);
  const chosen = largest(shares);
  const step = weights.steps[chosen] ?? escalateStep;
  const processes = sharesOf(weights, scores, 'process');
  const process = processes.length === 0 ? null : (weights.processes[largest(processes)] ?? null);
  const processConfidence = processes.length === 0 ? 0 : (processes[largest(processes)] as number);
  const stepShare = shares[chosen] as number;
  const escalateClass = weights.steps.indexOf(escalateStep);
  const stepSurety =
    weights.surety === null
      ? stepShare
      : suretyOf(weights.surety, suretySignals(input, shares, votes, chosen, escalateClass));
  const softVotes = votesOf(weights, scores, 'step', softening);
  const softScore = softVotes.reduce(
    (sum, vote, member) => sum + (parts[member] as number) * (vote[chosen] as number),
    0,
  );
  const signs = { score: stepSurety, softScore, unknownWords: weights.vocabulary.unknownWords(input) };
  const escalate = escalateClass < 0 ? 1 / (1 + Math.exp(scopeScore(signs))) : (shares[escalateClass] as number);
  const base = { process, processConfidence, step, escalate, stepShare, stepSurety, shares, signs };
  const nothing = { values: {}, missing: [], asks: null };
  const line = weights.script.steps[step];
  if (step === escalateStep || line === undefined) {
    return { ...base, ...nothing, action: { kind: 'escalate' }, kind: 'reply', score: stepSurety };
  }
  if (line.kind === 'reply') {
    const asks = weights.asks[step]?.split(' ').slice(1).join(' ') ?? null;
    const action = { kind: 'reply', text: lineOf(line, process) } as const;
    return { ...base, ...nothing, asks, action, kind: 'reply', score: stepSurety };
  }
  const tool = lineOf(line, process);
  const filled = weights.filler.fill(input.turns, tool);
  const question = filled.missing.length === 0 ? null : askingStep(weights, tool, filled.missing[0] as string);
  if (question !== null) {
    const action = { kind: 'reply', text: lineOf(question.line, process) } as const;
    return {
      ...base,
      ...filled,
      step: question.step,
      asks: filled.missing[0] as string,
      action,
      kind: 'ask',
      score: stepSurety,
    };
  }
  const given = Object.fromEntries(Object.entries(filled.values).map(([name, { value }]) => [name, value]));
  const action = { kind: 'call', tool, arguments: given } as const;
  return {
    ...base,
    values: filled.values,
    missing: filled.missing,
    asks: null,
    action,
    kind: 'call',
    score: stepSurety * filled.confidence,
  };
}

/** The reply that asks for an argument of a tool. */
function askingStep(
  weights: ServedWeights,
  tool: string,
  argument: string,
): { readonly step: string; readonly line: ScriptStep } | null {
  for (const [step, asked] of Object.entries(weights.asks)) {
    const line = weights.script.steps[step];
    if (asked === `${tool} ${argument}` && line?.kind === 'reply') return { step, line };
  }
  return null;
}

export function calibrated(weights: ServedWeights, raw: RawAnswer): LppmPrediction {
  const { shares, kind, score, stepShare: _, stepSurety, signs, ...rest } = raw;
  const order = Array.from(shares, (_, item) => item).sort((a, b) => (shares[b] as number) - (shares[a] as number));
  const first = {
    step: raw.step,
    confidence: applyPlatt(weights.calibration.step, kind === 'ask' ? score : stepSurety),
  };
  const others = order
    .slice(0, shown + 1)
    .map((item) => ({
      step: weights.steps[item] as string,
      confidence: applyPlatt(weights.calibration.step, shares[item] as number),
    }))
    .filter(({ step }) => step !== raw.step);
  const alternatives = [first, ...others].slice(0, shown);
  const { reply, [kind]: own } = weights.calibration;
  const confidence = kind === 'reply' ? applyTrust(reply, signs) : applyPlatt(own, score);
  return { ...rest, confidence, alternatives };
}

export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let item = 1; item < values.length; item += 1)
    if ((values[item] as number) > (values[best] as number)) best = item;
  return best;
}
