import { describe, expect, it } from 'vitest';
import { scoreBagNet, trainBagNet, type BagNetOptions } from '../../../../models/lppm/net/bag-net.ts';
import type { SparseRows } from '../../../../models/lppm/encoding/vocabulary.ts';

/** Class = which of the first three features is on; the fourth is noise. */
function rows(count: number): { rows: SparseRows; classes: number[][] } {
  const classes = Array.from({ length: count }, (_, row) => [row % 3]);
  return {
    rows: {
      offsets: Int32Array.from({ length: count + 1 }, (_, row) => row * 2),
      indices: Int32Array.from({ length: count * 2 }, (_, item) => (item % 2 === 0 ? (item / 2) % 3 : 3)),
      weights: new Float32Array(count * 2).fill(0.7),
    },
    classes,
  };
}

const options: BagNetOptions = {
  hidden: 8,
  epochs: 30,
  learningRate: 0.1,
  inputDropout: 0.1,
  hiddenDropout: 0.1,
  smoothing: 0.05,
  seed: 3,
};
const heads = [{ name: 'step', kind: 'softmax', size: 3, weight: 1 }] as const;

describe('trainBagNet', () => {
  for (const hidden of [8, 0]) {
    it(`learns what separates the classes with ${hidden} hidden units`, () => {
      const data = rows(60);
      const net = trainBagNet(data.rows, heads, [data.classes], 4, { ...options, hidden });
      for (let feature = 0; feature < 3; feature += 1) {
        const scores = scoreBagNet(net, Int32Array.of(feature, 3), Float32Array.of(0.7, 0.7));
        expect(scores).toHaveLength(3);
        expect(scores.indexOf(Math.max(...scores))).toBe(feature);
      }
    });
  }

  it('gives the same weights for the same seed, others for another', () => {
    const data = rows(12);
    const train = (seed: number) => trainBagNet(data.rows, heads, [data.classes], 4, { ...options, epochs: 2, seed });
    expect(train(1)).toEqual(train(1));
    expect(train(1).embedding).not.toEqual(train(2).embedding);
  });

  it('agrees with finite differences: one step moves each output bias against its gradient', () => {
    const data = rows(1);
    const settings = { ...options, hidden: 0, epochs: 1, learningRate: 1e-3, inputDropout: 0, smoothing: 0 };
    const net = trainBagNet(data.rows, heads, [data.classes], 4, settings);
    // at zero weights the softmax is 1/3 each: slopes -2/3, 1/3, 1/3; Adagrad divides by their size
    expect(net.outputBias[0]).toBeGreaterThan(9e-4);
    expect(net.outputBias[1]).toBeLessThan(-9e-4);
    expect(net.outputBias[2]).toBeCloseTo(net.outputBias[1] as number, 9);
  });

  it('learns several labels at once with a sigmoid head', () => {
    const data = rows(60);
    const both = data.classes.map(([label]) => (label === 0 ? [0, 1] : label === 1 ? [1] : []));
    const head = { name: 'labels', kind: 'sigmoid', size: 2, weight: 1 } as const;
    const net = trainBagNet(data.rows, [head], [both], 4, options);
    const signs = [0, 1, 2].map((feature) =>
      [...scoreBagNet(net, Int32Array.of(feature, 3), Float32Array.of(0.7, 0.7))].map((score) => score > 0),
    );
    expect(signs).toEqual([
      [true, true],
      [false, true],
      [false, false],
    ]);
  });

  it('learns from mixtures of rows, and each class against the rest', () => {
    const data = rows(60);
    const settings = { ...options, hidden: 0, mix: 0.5, loss: 'each', smoothing: 0, epochs: 60 } as const;
    const net = trainBagNet(data.rows, heads, [data.classes], 4, settings);
    for (let feature = 0; feature < 3; feature += 1) {
      const scores = [...scoreBagNet(net, Int32Array.of(feature, 3), Float32Array.of(0.7, 0.7))];
      // the class is likelier than not, the others are not: shares of all would allow any common shift
      expect(scores.map((score) => score > 0)).toEqual([0, 1, 2].map((item) => item === feature));
    }
    // two features of half the length each: a net that saw mixtures finds both classes, about alike
    const both = [...scoreBagNet(net, Int32Array.of(0, 1, 3), Float32Array.of(0.35, 0.35, 0.7))];
    expect(Math.min(both[0] as number, both[1] as number)).toBeGreaterThan((both[2] as number) + 0.5);
  });

  it('learns nothing about a head from rows whose class is unknown', () => {
    const data = rows(6);
    const settings = { ...options, hidden: 0, epochs: 2 };
    for (const loss of ['shares', 'each'] as const) {
      const net = trainBagNet(data.rows, heads, [data.classes.map(() => [])], 4, { ...settings, loss });
      expect([...net.outputBias, ...net.embedding].every((value) => value === 0)).toBe(true);
    }
  });

  it('says where it diverged', () => {
    const data = rows(6);
    const broken = { ...data.rows, weights: new Float32Array(12).fill(Number.NaN) };
    const linear = { ...options, hidden: 0 };
    expect(() => trainBagNet(broken, heads, [data.classes], 4, linear)).toThrow(/diverged/);
  });
});
