import type { FitOptions } from '../estimator.ts';
import type { Backend } from '../nn/backend.ts';
import { train } from '../nn/trainer.ts';
import type { CetParameters } from './parameters.ts';
import type { ScorerShape } from './networks.ts';
import { scorerNetwork } from './networks.ts';
import { secondWidth } from './second-signals.ts';
import { batchOf, scorerWidth, type Shortlist } from './shortlist.ts';

export interface LabelledList {
  readonly list: Shortlist;
  /** Of `list.places` the evidence comes first, so many. */
  readonly evidence: number;
}

const batchLists = 16;

export function scorerShape(sizes: CetParameters): ScorerShape {
  return {
    signals: scorerWidth,
    second: secondWidth,
    hidden: sizes.scorerHidden,
    width: sizes.scorerWidth,
    heads: sizes.heads,
    inner: 2 * sizes.scorerWidth,
    dropout: sizes.dropout,
  };
}

/** Learns to judge candidates by their signals, by what the screen found around them, and beside the best ones. */
export async function fitScorer(
  lists: readonly LabelledList[],
  backend: Backend,
  options: FitOptions,
  sizes: CetParameters,
): Promise<Map<string, Float32Array>> {
  const { parameters } = await train({
    network: scorerNetwork(scorerShape(sizes)),
    backend,
    rows: lists.length,
    batch: (rows) => {
      const chosen = rows.map((row) => lists[row]!);
      const batch = batchOf(chosen.map(({ list }) => list));
      const { shape } = batch['places']!;
      return { ...batch, ...answersOf(chosen, shape[1]!) };
    },
    batchSize: batchLists,
    epochs: sizes.scorerEpochs,
    seed: options.seed,
    optimizer: { learningRate: sizes.scorerRate, weightDecay: 0.05 },
    stage: 'train cet',
    ...(options.progress && { progress: options.progress }),
    ...(options.signal && { signal: options.signal }),
  });
  return parameters;
}

/** All evidence of a question counts the same; what it costs is the assembly's business. */
function answersOf(lists: readonly LabelledList[], longest: number) {
  const targets = new Float32Array(lists.length * longest);
  const mask = new Float32Array(lists.length * longest);
  for (const [at, { list, evidence }] of lists.entries()) {
    targets.fill(1 / evidence, at * longest, at * longest + evidence);
    mask.fill(1, at * longest, at * longest + list.places.length);
  }
  const shape = [lists.length, longest];
  return { targets: { data: targets, shape }, mask: { data: mask, shape } };
}
