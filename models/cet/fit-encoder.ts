import type { Random } from '../../engine/core/clock.ts';
import { shuffle } from '../../engine/core/random.ts';
import type { FitOptions } from '../estimator.ts';
import type { Backend } from '../nn/backend.ts';
import type { Batch } from '../nn/operations.ts';
import { train } from '../nn/trainer.ts';
import { padIds, Wordpiece } from '../text/wordpiece.ts';
import { trainWordpiece } from '../text/wordpiece-trainer.ts';
import { pairNetwork, type EncoderShape } from './encoder-network.ts';
import type { CetExample } from './example.ts';
import type { CetParameters } from './parameters.ts';
import { withoutSpeaker } from './lexical-text.ts';

/** Two texts that belong together; pairs of one group are each other's wrong answers, from all conversations. */
interface Pair {
  readonly left: string;
  readonly right: string;
  readonly group: string;
}

const batchPairs = 48;
/** Fewer pairs than this say nothing against each other. */
const fewestPairs = 4;
/** Turns shorter than this, in characters, are greetings and nods. */
const shortest = 25;

export interface FittedEncoder {
  readonly wordpiece: Wordpiece;
  readonly shape: EncoderShape;
  readonly parameters: Map<string, Float32Array>;
  readonly loss: number;
}

/** Learns words' pieces from all texts, and the encoder from pairs: question and evidence, turn and next turn. */
export async function fitEncoder(
  examples: readonly CetExample[],
  backend: Backend,
  options: FitOptions,
  sizes: CetParameters,
): Promise<FittedEncoder> {
  const texts = new Set<string>();
  for (const { input } of examples) {
    texts.add(input.query);
    for (const { text, speaker } of input.candidates) texts.add(withoutSpeaker(text, speaker));
  }
  const wordpiece = new Wordpiece(trainWordpiece(texts, { size: sizes.vocabulary }));
  const shape: EncoderShape = {
    vocabulary: wordpiece.vocabulary.length,
    length: sizes.encoderLength,
    width: sizes.encoderWidth,
    layers: sizes.encoderLayers,
    heads: sizes.heads,
    inner: 2 * sizes.encoderWidth,
    dropout: sizes.dropout,
  };
  const pairs = pairsOf(examples);
  const known = new Map<string, Int32Array>();
  const idsOf = (text: string): Int32Array => {
    let ids = known.get(text);
    if (ids === undefined) known.set(text, (ids = wordpiece.encode(text, shape.length)));
    return ids;
  };
  const { parameters, losses } = await train({
    network: pairNetwork(shape),
    backend,
    rows: pairs.length,
    batch: (rows) =>
      pairBatch(
        rows.map((row) => pairs[row]!),
        idsOf,
      ),
    batchSize: batchPairs,
    plan: (random) => planOf(pairs, random, sizes.encoderSteps),
    epochs: 1,
    seed: options.seed,
    optimizer: { learningRate: 3e-3, weightDecay: 0.05, rates: { words: 3 } },
    stage: 'train cet encoder',
    ...(options.progress && { progress: options.progress }),
    ...(options.signal && { signal: options.signal }),
  });
  return { wordpiece, shape, parameters, loss: losses.at(-1) ?? 0 };
}

function pairsOf(examples: readonly CetExample[]): Pair[] {
  const pairs: Pair[] = [];
  const followed = new Set<string>();
  for (const { input, evidence, conversation } of examples) {
    const wanted = new Set(evidence);
    const said = input.candidates.map(({ text, speaker }) => withoutSpeaker(text, speaker));
    for (const [place, candidate] of input.candidates.entries()) {
      const right = said[place]!;
      if (right.length < shortest) continue;
      if (wanted.has(candidate.id)) pairs.push({ left: input.query, right, group: 'asked' });
      const next = said[place + 1] ?? '';
      const key = `${conversation} ${candidate.id}`;
      if (next.length < shortest || followed.has(key)) continue;
      followed.add(key);
      pairs.push({ left: right, right: next, group: 'followed' });
    }
  }
  return pairs;
}

/** Batches of one group each, in random order; the last short one of a group goes where it is too short. */
function planOf(pairs: readonly Pair[], random: Random, most: number): number[][] {
  const groups = new Map<string, number[]>();
  for (const [row, { group }] of pairs.entries()) {
    const rows = groups.get(group);
    if (rows === undefined) groups.set(group, [row]);
    else rows.push(row);
  }
  const batches: number[][] = [];
  for (const rows of groups.values()) {
    shuffle(rows, random);
    for (let start = 0; start < rows.length; start += batchPairs) batches.push(rows.slice(start, start + batchPairs));
  }
  const large = batches.filter((rows) => rows.length >= fewestPairs);
  const usable = shuffle(large.length > 0 ? large : batches, random);
  return Array.from({ length: Math.min(most, 4 * usable.length) }, (_, step) => usable[step % usable.length]!);
}

function pairBatch(pairs: readonly Pair[], idsOf: (text: string) => Int32Array): Batch {
  const left = padIds(pairs.map((pair) => idsOf(pair.left)));
  const right = padIds(pairs.map((pair) => idsOf(pair.right)));
  const size = pairs.length;
  const targets = new Float32Array(size * size);
  for (const [row, pair] of pairs.entries()) {
    const same = pairs.flatMap((other, column) => (other.left === pair.left ? [column] : []));
    for (const column of same) targets[row * size + column] = 1 / same.length;
  }
  return {
    left_ids: { data: left.ids, shape: left.shape },
    left_mask: { data: left.mask, shape: left.shape },
    right_ids: { data: right.ids, shape: right.shape },
    right_mask: { data: right.mask, shape: right.shape },
    targets: { data: targets, shape: [size, size] },
  };
}
