import type { Random } from '../../../engine/core/clock.ts';
import { hashFraction } from '../../../engine/core/hash.ts';
import { shuffle } from '../../../engine/core/random.ts';
import type { FitOptions } from '../../estimator.ts';
import { bertHidden, bertLayerOf, bertPooled, type BertShape } from '../../nn/bert.ts';
import { bertFolderFiles, bertNetwork, unsupported, type BertFolder } from '../../nn/bert-folder.ts';
import { linear } from '../../nn/layers.ts';
import { OnnxBackend } from '../../nn/onnx-backend.ts';
import type { Batch, Network, Operations, Parameters, Value } from '../../nn/operations.ts';
import { Runtime } from '../../nn/session.ts';
import { buildServedGraph } from '../../nn/tape.ts';
import { train as trainNetwork, type Checkpoint } from '../../nn/trainer.ts';
import { padIds } from '../../text/wordpiece.ts';
import type { LppmExample } from '../example.ts';
import { lastText, probeText, type SentenceEncoder } from './sentence-encoder.ts';

export interface TuningOptions {
  readonly epochs: number;
  /** Batches of a fit; with more rows than they hold, an epoch sees a part of them. */
  readonly mostBatches: number;
  readonly batchTexts: number;
  /** Of a longer text the beginning is read while tuning. */
  readonly mostTokens: number;
  /** Highest rate of the encoder's last layer. */
  readonly learningRate: number;
  /** Factor on the rate from each layer to the one below; the embeddings are below all. */
  readonly layerDecay: number;
  /** Factor on the rate for the heads, which start from nothing. */
  readonly headFactor: number;
  readonly dropout: number;
  /** Share of the target spread over all classes. */
  readonly smoothing: number;
}

/** Rates and decay as in the literature on tuning small BERTs; not chosen on any data of ours. */
export const usualTuning: TuningOptions = {
  epochs: 4,
  mostBatches: 1_500,
  batchTexts: 16,
  mostTokens: 64,
  learningRate: 1e-4,
  layerDecay: 0.85,
  headFactor: 10,
  dropout: 0.1,
  smoothing: 0.05,
};

export interface TuningJob extends Pick<FitOptions, 'seed' | 'device' | 'progress' | 'signal' | 'notice'> {
  readonly tuning?: Partial<TuningOptions>;
}

interface TuningHead {
  readonly name: string;
  readonly classes: readonly string[];
  /** Part of the loss. */
  readonly weight: number;
  readonly classOf: (example: LppmExample) => string | null;
}

interface TuningRow {
  readonly ids: Int32Array;
  readonly example: LppmExample;
}

/** Share of the conversations that choose the epoch, and the fewest rows that can. */
const held = { share: 0.15, fewestRows: 20 } as const;
const processWeight = 0.3;
/** Tape and graph round differently; another architecture differs by far more. */
const sameVector = 1e-3;

/**
 * Tunes all weights of the encoder by what was done after the last user turn: heads for step and process stand on its
 * vector while it learns and are then let go. The best epoch on held-out conversations of `examples` is kept.
 * @returns files of a folder with the tuned weights
 * @throws RUNTIME_UNAVAILABLE where the tape does not give the encoder's own vectors; TRAINING_DIVERGED, JOB_CANCELLED
 */
