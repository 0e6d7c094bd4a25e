import { dataTypes, encodeModel, type OnnxNode, type OnnxTensor } from '../../nn/onnx-proto.ts';
import type { BagNet } from './bag-net.ts';
import { int8Table } from './int8.ts';

/**
 * The served graph of all members: rows of each member's table are looked up, weighted and summed, then
 * relu and one matrix. Tables are 8-bit with a scale a row, which goes into the weights. `indices` int32 and `weights` float32 are [batch, features], padded with index 0 and weight 0;
 * `scores` is [batch, members * outputs];
 * `hidden`, where a member has hidden units, the values [batch, units] of the first such member.
 */
export function networkOf(members: readonly BagNet[]): Uint8Array<ArrayBuffer> {
  const nodes: OnnxNode[] = [];
  const constants: OnnxTensor[] = [{ name: 'axis1', type: 'int64', shape: [1], data: BigInt64Array.of(1n) }];
  const add = (operator: string, inputs: string[], output: string, attributes: OnnxNode['attributes'] = {}): string => {
    nodes.push({ operator, inputs, outputs: [output], attributes });
    return output;
  };
  const matrix = (name: string, shape: readonly number[], data: Float32Array): string => {
    constants.push({ name, type: 'float32', shape, data });
    return name;
  };
  const deep = members.findIndex(({ hidden }) => hidden > 0);
  const scores = members.map((member, number) => {
    const width = member.hidden === 0 ? member.outputs : member.hidden;
    const prefix = `m${number}`;
    const { values, scales } = int8Table(member.embedding, width);
    constants.push({ name: `${prefix}.table`, type: 'int8', shape: [member.inputs, width], data: values });
    const scale = add('Gather', [matrix(`${prefix}.scales`, [member.inputs], scales), 'indices'], `${prefix}.scale`);
    const weighted = add('Mul', ['weights', scale], `${prefix}.weighted`);
    const row = add('Unsqueeze', [weighted, 'axis1'], `${prefix}.row`);
    const whole = add('Gather', [`${prefix}.table`, 'indices'], `${prefix}.whole`);
    const found = add('Cast', [whole], `${prefix}.found`, { to: { int: dataTypes.float32 } });
    const summed = add('MatMul', [row, found], `${prefix}.summed`);
    const bag = add('Squeeze', [summed, 'axis1'], `${prefix}.bag`);
    const bias = matrix(`${prefix}.bias`, [member.outputs], member.outputBias);
    if (member.hidden === 0) return add('Add', [bag, bias], `${prefix}.scores`);
    const before = add(
      'Add',
      [bag, matrix(`${prefix}.hidden.bias`, [member.hidden], member.hiddenBias)],
      `${prefix}.before`,
    );
    const hidden = add('Relu', [before], number === deep ? 'hidden' : `${prefix}.hidden`);
    const output = matrix(`${prefix}.output`, [member.hidden, member.outputs], member.output);
    return add('Gemm', [hidden, output, bias], `${prefix}.scores`);
  });
  add('Concat', scores, 'scores', { axis: { int: 1 } });
  const units = members[deep]?.hidden;
  const outputs = members.reduce((sum, member) => sum + member.outputs, 0);
  return encodeModel({
    nodes,
    constants,
    inputs: [
      { name: 'indices', type: 'int32', shape: ['batch', 'features'] },
      { name: 'weights', type: 'float32', shape: ['batch', 'features'] },
    ],
    outputs: [
      { name: 'scores', type: 'float32', shape: ['batch', outputs] },
      ...(units === undefined ? [] : [{ name: 'hidden', type: 'float32', shape: ['batch', units] } as const]),
    ],
  });
}
