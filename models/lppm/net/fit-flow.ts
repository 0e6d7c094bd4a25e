import type { Random } from '../../../engine/core/clock.ts';
import { EngineError } from '../../../engine/core/errors.ts';
import { seededRandom, shuffle } from '../../../engine/core/random.ts';
import type { CompiledNetwork } from '../../nn/backend.ts';
import { withMasks } from '../../nn/dropout.ts';
import { OnnxBackend } from '../../nn/onnx-backend.ts';
import type { Batch } from '../../nn/operations.ts';
import { AdamW } from '../../nn/optimizer.ts';
import { initialParameters } from '../../nn/parameters.ts';
import type { Sequence } from '../encoding/sequences.ts';
import { readTurns } from '../encoding/turns.ts';
import type { SparseRows } from '../encoding/vocabulary.ts';
import type { Head, Targets } from './bag-net.ts';
import { BagTable, type Draw } from './bag-table.ts';
import { flowNetwork, tableInputs, type FlowNet, type FlowSizes } from './flow-net.ts';

export interface FlowOptions {
  readonly sizes: FlowSizes;
  readonly epochs: number;
  /** Highest rate of AdamW, for the dense part. */
  readonly learningRate: number;
  /** Rate of Adagrad, for the tables. */
  readonly tableRate: number;
  readonly inputDropout: number;
  readonly turnDropout: number;
  readonly memoryDropout: number;
  readonly stateDropout: number;
  /** Share of the target spread over all classes. */
  readonly smoothing: number;
  readonly seed: number;
}

/** What a recurrent net learns from. */
export interface FlowRows {
  readonly sequences: readonly Sequence[];
  /** Features of all turns of all sequences, one sequence after the other, and how many features there are. */
  readonly turns: SparseRows;
  readonly turnFeatures: number;
  /** Features of each example's whole dialogue, by the example's number. */
  readonly states: SparseRows;
  readonly stateFeatures: number;
}

/** Sequences of a step. Graphs have a fixed batch: what is missing is padding. */
export const batchSequences = 16;
/** Times that graphs are built for: a sequence takes the shortest that holds it. */
const graphTimes = [4, 7, 10, 14, 18, 22, 26, 32, readTurns];

/** First bias of the gate that keeps the memory: of what is there, 73 % stay at first. */
const keeping = 1;

/** A sequence with its place among the rows of turns. */
interface Placed extends Sequence {
  readonly first: number;
}

/**
 * Trains a recurrent net by back-propagation through time, `batchSequences` stretches a step; the same rows and seed give
 * the same net. `onEpoch` is told the mean loss and may throw to stop. @throws TRAINING_DIVERGED
 */
export async function trainFlowNet(
  rows: FlowRows,
  heads: readonly Head[],
  targets: readonly Targets[],
  options: FlowOptions,
  onEpoch: (epoch: number, loss: number) => void = () => undefined,
): Promise<FlowNet> {
  const random = seededRandom(options.seed);
  const tables = {
    turns: new BagTable(rows.turnFeatures, options.sizes.turn, random),
    states: new BagTable(rows.stateFeatures, options.sizes.state, random),
  };
  let first = 0;
  const placed = rows.sequences.map((sequence): Placed => {
    const own = { ...sequence, first };
    first += sequence.turns.length;
    return own;
  });
  const backend = new OnnxBackend();
  const graphs = new Map<number, CompiledNetwork>();
  const describe = (times: number) => flowNetwork(options.sizes, { ...options, times, batch: batchSequences, heads });
  const parameters = initialParameters(describe(1), options.seed);
  // a memory that keeps what it has until it learns better reaches back further
  parameters.get('memory.bias')?.fill(keeping, 0, options.sizes.memory);
  try {
    const total = batchesOf(placed, random).length * options.epochs;
    let optimizer: AdamW | null = null;
    let step = 0;
    for (let epoch = 0; epoch < options.epochs; epoch += 1) {
      let sum = 0;
      let count = 0;
      for (const { times, sequences } of batchesOf(placed, random)) {
        const graph = graphs.get(times) ?? (await backend.compile(describe(times)));
        graphs.set(times, graph);
        optimizer ??= new AdamW(
          graph.parameters.filter(({ name }) => !(Object.values(tableInputs) as string[]).includes(name)),
          total,
          { learningRate: options.learningRate, warmUp: 0.05, decay: 'linear' },
        );
        const drawn = drawBatch(rows, tables, sequences, times, options, random);
        parameters.set(tableInputs.turns, drawn.turns).set(tableInputs.states, drawn.states);
        const { batch, weight } = targetsOf(sequences, times, heads, targets, options.smoothing);
        const result = await graph.step(parameters, withMasks(batch, graph.dropouts, graph.inputs, random));
        const length = optimizer.update(parameters, result.gradients);
        if (!Number.isFinite(result.loss) || !Number.isFinite(length))
          throw new EngineError('TRAINING_DIVERGED', { what: 'lppm', step, loss: result.loss });
        const rate = options.tableRate * (1 - step / total);
        // the loss is a mean over answers; tables learn from each answer by itself
        for (const { table, draw, place } of drawn.draws) {
          const gradient = result.gradients.get(tableInputs[table])?.dense as Float32Array;
          tables[table].learn(draw, gradient, place * tables[table].width, weight, rate);
        }
        sum += result.loss * weight;
        count += weight;
        step += 1;
      }
      onEpoch(epoch, sum / Math.max(1, count));
    }
  } finally {
    for (const graph of graphs.values()) await graph.dispose();
  }
  for (const name of Object.values(tableInputs)) parameters.delete(name);
  return {
    sizes: options.sizes,
    outputs: heads.reduce((sum, { size }) => sum + size, 0),
    turnTable: tables.turns.values(),
    stateTable: tables.states.values(),
    parameters,
  };
}