export async function tuneEncoder(
  encoder: SentenceEncoder,
  bert: BertFolder,
  examples: readonly LppmExample[],
  job: TuningJob,
): Promise<Map<string, Uint8Array>> {
  await checkSame(encoder, bert);
  const options = { ...usualTuning, ...job.tuning };
  const known = new Map<string, Int32Array>();
  const idsOf = (text: string): Int32Array => {
    let ids = known.get(text);
    if (ids === undefined) known.set(text, (ids = encoder.tokens(text).subarray(0, options.mostTokens)));
    return ids;
  };
  const rows = examples.flatMap((example): TuningRow[] => {
    const text = lastText(example.input);
    return text === '' ? [] : [{ ids: idsOf(text), example }];
  });
  const heads = headsOf(examples);
  if (rows.length === 0 || heads[0]!.classes.length < 2) return await bertFolderFiles(bert, bert.parameters);
  const isHeld = ({ example }: TuningRow): boolean => hashFraction(`tune ${example.conversation}`) < held.share;
  const judging = rows.filter(isHeld);
  const isChosen = judging.length >= held.fewestRows && judging.length < rows.length / 2;
  const teaching = isChosen ? rows.filter((row) => !isHeld(row)) : rows;
  const { parameters } = await trainNetwork({
    network: tuningNetwork(bert.shape, heads, encoder.pooling, options.dropout),
    backend: new OnnxBackend(job),
    rows: teaching.length,
    batch: (chosen) => {
      const own = chosen.map((row) => teaching[row]!);
      return { ...textBatch(own), ...targetBatch(own, heads, options.smoothing) };
    },
    batchSize: options.batchTexts,
    plan: (random) => planOf(teaching, options, random),
    epochs: options.epochs,
    seed: job.seed,
    initial: bert.parameters,
    optimizer: {
      learningRate: options.learningRate,
      decay: 'linear',
      rates: ratesOf(bert, heads, options),
    },
    ...(isChosen && { validate: (checkpoint) => heldScore(checkpoint, judging, heads, options) }),
    stage: 'tune encoder',
    ...(job.progress && { progress: job.progress }),
    ...(job.signal && { signal: job.signal }),
  });
  return await bertFolderFiles(bert, parameters);
}

/** Inputs `input_ids` and `attention_mask`; outputs the scores of each head. */
function tuningNetwork(
  shape: BertShape,
  heads: readonly TuningHead[],
  pooling: 'mean' | 'cls',
  dropout: number,
): Network {
  return (operations) => {
    const pooled = bertPooled(operations, bertHidden(operations, shape, dropout), pooling);
    const scores = heads.map(({ name, classes }) => linear(operations, pooled, classes.length, headName(name)));
    const outputs = Object.fromEntries(heads.map(({ name }, number) => [name, scores[number]!]));
    return { outputs, loss: () => lossOf(operations, heads, scores) };
  };
}

function lossOf(operations: Operations, heads: readonly TuningHead[], scores: readonly Value[]): Value {
  return heads
    .map(({ name, classes, weight }, number) => {
      const targets = operations.input(`targets.${name}`, 'float32', ['b', classes.length]);
      return operations.scale(operations.softmaxCrossEntropy(scores[number]!, targets), weight);
    })
    .reduce((sum, part) => operations.add(sum, part));
}

function headName(name: string): string {
  return `head.${name}`;
}

function headsOf(examples: readonly LppmExample[]): TuningHead[] {
  const head = (name: string, weight: number, classOf: TuningHead['classOf']): TuningHead => {
    const classes = [...new Set(examples.map(classOf).filter((one) => one !== null))].sort();
    return { name, classes, weight, classOf };
  };
  const process = head('process', processWeight, (example) => example.process);
  return [head('step', 1, ({ step }) => step), ...(process.classes.length > 1 ? [process] : [])];
}

function ratesOf(
  { shape, parameters }: BertFolder,
  heads: readonly TuningHead[],
  { layerDecay, headFactor }: TuningOptions,
): Record<string, number> {
  const rates: Record<string, number> = {};
  for (const name of parameters.keys()) rates[name] = layerDecay ** (shape.layers - 1 - (bertLayerOf(name) ?? 0));
  for (const { name } of heads) {
    for (const part of ['weight', 'bias']) rates[`${headName(name)}.${part}`] = headFactor;
  }
  return rates;
}

