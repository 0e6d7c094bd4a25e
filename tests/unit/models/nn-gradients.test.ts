import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../engine/core/random.ts';
import type { CompiledNetwork } from '../../../models/nn/backend.ts';
import { bindLengths } from '../../../models/nn/dropout.ts';
import { attention, linear, listCrossEntropy, maxPool, meanPool, transformerBlock } from '../../../models/nn/layers.ts';
import { OnnxBackend } from '../../../models/nn/onnx-backend.ts';
import type { Batch, Network, Operations, Shape, Tensor, Value } from '../../../models/nn/operations.ts';
import { initialParameters } from '../../../models/nn/parameters.ts';
import { lengthOf, sizeOf } from '../../../models/nn/shape.ts';
import { TensorflowBackend } from '../../../models/nn/tensorflow-backend.ts';

/** One operation (or part made of operations) between parameters and a loss that weighs every number differently. */
type Case = (operations: Operations) => Value;

const lengths = new Map([
  ['b', 2],
  ['n', 3],
  ['t', 4],
]);
const normal = { kind: 'normal', deviation: 0.8 } as const;

function learned(operations: Operations, name: string, ...shape: number[]): Value {
  return operations.parameter(name, shape, normal);
}

/** [b, t, 4], by way of an embedding, so that named sides and shared rows take part. */
function sequence(operations: Operations, name = 'table'): Value {
  return operations.embedding(learned(operations, name, 5, 4), operations.input('ids', 'int64', ['b', 't']));
}

/** No number twice: where two are equally large there is no gradient to compare with. */
function distinct(operations: Operations): Value {
  return operations.add(
    sequence(operations),
    operations.firstRows(learned(operations, 'positions', 6, 4), mask(operations), 1),
  );
}

const mask = (operations: Operations): Value => operations.input('mask', 'int64', ['b', 't']);

