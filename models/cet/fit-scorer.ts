import type { FitOptions } from '../estimator.ts';
import type { Backend } from '../nn/backend.ts';
import { train } from '../nn/trainer.ts';
import type { CetParameters } from './fit.ts';
import { memberStride } from './fit-screen.ts';
import { memberName, scorerNetwork, type ScorerShape } from './networks.ts';
import { batchOf, scorerWidth, type Window } from './window.ts';

export interface LabelledWindow {
  readonly window: Window;
  /** Beside `window.places`: 0 for what is no evidence, else how much of the target it gets, summing to 1. */
  readonly shares: readonly number[];
}

const batchWindows = 16;

export function scorerShape(sizes: CetParameters): ScorerShape {
  return {
    signals: scorerWidth,
    width: sizes.scorerWidth,
    layers: sizes.scorerLayers,
    heads: sizes.heads,
    inner: 2 * sizes.scorerWidth,
    dropout: sizes.dropout,
    members: 1,
  };
}

/** Learns what attention among the best candidates adds to their screen scores. */
export async function fitScorer(
  windows: readonly LabelledWindow[],
  backend: Backend,
  options: FitOptions,
  sizes: CetParameters,
): Promise<Map<string, Float32Array>> {
  const { parameters } = await train({
    network: scorerNetwork(scorerShape(sizes)),
    backend,
    rows: windows.length,
    batch: (rows) => {
      const chosen = rows.map((row) => windows[row]!);
      const batch = batchOf(chosen.map(({ window }) => window));
      return { ...batch, targets: { data: targetsOf(chosen, batch['mask']!.shape[1]!), shape: batch['mask']!.shape } };
    },
    batchSize: batchWindows,
    epochs: sizes.scorerEpochs,
    seed: options.seed,
    optimizer: { learningRate: sizes.scorerRate, weightDecay: 0.05 },
    stage: 'train cet',
    ...(options.progress && { progress: options.progress }),
    ...(options.signal && { signal: options.signal }),
  });
  return parameters;
}

/** Several transformers, each from a start of its own, side by side in one net whose mean is served. */
export async function fitScorers(
  windows: readonly LabelledWindow[],
  backend: Backend,
  options: FitOptions,
  sizes: CetParameters,
): Promise<Map<string, Float32Array>> {
  const all = new Map<string, Float32Array>();
  for (let member = 0; member < sizes.members; member += 1) {
    const seed = options.seed + memberStride * member;
    const learned = await fitScorer(windows, backend, { ...options, seed }, sizes);
    for (const [name, values] of learned) all.set(memberName(name, member), values);
  }
  return all;
}

function targetsOf(windows: readonly LabelledWindow[], longest: number): Float32Array {
  const targets = new Float32Array(windows.length * longest);
  for (const [at, { shares }] of windows.entries()) targets.set(shares, at * longest);
  return targets;
}
