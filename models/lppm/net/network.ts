import { dataTypes, encodeModel, type OnnxNode, type OnnxTensor, type OnnxValue } from '../../nn/onnx-proto.ts';
import type { BagNet } from './bag-net.ts';
import type { FlowNet } from './flow-net.ts';
import { int8Table } from './int8.ts';

/** One net of an ensemble. */
export type Member = BagNet | FlowNet;

export function isFlow(member: Member): member is FlowNet {
  return 'turnTable' in member;
}

/**
 * The served graph of all members: rows of each member's table are looked up, weighted and summed, then
 * relu and one matrix. Tables are 8-bit with a scale a row, which goes into the weights. `indices` int32 and `weights`
 * float32 are [batch, features], padded with index 0 and weight 0. A recurrent member also reads
 * `turn_indices` int32 [batch, features], all features of all turns of a dialogue, `turn_weights` [batch, turns, features],
 * what each of them weighs in each turn, and `turns` int32 [batch], how many turns each dialogue has.
 * `scores` is [batch, members * outputs];
 * `hidden`, where a member has hidden units, the values [batch, units] of the first such member.
 */
export function networkOf(members: readonly Member[]): Uint8Array<ArrayBuffer> {
  const parts = new Parts();
  const deep = members.findIndex((member) => isFlow(member) || member.hidden > 0);
  const scores = members.map((member, number) => {
    const hidden = number === deep ? 'hidden' : `m${number}.hidden`;
    return isFlow(member)
      ? flowScores(parts, member, `m${number}`, hidden)
      : bagScores(parts, member, `m${number}`, hidden);
  });
  parts.add('Concat', scores, 'scores', { axis: { int: 1 } });
  const first = members[deep];
  const units = first === undefined ? undefined : isFlow(first) ? first.sizes.state : first.hidden;
  const outputs = members.reduce((sum, member) => sum + member.outputs, 0);
  return encodeModel({
    nodes: parts.nodes,
    constants: parts.constants,
    inputs: [
      { name: 'indices', type: 'int32', shape: ['batch', 'features'] },
      { name: 'weights', type: 'float32', shape: ['batch', 'features'] },
      ...(members.some(isFlow) ? turnInputs : []),
    ],
    outputs: [
      { name: 'scores', type: 'float32', shape: ['batch', outputs] },
      ...(units === undefined ? [] : [{ name: 'hidden', type: 'float32', shape: ['batch', units] } as const]),
    ],
  });
}

const turnInputs: readonly OnnxValue[] = [
  { name: 'turn_indices', type: 'int32', shape: ['batch', 'turn features'] },
  { name: 'turn_weights', type: 'float32', shape: ['batch', 'turns', 'turn features'] },
  { name: 'turns', type: 'int32', shape: ['batch'] },
];

/** Nodes and constants of a graph in the making. */
class Parts {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  readonly #known = new Set<string>();

  add(operator: string, inputs: string[], output: string, attributes: OnnxNode['attributes'] = {}): string {
    this.nodes.push({ operator, inputs, outputs: [output], attributes });
    return output;
  }

  matrix(name: string, shape: readonly number[], data: Float32Array): string {
    this.constants.push({ name, type: 'float32', shape, data });
    return name;
  }