const cases: Readonly<Record<string, Case>> = {
  'add, broadcast on both sides': (o) => o.add(learned(o, 'a', 3, 1, 2), learned(o, 'b', 4, 1)),
  'add of a vector to a sequence': (o) => o.add(sequence(o), learned(o, 'bias', 4)),
  subtract: (o) => o.subtract(learned(o, 'a', 2, 3), learned(o, 'b', 3)),
  multiply: (o) => o.multiply(learned(o, 'a', 2, 3), learned(o, 'b', 2, 1)),
  'multiply by itself': (o) => o.multiply(learned(o, 'a', 2, 3), learned(o, 'a', 2, 3)),
  divide: (o) => o.divide(learned(o, 'a', 2, 3), o.scale(o.sigmoid(learned(o, 'b', 3)), 1, 1)),
  scale: (o) => o.scale(learned(o, 'a', 2, 3), -1.7, 0.4),
  constant: (o) => o.multiply(learned(o, 'a', 2, 3), o.constant(2.5)),
  embedding: (o) => sequence(o),
  'embedding of reshaped indices': (o) =>
    o.embedding(learned(o, 'table', 5, 2), o.reshape(o.input('ids', 'int64', ['b', 't']), ['b*t'])),
  'embedding that is also used whole': (o) => o.matmul(sequence(o), learned(o, 'table', 5, 4), { transposeB: true }),
  'one embedding table looked up twice': (o) =>
    o.concat([sequence(o), o.embedding(learned(o, 'table', 5, 4), o.input('others', 'int64', ['b', 'n']))], 1),
  firstRows: (o) => o.add(sequence(o), o.firstRows(learned(o, 'positions', 6, 4), mask(o), 1)),
  'matmul of matrices': (o) => o.matmul(learned(o, 'a', 2, 3), learned(o, 'b', 3, 4)),
  'matmul with transposeB': (o) => o.matmul(learned(o, 'a', 2, 3), learned(o, 'b', 4, 3), { transposeB: true }),
  'matmul of a sequence and a matrix': (o) => o.matmul(sequence(o), learned(o, 'b', 4, 3)),
  'matmul of a sequence and a matrix with transposeB': (o) =>
    o.matmul(sequence(o), learned(o, 'b', 3, 4), { transposeB: true }),
  'matmul of batches': (o) => o.matmul(learned(o, 'a', 2, 3, 4), learned(o, 'b', 2, 4, 2)),
  'matmul of batches with transposeB': (o) => o.matmul(sequence(o), sequence(o, 'keys'), { transposeB: true }),
  reshape: (o) => o.multiply(o.reshape(sequence(o), ['b*t', 2, 2]), learned(o, 'b', 2, 2)),
  'reshape back to two named sides': (o) =>
    o.reshape(o.multiply(o.reshape(sequence(o), ['b*t', 4]), learned(o, 'b', 4)), ['b', 't', 2, 2]),
  transpose: (o) => o.transpose(sequence(o), [2, 0, 1]),
  'concat along a fixed side': (o) => o.concat([sequence(o), sequence(o, 'other')], -1),
  'concat along a named side': (o) => {
    const first = o.reshape(o.sum(sequence(o, 'other'), 1), ['b', 1, 4]);
    const joined = o.concat([first, sequence(o)], 1);
    return o.slice(o.softmax(o.transpose(o.reshape(joined, ['b', 't+1', 2, 2]), [0, 2, 3, 1])), 2, 1, 2);
  },
  'slice from a place to the end of a named side': (o) => o.slice(sequence(o), 1, 1),
  'slice of a fixed side': (o) => o.slice(learned(o, 'a', 2, 5, 2), 1, 1, 3),
  'slice of a named side': (o) => o.slice(sequence(o), 1, 0, 1),
  relu: (o) => o.relu(learned(o, 'a', 4, 3)),
  gelu: (o) => o.gelu(learned(o, 'a', 4, 3)),
  tanh: (o) => o.tanh(learned(o, 'a', 4, 3)),
  sigmoid: (o) => o.sigmoid(learned(o, 'a', 4, 3)),
  softmax: (o) => o.softmax(learned(o, 'a', 4, 3)),
  gru: (o) => o.gru(learned(o, 'a', 5, 3, 2), learned(o, 'w', 2, 12), learned(o, 'u', 4, 12), learned(o, 'bias', 12)),
  layerNorm: (o) => o.layerNorm(sequence(o), learned(o, 'gain', 4), learned(o, 'bias', 4)),
  'layerNorm with a large epsilon': (o) => o.layerNorm(sequence(o), learned(o, 'gain', 4), learned(o, 'bias', 4), 0.5),
  'layerNorm of one row': (o) => o.layerNorm(learned(o, 'a', 4), learned(o, 'gain', 4), learned(o, 'bias', 4)),
  'sum over time': (o) => o.sum(sequence(o), 1),
  'sum, side kept': (o) => o.divide(sequence(o), o.scale(o.sum(o.sigmoid(sequence(o)), -1, true), 1, 1)),
  max: (o) => o.max(distinct(o), 1),
  mean: (o) => o.mean(sequence(o)),
  dropout: (o) => o.dropout(sequence(o), 0.4),
  'dropout shared over time': (o) => o.dropout(sequence(o), 0.4, [1]),
  softmaxCrossEntropy: (o) =>
    o.softmaxCrossEntropy(learned(o, 'a', 3, 3), o.softmax(o.input('targets', 'float32', [3, 3]))),
  'softmaxCrossEntropy with weights': (o) =>
    o.softmaxCrossEntropy(
      learned(o, 'a', 3, 3),
      o.softmax(o.input('targets', 'float32', [3, 3])),
      o.sigmoid(o.input('weights', 'float32', [3])),
    ),
  'binaryCrossEntropy with weights': (o) =>
    o.binaryCrossEntropy(
      o.scale(learned(o, 'a', 3, 3), 5),
      o.sigmoid(o.input('targets', 'float32', [3, 3])),
      o.sigmoid(o.input('weights', 'float32', [3, 3])),
    ),
  binaryCrossEntropy: (o) =>
    o.binaryCrossEntropy(learned(o, 'a', 3, 3), o.sigmoid(o.input('targets', 'float32', [3, 3]))),
  linear: (o) => linear(o, sequence(o), 3, 'layer'),
  'attention with a mask': (o) =>
    attention(o, sequence(o), sequence(o, 'keys'), sequence(o, 'values'), {
      heads: 2,
      mask: o.scale(o.cast(mask(o)), 1e4, -1e4),
    }),
  meanPool: (o) => meanPool(o, sequence(o), mask(o)),
  maxPool: (o) => maxPool(o, distinct(o), mask(o)),
  transformerBlock: (o) => transformerBlock(o, sequence(o), 'block', { heads: 2, inner: 6, dropout: 0.2 }),
  listCrossEntropy: (o) => {
    const goals = o.multiply(o.softmax(o.input('goals', 'float32', ['b', 't'])), o.cast(mask(o)));
    return listCrossEntropy(o, o.sum(sequence(o), -1), goals, mask(o));
  },
};

