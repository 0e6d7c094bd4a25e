import type { Random } from '../../engine/core/clock.ts';
import type { Batch, Tensor } from './operations.ts';
import { type Lengths, lengthOf, mismatch, sizeOf } from './shape.ts';
import type { DropoutSpec, InputSpec } from './trace.ts';

/** What the named sides of the inputs stand for in this batch. @throws SHAPE_MISMATCH where two inputs disagree */
export function bindLengths(inputs: readonly InputSpec[], batch: Batch): Lengths {
  const lengths = new Map<string, number>();
  for (const { name, shape } of inputs) {
    const tensor = batch[name];
    if (tensor === undefined) throw mismatch(`input ${name}`, shape, 'none');
    if (tensor.shape.length !== shape.length) throw mismatch(`input ${name}`, shape, tensor.shape);
    if (tensor.data.length !== sizeOf(tensor.shape)) throw mismatch(`input ${name}`, tensor.shape, tensor.data.length);
    shape.forEach((side, axis) => {
      const length = tensor.shape[axis]!;
      const expected = typeof side === 'number' ? side : (lengths.get(side) ?? length);
      if (expected !== length) throw mismatch(`input ${name}, side ${side}`, String(expected), length);
      if (typeof side === 'string') lengths.set(side, length);
    });
  }
  return lengths;
}

/** The batch with its dropout masks: 0 with the given probability, else what keeps the mean. */
export function withMasks(
  batch: Batch,
  dropouts: readonly DropoutSpec[],
  inputs: readonly InputSpec[],
  random: Random,
): Batch {
  if (dropouts.length === 0) return batch;
  const lengths = bindLengths(inputs, batch);
  const masks: Record<string, Tensor> = {};
  for (const { name, rate, shape } of dropouts) {
    const sides = shape.map((side) => lengthOf(side, lengths));
    const data = new Float32Array(sizeOf(sides));
    const kept = 1 / (1 - rate);
    for (let index = 0; index < data.length; index += 1) data[index] = random() < rate ? 0 : kept;
    masks[name] = { data, shape: sides };
  }
  return { ...batch, ...masks };
}
