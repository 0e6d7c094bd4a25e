import { linear } from '../../nn/layers.ts';
import type { Network, Operations, Parameters, Value } from '../../nn/operations.ts';

/** Widths of a net that reads a dialogue turn by turn; multiples of four. */
export interface FlowSizes {
  /** Numbers that a turn becomes. */
  readonly turn: number;
  /** Numbers of the memory that is carried from turn to turn. */
  readonly memory: number;
  /** Hidden units for the features of the whole dialogue at the turn to be answered. */
  readonly state: number;
}

/**
 * A recurrent net: each turn's features become `turn` numbers, a gated recurrent unit carries them on, and its memory
 * after the last turn, beside hidden units over the features of the whole dialogue, gives the scores of all heads.
 */
export interface FlowNet {
  readonly sizes: FlowSizes;
  readonly outputs: number;
  /** [features of turns, turn]. */
  readonly turnTable: Float32Array;
  /** [features of dialogues, state]. */
  readonly stateTable: Float32Array;
  /** The dense part by the names that `flowNetwork` gives. */
  readonly parameters: Parameters;
}

/** Parts that learning needs beside the net itself. */
export interface FlowTraining {
  readonly times: number;
  readonly batch: number;
  /** Sizes of the softmax heads, one after the other, and weights of their losses. */
  readonly heads: readonly { readonly size: number; readonly weight: number }[];
  readonly turnDropout: number;
  readonly memoryDropout: number;
  readonly stateDropout: number;
}

/** Sums of table rows stand as parameters in the training graph, since their gradients are wanted. */
export const tableInputs = { turns: 'turns', states: 'states' } as const;

/** The dense part in training; times first. Batch: per head `targets.n` [times, batch, size], `weights.n` [times, batch]. */
export function flowNetwork(sizes: FlowSizes, training: FlowTraining): Network {
  const { times, batch, heads } = training;
  return (operations) => {
    const zeros = { kind: 'zeros' } as const;
    const turns = operations.parameter(tableInputs.turns, [times, batch, sizes.turn], zeros, { decay: false });
    const states = operations.parameter(tableInputs.states, [times, batch, sizes.state], zeros, { decay: false });
    const read = operations.dropout(biased(operations, turns, sizes.turn, 'turn'), training.turnDropout);
    const carried = operations.dropout(memoryOf(operations, read, sizes), training.memoryDropout);
    const seen = operations.dropout(biased(operations, states, sizes.state, 'state'), training.stateDropout);
    const total = heads.reduce((sum, { size }) => sum + size, 0);
    const scores = linear(operations, operations.concat([carried, seen], 2), total, 'scores', 0.5);
    return {
      outputs: { scores },
      loss: () => {
        let start = 0;
        const losses = heads.map(({ size, weight }, number) => {
          const own = operations.slice(scores, 2, start, start + size);
          start += size;
          const targets = operations.input(`targets.${number}`, 'float32', [times, batch, size]);
          const weights = operations.input(`weights.${number}`, 'float32', [times, batch]);
          return operations.scale(operations.softmaxCrossEntropy(own, targets, weights), weight);
        });
        return losses.reduce((sum, loss) => operations.add(sum, loss));
      },
    };
  };
}

function biased(operations: Operations, x: Value, width: number, name: string): Value {
  return operations.relu(operations.add(x, operations.parameter(`${name}.bias`, [width], { kind: 'zeros' })));
}

function memoryOf(operations: Operations, x: Value, { turn, memory }: FlowSizes): Value {
  const matrix = (name: string, rows: number): Value =>
    operations.parameter(name, [rows, 3 * memory], { kind: 'normal', deviation: 1 / Math.sqrt(rows) });
  const bias = operations.parameter('memory.bias', [3 * memory], { kind: 'zeros' });
  return operations.gru(x, matrix('memory.weight', turn), matrix('memory.recurrent', memory), bias);
}
