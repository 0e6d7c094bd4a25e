import type { Random } from '../../engine/core/clock.ts';
import { shuffle } from '../../engine/core/random.ts';
import type { FitOptions } from '../estimator.ts';
import type { Backend } from '../nn/backend.ts';
import type { Batch } from '../nn/operations.ts';
import { train } from '../nn/trainer.ts';
import type { CetParameters } from './parameters.ts';
import { screenNetwork } from './networks.ts';
import { rowWidth } from './rows.ts';

/** What the screen learns from: standardised rows of some candidates of a question, the evidence first. */
export interface ScreenList {
  readonly rows: Float32Array;
  readonly evidence: number;
}

const batchLists = 16;

/** Between the seeds of screens: apart enough that those of one fit are not those of the next. */
export const memberStride = 7919;

/** Draws the candidates of a question that the screen learns from: all evidence, and others by chance. */
export function drawPlaces(isEvidence: readonly boolean[], most: number, random: Random): number[] {
  const places = isEvidence.map((_, place) => place);
  const evidence = shuffle(
    places.filter((place) => isEvidence[place]),
    random,
  );
  const others = shuffle(
    places.filter((place) => isEvidence[place] !== true),
    random,
  );
  const kept = evidence.slice(0, Math.ceil(most / 2));
  return [...kept, ...others.slice(0, most - kept.length)];
}

/** Learns the score of a candidate by itself, against the other candidates of its question. */
export async function fitScreen(
  lists: readonly ScreenList[],
  backend: Backend,
  options: FitOptions,
  sizes: CetParameters,
): Promise<Map<string, Float32Array>> {
  const { parameters } = await train({
    network: screenNetwork(rowWidth, sizes.screenHidden, sizes.dropout),
    backend,
    rows: lists.length,
    batch: (rows) => listBatch(rows.map((row) => lists[row]!)),
    batchSize: batchLists,
    epochs: sizes.screenEpochs,
    seed: options.seed,
    optimizer: { learningRate: 3e-3, weightDecay: 0.05 },
    stage: 'train cet screen',
    ...(options.progress && { progress: options.progress }),
    ...(options.signal && { signal: options.signal }),
  });
  return parameters;
}

/** The mean of several screens: one screen with their hidden units side by side. */
export function meanScreen(
  screens: readonly ReadonlyMap<string, Float32Array>[],
  hidden: number,
): Map<string, Float32Array> {
  const mean = (name: string): Float32Array => {
    const all = screens.map((screen) => screen.get(name)!);
    return all[0]!.map((_, at) => all.reduce((sum, one) => sum + one[at]!, 0) / all.length);
  };
  const beside = (name: string): Float32Array => {
    const wide = hidden * screens.length;
    const all = screens.map((screen) => screen.get(name)!);
    const rows = all[0]!.length / hidden;
    const merged = new Float32Array(rows * wide);
    for (const [member, one] of all.entries()) {
      for (let row = 0; row < rows; row += 1) {
        merged.set(one.subarray(row * hidden, (row + 1) * hidden), row * wide + member * hidden);
      }
    }
    return merged;
  };
  return new Map([
    ['screen.straight.weight', mean('screen.straight.weight')],
    ['screen.straight.bias', mean('screen.straight.bias')],
    ['screen.inner.weight', beside('screen.inner.weight')],
    ['screen.inner.bias', beside('screen.inner.bias')],
    ['screen.outer.weight', beside('screen.outer.weight').map((weight) => weight / screens.length)],
    ['screen.outer.bias', mean('screen.outer.bias')],
  ]);
}

function listBatch(lists: readonly ScreenList[]): Batch {
  const longest = lists.reduce((most, { rows }) => Math.max(most, rows.length / rowWidth), 1);
  const size = lists.length * longest;
  const signals = new Float32Array(size * rowWidth);
  const mask = new Float32Array(size);
  const targets = new Float32Array(size);
  for (const [at, { rows, evidence }] of lists.entries()) {
    signals.set(rows, at * longest * rowWidth);
    mask.fill(1, at * longest, at * longest + rows.length / rowWidth);
    targets.fill(1 / Math.max(evidence, 1), at * longest, at * longest + evidence);
  }
  const shape = [lists.length, longest];
  return {
    signals: { data: signals, shape: [...shape, rowWidth] },
    mask: { data: mask, shape },
    targets: { data: targets, shape },
  };
}