function networkOf(make: Case): Network {
  return (operations) => {
    const value = make(operations);
    // Fed numbers instead of ones: an error that cancels out in a plain sum shows.
    const loss = (): Value =>
      operations.mean(operations.multiply(value, operations.input('probe', 'float32', value.shape)));
    return { outputs: { value }, loss };
  };
}

/** Any numbers that fit. */
function batchFor(compiled: CompiledNetwork): Batch {
  const random = seededRandom(11);
  const tensor = (shape: Shape, draw: () => number): Tensor => {
    const sides = shape.map((side) => lengthOf(side, lengths));
    return { data: Float32Array.from({ length: sizeOf(sides) }, draw), shape: sides };
  };
  const batch: Record<string, Tensor> = {};
  for (const { name, type, shape } of compiled.inputs) {
    const limit = name === 'mask' ? 2 : 5;
    if (type === 'float32') batch[name] = tensor(shape, () => 2 * random() - 1);
    else {
      const { data, shape: sides } = tensor(shape, () => Math.floor(random() * limit));
      batch[name] = { data: Int32Array.from(data), shape: sides };
    }
  }
  // Every row keeps something.
  const kept = batch['mask'];
  if (kept !== undefined) kept.data.forEach((_, index) => index % 4 === 0 && kept.data.fill(1, index, index + 1));
  for (const { name, rate, shape } of compiled.dropouts) {
    batch[name] = tensor(shape, () => (random() < rate ? 0 : 1 / (1 - rate)));
  }
  return batch;
}

/** Gradient of one parameter as one array, rows added up. */
async function gradientsOf(
  compiled: CompiledNetwork,
  parameters: ReadonlyMap<string, Float32Array>,
  batch: Batch,
): Promise<Map<string, Float32Array>> {
  const { gradients } = await compiled.step(parameters, batch);
  const whole = new Map<string, Float32Array>();
  for (const { name, shape } of compiled.parameters) {
    const gradient = gradients.get(name)!;
    const sum = Float32Array.from(gradient.dense ?? new Float32Array(sizeOf(shape)));
    const width = shape[1] ?? 1;
    for (const { rows, values } of gradient.sparse) {
      rows.forEach((row, place) => {
        for (let at = 0; at < width; at += 1)
          sum[row * width + at] = sum[row * width + at]! + values[place * width + at]!;
      });
    }
    whole.set(name, sum);
  }
  return whole;
}

const onnx = new OnnxBackend();
const tensorflow = new TensorflowBackend({ native: false });

describe('gradient', () => {
  it.each(Object.entries(cases))('of %s agrees with finite differences and with TensorFlow.js', async (_, make) => {
    const network = networkOf(make);
    const [ours, theirs] = [await onnx.compile(network), await tensorflow.compile(network)];
    const parameters = initialParameters(network, 3);
    const batch = batchFor(ours);
    bindLengths(ours.inputs, batch);
    const found = await gradientsOf(ours, parameters, batch);
    const expected = await gradientsOf(theirs, parameters, batch);
    expect([...found.keys()].length).toBeGreaterThan(0);
    for (const [name, gradient] of found) {
      const other = expected.get(name)!;
      const data = parameters.get(name)!;
      expect(Math.max(...gradient.map(Math.abs)), `${name} matters`).toBeGreaterThan(0);
      for (let at = 0; at < gradient.length; at += 1) {
        expect(Math.abs(gradient[at]! - other[at]!), `${name}[${at}]`).toBeLessThan(2e-5 + 1e-4 * Math.abs(other[at]!));
      }
      for (let at = 0; at < gradient.length; at += Math.max(1, Math.floor(gradient.length / 6))) {
        const held = data[at]!;
        const around: number[] = [];
        for (const offset of [-1e-2, 1e-2]) {
          data[at] = held + offset;
          around.push((await ours.step(parameters, batch)).loss);
        }
        data[at] = held;
        const slope = (around[1]! - around[0]!) / 2e-2;
        expect(Math.abs(gradient[at]! - slope), `${name}[${at}]`).toBeLessThan(5e-4 + 2e-2 * Math.abs(slope));
      }
    }
    const [answer, same] = [await ours.forward(parameters, batch), await theirs.forward(parameters, batch)];
    expect(answer['value']!.shape).toEqual(same['value']!.shape);
    answer['value']!.data.forEach((value, at) => expect(Math.abs(value - same['value']!.data[at]!)).toBeLessThan(1e-4));
    await ours.dispose();
    await theirs.dispose();
  });
});