/** Random batches of texts of like length. */
function planOf(rows: readonly TuningRow[], options: TuningOptions, random: Random): number[][] {
  const { batchTexts, mostBatches, epochs } = options;
  const most = Math.max(1, Math.floor(mostBatches / epochs)) * batchTexts;
  const order = shuffle([...rows.keys()], random).slice(0, most);
  const batches: number[][] = [];
  const pool = 8 * batchTexts;
  for (let start = 0; start < order.length; start += pool) {
    const near = order.slice(start, start + pool).sort((a, b) => rows[a]!.ids.length - rows[b]!.ids.length || a - b);
    for (let at = 0; at < near.length; at += batchTexts) batches.push(near.slice(at, at + batchTexts));
  }
  return shuffle(batches, random);
}

function textBatch(rows: readonly Pick<TuningRow, 'ids'>[]): Batch {
  const { ids, mask, shape } = padIds(rows.map((row) => row.ids));
  return { input_ids: { data: ids, shape }, attention_mask: { data: mask, shape } };
}

/** Rows whose class is unknown teach nothing. */
function targetBatch(rows: readonly TuningRow[], heads: readonly TuningHead[], smoothing: number): Batch {
  const batch: Record<string, Batch[string]> = {};
  for (const { name, classes, classOf } of heads) {
    const size = classes.length;
    const data = new Float32Array(rows.length * size);
    rows.forEach(({ example }, row) => {
      const right = classes.indexOf(classOf(example) ?? '');
      if (right < 0) return;
      data.fill(smoothing / size, row * size, (row + 1) * size);
      data[row * size + right] = 1 - smoothing + smoothing / size;
    });
    batch[`targets.${name}`] = { data, shape: [rows.length, size] };
  }
  return batch;
}

/** Mean log share of the right step: higher is better. */
async function heldScore(
  { network, parameters }: Checkpoint,
  rows: readonly TuningRow[],
  [step]: readonly TuningHead[],
  { batchTexts }: TuningOptions,
): Promise<number> {
  const { name, classes, classOf } = step!;
  let sum = 0;
  for (let start = 0; start < rows.length; start += batchTexts) {
    const part = rows.slice(start, start + batchTexts);
    const data = (await network.forward(parameters, textBatch(part)))[name]!.data as Float32Array;
    part.forEach(({ example }, row) => {
      const scores = data.subarray(row * classes.length, (row + 1) * classes.length);
      const most = scores.reduce((highest, score) => Math.max(highest, score), -Infinity);
      const total = scores.reduce((all, score) => all + Math.exp(score - most), 0);
      sum += scores[classes.indexOf(classOf(example) ?? '')]! - most - Math.log(total);
    });
  }
  return sum / rows.length;
}

/** The tape must give what the encoder's own graph gives: what is unlike BERT under the same names shows here. */
async function checkSame(encoder: SentenceEncoder, bert: BertFolder): Promise<void> {
  const [own = new Float32Array()] = await encoder.readTexts([probeText]);
  const vector = await tapeVector(bert, bert.parameters, encoder.tokens(probeText), encoder.pooling);
  const difference = own.reduce((most, value, at) => Math.max(most, Math.abs(value - (vector[at] ?? NaN))), 0);
  if (difference <= sameVector) return;
  throw unsupported(bert.folder, `computed as a BERT, its vectors differ by ${difference.toFixed(4)} from its own`);
}

/** Vector of length 1 of a text, computed by the tape's network. */
export async function tapeVector(
  { shape }: BertFolder,
  parameters: Parameters,
  ids: Int32Array,
  pooling: 'mean' | 'cls',
): Promise<Float32Array> {
  const pooled: Network = (operations) => {
    const { last_hidden_state: hidden } = bertNetwork(shape)(operations).outputs;
    return { outputs: { pooled: bertPooled(operations, hidden!, pooling) } };
  };
  const session = await new Runtime({ device: 'cpu' }).open(buildServedGraph(pooled, parameters));
  try {
    const vector = (await session.run(textBatch([{ ids }])))['pooled']!.data as Float32Array;
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  } finally {
    await session.dispose();
  }
}
