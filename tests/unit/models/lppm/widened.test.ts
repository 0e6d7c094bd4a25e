import { expect, it } from 'vitest';
import { scoreBagNet, type BagNet } from '../../../../models/lppm/net/bag-net.ts';
import { networkOf } from '../../../../models/lppm/net/network.ts';
import { widened } from '../../../../models/lppm/net/widened.ts';
import { Runtime } from '../../../../models/nn/session.ts';

const linear: BagNet = {
  inputs: 2,
  hidden: 0,
  outputs: 3,
  embedding: Float32Array.from([1, 2, 3, 4, 5, 6]),
  hiddenBias: new Float32Array(),
  output: new Float32Array(),
  outputBias: Float32Array.from([0.5, 0, 0]),
};
const deep: BagNet = {
  ...linear,
  hidden: 4,
  embedding: Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]),
  hiddenBias: new Float32Array(4),
  output: new Float32Array(12).fill(0.25),
};

it('makes nothing of features that are none of its own', async () => {
  const wide = widened(linear, 3, 0) as BagNet;
  const wideDeep = widened(deep, 0, 3) as BagNet;
  expect(scoreBagNet(wide, Int32Array.of(0, 1, 2, 3, 4), Float32Array.of(9, 9, 9, 1, 0.5))).toEqual(
    scoreBagNet(linear, Int32Array.of(0, 1), Float32Array.of(1, 0.5)),
  );
  expect(scoreBagNet(wideDeep, Int32Array.of(0, 1, 2, 3, 4), Float32Array.of(1, 0.5, 9, 9, 9))).toEqual(
    scoreBagNet(deep, Int32Array.of(0, 1), Float32Array.of(1, 0.5)),
  );
  const session = await new Runtime().open(networkOf([wide]));
  const weights = { data: Float32Array.of(9, 9, 9, 1, 0.5), shape: [1, 5] };
  const { scores } = await session.run({ indices: { data: Int32Array.of(0, 1, 2, 3, 4), shape: [1, 5] }, weights });
  await session.dispose();
  [3.5, 4.5, 6].forEach((score, at) => expect(scores?.data[at]).toBeCloseTo(score, 1));
});