/** Sequences of about the same length side by side, in an order that `random` gives. */
function batchesOf(placed: readonly Placed[], random: Random): { times: number; sequences: Placed[] }[] {
  const byTimes = Map.groupBy(shuffle([...placed], random), ({ turns }) =>
    graphTimes.find((times) => turns.length <= times),
  );
  const batches = [...byTimes].flatMap(([times = readTurns, own]) =>
    Array.from({ length: Math.ceil(own.length / batchSequences) }, (_, batch) => ({
      times,
      sequences: own.slice(batch * batchSequences, (batch + 1) * batchSequences),
    })),
  );
  return shuffle(batches, random);
}

interface Drawn {
  /** [times, batch, width] */
  readonly turns: Float32Array;
  readonly states: Float32Array;
  readonly draws: { readonly table: 'turns' | 'states'; readonly draw: Draw; readonly place: number }[];
}

function drawBatch(
  rows: FlowRows,
  tables: Readonly<Record<'turns' | 'states', BagTable>>,
  sequences: readonly Placed[],
  times: number,
  { inputDropout }: FlowOptions,
  random: Random,
): Drawn {
  const drawn: Drawn = {
    turns: new Float32Array(times * batchSequences * tables.turns.width),
    states: new Float32Array(times * batchSequences * tables.states.width),
    draws: [],
  };
  const add = (table: 'turns' | 'states', row: number, place: number): void => {
    const draw = tables[table].draw(rows[table], row, inputDropout, random);
    tables[table].sum(draw, drawn[table], place * tables[table].width);
    drawn.draws.push({ table, draw, place });
  };
  sequences.forEach(({ first, turns, answers }, item) => {
    turns.forEach((_, time) => add('turns', first + time, time * batchSequences + item));
    let last = -1;
    for (const { example, place } of answers) {
      if (place !== last) add('states', example, place * batchSequences + item);
      last = place;
    }
  });
  return drawn;
}

/** Targets and weights of all heads; `weight` is the number of examples that the batch holds. */
function targetsOf(
  sequences: readonly Placed[],
  times: number,
  heads: readonly Head[],
  targets: readonly Targets[],
  smoothing: number,
): { batch: Batch; weight: number } {
  const cells = times * batchSequences;
  const batch: Record<string, Batch[string]> = {};
  let weight = 0;
  heads.forEach(({ size }, number) => {
    const shares = new Float32Array(cells * size);
    const weights = new Float32Array(cells);
    sequences.forEach(({ answers }, item) => {
      for (const { example, place } of answers) {
        const right = targets[number]?.[example] ?? [];
        if (number === 0) weight += 1;
        if (right.length === 0) continue;
        const cell = place * batchSequences + item;
        weights[cell] = (weights[cell] as number) + 1;
        for (const target of right) {
          const at = cell * size + target;
          shares[at] = (shares[at] as number) + 1 / right.length;
        }
      }
    });
    weights.forEach((count, cell) => {
      if (count === 0) return;
      for (let at = cell * size; at < (cell + 1) * size; at += 1)
        shares[at] = ((1 - smoothing) * (shares[at] as number)) / count + smoothing / size;
    });
    batch[`targets.${number}`] = { data: shares, shape: [times, batchSequences, size] };
    batch[`weights.${number}`] = { data: weights, shape: [times, batchSequences] };
  });
  return { batch, weight };
}