  /** int64, one number. */
  axis(value: number): string {
    const name = `axis${value}`;
    if (!this.#known.has(name))
      this.constants.push({ name, type: 'int64', shape: [1], data: BigInt64Array.of(BigInt(value)) });
    this.#known.add(name);
    return name;
  }

  /** Rows of a table, looked up: [batch, features, width], still without the scales, which are [batch, 1, features]. */
  rows(prefix: string, table: Float32Array, width: number, indices: string): { found: string; scale: string } {
    const { values, scales } = int8Table(table, width);
    const count = scales.length;
    this.constants.push({ name: `${prefix}.table`, type: 'int8', shape: [count, width], data: values });
    const scale = this.add('Gather', [this.matrix(`${prefix}.scales`, [count], scales), indices], `${prefix}.scale`);
    const whole = this.add('Gather', [`${prefix}.table`, indices], `${prefix}.whole`);
    return {
      found: this.add('Cast', [whole], `${prefix}.found`, { to: { int: dataTypes.float32 } }),
      scale: this.add('Unsqueeze', [scale, this.axis(1)], `${prefix}.row.scale`),
    };
  }

  /** Weighted sums of a table's rows: [batch, width]. */
  bag(prefix: string, table: Float32Array, width: number): string {
    const { found, scale } = this.rows(prefix, table, width, 'indices');
    const row = this.add('Unsqueeze', ['weights', this.axis(1)], `${prefix}.row`);
    const weighted = this.add('Mul', [row, scale], `${prefix}.weighted`);
    const summed = this.add('MatMul', [weighted, found], `${prefix}.summed`);
    return this.add('Squeeze', [summed, this.axis(1)], `${prefix}.bag`);
  }

  /** relu(x + bias) */
  hidden(x: string, prefix: string, bias: Float32Array, output: string): string {
    const before = this.add('Add', [x, this.matrix(`${prefix}.hidden.bias`, [bias.length], bias)], `${prefix}.before`);
    return this.add('Relu', [before], output);
  }
}

function bagScores(parts: Parts, member: BagNet, prefix: string, output: string): string {
  const width = member.hidden === 0 ? member.outputs : member.hidden;
  const bag = parts.bag(prefix, member.embedding, width);
  const bias = parts.matrix(`${prefix}.bias`, [member.outputs], member.outputBias);
  if (member.hidden === 0) return parts.add('Add', [bag, bias], `${prefix}.scores`);
  const hidden = parts.hidden(bag, prefix, member.hiddenBias, output);
  const matrix = parts.matrix(`${prefix}.output`, [member.hidden, member.outputs], member.output);
  return parts.add('Gemm', [hidden, matrix, bias], `${prefix}.scores`);
}

function flowScores(
  parts: Parts,
  { sizes, outputs, turnTable, stateTable, parameters }: FlowNet,
  prefix: string,
  output: string,
): string {
  const given = (name: string): Float32Array => parameters.get(name) as Float32Array;
  const { found, scale } = parts.rows(`${prefix}.turn`, turnTable, sizes.turn, 'turn_indices');
  const weighted = parts.add('Mul', ['turn_weights', scale], `${prefix}.turn.weighted`);
  const turns = parts.add('MatMul', [weighted, found], `${prefix}.turn.summed`);
  const read = parts.hidden(turns, `${prefix}.turn`, given('turn.bias'), `${prefix}.read`);
  const timed = parts.add('Transpose', [read], `${prefix}.timed`, { perm: { ints: [1, 0, 2] } });
  const gates = 3 * sizes.memory;
  const weight = parts.matrix(`${prefix}.weight`, [1, gates, sizes.turn], turned(given('memory.weight'), gates));
  const recurrent = parts.matrix(
    `${prefix}.recurrent`,
    [1, gates, sizes.memory],
    turned(given('memory.recurrent'), gates),
  );
  const biases = new Float32Array(2 * gates);
  biases.set(given('memory.bias'));
  const bias = parts.matrix(`${prefix}.memory.bias`, [1, 2 * gates], biases);
  parts.nodes.push({
    operator: 'GRU',
    inputs: [timed, weight, recurrent, bias, 'turns'],
    outputs: [`${prefix}.all`, `${prefix}.memory`],
    attributes: { hidden_size: { int: sizes.memory }, linear_before_reset: { int: 1 } },
  });
  const memory = parts.add('Squeeze', [`${prefix}.memory`, parts.axis(0)], `${prefix}.carried`);
  const states = parts.bag(`${prefix}.state`, stateTable, sizes.state);
  const seen = parts.hidden(states, `${prefix}.state`, given('state.bias'), output);
  const both = parts.add('Concat', [memory, seen], `${prefix}.both`, { axis: { int: 1 } });
  const matrix = parts.matrix(`${prefix}.output`, [sizes.memory + sizes.state, outputs], given('scores.weight'));
  return parts.add(
    'Gemm',
    [both, matrix, parts.matrix(`${prefix}.bias`, [outputs], given('scores.bias'))],
    `${prefix}.scores`,
  );
}

/** [rows, columns] as [columns, rows]. */
function turned(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns;
  const result = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1)
      result[column * rows + row] = matrix[row * columns + column] as number;
  }
  return result;
}
