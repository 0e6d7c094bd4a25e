import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../engine/core/errors.ts';
import { sha256 } from '../../../engine/core/hash.ts';
import type { ProgressEvent } from '../../../engine/core/progress.ts';
import { seededRandom } from '../../../engine/core/random.ts';
import { chooseBackend, FallbackBackend } from '../../../models/nn/backend-choice.ts';
import type { Backend } from '../../../models/nn/backend.ts';
import { withMasks } from '../../../models/nn/dropout.ts';
import { linear, meanPool, transformerBlock } from '../../../models/nn/layers.ts';
import { OnnxBackend } from '../../../models/nn/onnx-backend.ts';
import type { Batch, Network } from '../../../models/nn/operations.ts';
import { AdamW, schedule } from '../../../models/nn/optimizer.ts';
import { initialParameters } from '../../../models/nn/parameters.ts';
import { buildServedGraph } from '../../../models/nn/tape.ts';
import { TensorflowBackend } from '../../../models/nn/tensorflow-backend.ts';
import { train, type TrainOptions } from '../../../models/nn/trainer.ts';

/** Which of two words stands in a text of four: learnable, and needs attention over words only a little. */
const encoder: Network = (o) => {
  const ids = o.input('ids', 'int64', ['b', 't']);
  const mask = o.input('mask', 'int64', ['b', 't']);
  const words = o.embedding(o.parameter('words', [12, 8], { kind: 'normal', deviation: 0.5 }), ids);
  const x = transformerBlock(o, words, 'block', { heads: 2, inner: 16, dropout: 0.1 });
  const logits = linear(o, meanPool(o, x, mask), 2, 'head');
  return { outputs: { logits }, loss: () => o.softmaxCrossEntropy(logits, o.input('targets', 'float32', ['b', 2])) };
};

const texts = Array.from({ length: 32 }, (_, row) => [row % 2, 2 + (row % 5), 7 + (row % 3), 2 + (row % 7)]);

function batchOf(rows: readonly number[]): Batch {
  const ids = Int32Array.from(rows.flatMap((row) => texts[row]!));
  const targets = Float32Array.from(rows.flatMap((row) => (row % 2 === 0 ? [1, 0] : [0, 1])));
  const shape = [rows.length, 4];
  const mask = { data: new Int32Array(ids.length).fill(1), shape };
  return { ids: { data: ids, shape }, mask, targets: { data: targets, shape: [rows.length, 2] } };
}

function options(changes: Partial<TrainOptions> = {}): TrainOptions {
  return {
    network: encoder,
    backend: new OnnxBackend(),
    rows: texts.length,
    batch: batchOf,
    batchSize: 8,
    epochs: 5,
    seed: 7,
    optimizer: { learningRate: 0.02 },
    stage: 'train test',
    ...changes,
  };
}

describe('train', () => {
  it('learns', async () => {
    const result = await train(options());
    expect(result.losses[0]!).toBeGreaterThan(0.3);
    expect(result.losses.at(-1)!).toBeLessThan(0.1);
    expect(result).toMatchObject({ steps: 20, bestEpoch: 5, ranOn: 'onnx/cpu' });
  });

  it('gives the same bytes for the same seed, and others for another', async () => {
    const bytes = async (seed: number): Promise<string> =>
      sha256(buildServedGraph(encoder, (await train(options({ seed }))).parameters));
    const first = await bytes(7);
    expect(await bytes(7)).toBe(first);
    expect(await bytes(8)).not.toBe(first);
  });

  it('gives nearly the same parameters on TensorFlow.js', async () => {
    const few = { epochs: 1, batchSize: 16 };
    const ours = await train(options(few));
    const theirs = await train(options({ ...few, backend: new TensorflowBackend({ native: false }) }));
    expect(theirs.ranOn).toBe('tensorflow/cpu (plain JavaScript)');
    expect(theirs.losses[0]!).toBeCloseTo(ours.losses[0]!, 4);
    for (const name of ['head.weight', 'head.bias', 'block.outer.weight', 'words']) {
      ours.parameters.get(name)!.forEach((value, at) => {
        // AdamW divides by the gradient's own size: where that is nearly 0, rounding shows.
        expect(Math.abs(value - theirs.parameters.get(name)![at]!), `${name}[${at}]`).toBeLessThan(5e-3);
      });
    }
  });

  it('returns the best epoch by validation and stops when it gets no better', async () => {
    const scores = [0.5, 0.9, 0.8, 0.7, 0.95];
    const seen: Float32Array[] = [];
    const result = await train(
      options({
        patience: 2,
        validate: async ({ epoch, parameters }) => {
          seen.push(parameters.get('head.weight')!.slice());
          return scores[epoch - 1]!;
        },
      }),
    );
    expect(result).toMatchObject({ bestEpoch: 2, scores: [0.5, 0.9, 0.8, 0.7] });
    expect(result.parameters.get('head.weight')).toEqual(seen[1]);
    expect(result.parameters.get('head.weight')).not.toEqual(seen[3]);
  });

  it('lets a validation run the network without targets', async () => {
    const { targets: _, ...inputs } = batchOf([0, 1, 2]);
    const shapes: (readonly number[])[] = [];
    const validate: TrainOptions['validate'] = async ({ network, parameters }) => {
      shapes.push((await network.forward(parameters, inputs))['logits']!.shape);
      return 0;
    };
    await train(options({ epochs: 1, validate }));
    expect(shapes).toEqual([[3, 2]]);
  });

  it('reports progress and lets the event loop turn between steps', async () => {
    const events: ProgressEvent[] = [];
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    await train(options({ epochs: 3, progress: (event) => events.push(event) }));
    clearInterval(timer);
    expect(events).toHaveLength(12);
    expect(events.at(-1)).toMatchObject({ stage: 'train test', done: 12, total: 12 });
    expect(turns).toBeGreaterThan(0);
  });

  it('stops where its signal fires', async () => {
    const controller = new AbortController();
    const progress = (event: ProgressEvent): void => {
      if (event.done === 3) controller.abort();
    };
    await expect(train(options({ signal: controller.signal, progress }))).rejects.toMatchObject({
      code: 'JOB_CANCELLED',
    });
  });

  it('says where it diverged', async () => {
    const broken = (rows: readonly number[]): Batch => {
      const batch = batchOf(rows);
      batch['targets']!.data[0] = Number.NaN;
      return batch;
    };
    const failing = train(options({ batch: broken }));
    await expect(failing).rejects.toMatchObject({ code: 'TRAINING_DIVERGED', detail: { step: 0, what: 'train test' } });
  });

  it('refuses to learn from nothing', async () => {
    await expect(train(options({ rows: 0 }))).rejects.toMatchObject({ code: 'TOO_FEW_ROWS' });
  });

  it('goes on from given parameters', async () => {
    const before = initialParameters(encoder, 99);
    const calm = options({ epochs: 1, initial: before, optimizer: { learningRate: 1e-9, weightDecay: 0 } });
    const { parameters } = await train(calm);
    expect(parameters.get('head.weight')![0]!).toBeCloseTo(before.get('head.weight')![0]!, 6);
  });
});

describe('AdamW', () => {
  const spec = { name: 'w', shape: [2], initialiser: { kind: 'zeros' }, decay: false, sparse: false } as const;
  const table = { name: 't', shape: [3, 2], initialiser: { kind: 'zeros' }, decay: true, sparse: true } as const;
  const plain = { learningRate: 0.1, warmUp: 0, decay: 'none', clipNorm: Infinity } as const;

  it('takes the first two steps of the paper', () => {
    const optimizer = new AdamW([{ ...spec, decay: true }], 10, { ...plain, weightDecay: 0.5 });
    const w = Float32Array.of(1, -2);
    const step = (...gradient: number[]): number =>
      optimizer.update(new Map([['w', w]]), new Map([['w', { dense: Float32Array.from(gradient), sparse: [] }]]));
    expect(step(3, 4)).toBeCloseTo(5);
    // First step: the sign of the gradient times the rate, after the decay by 0.1 * 0.5.
    expect([...w]).toEqual([expect.closeTo(0.95 - 0.1, 5), expect.closeTo(-1.9 - 0.1, 5)]);
    step(-3, 4);
    const mean = (0.9 * 0.3 - 0.1 * 3) / (1 - 0.81);
    const spread = Math.sqrt((0.999 * 0.009 + 0.001 * 9) / (1 - 0.999 ** 2));
    expect(w[0]!).toBeCloseTo(0.85 * 0.95 - (0.1 * mean) / spread, 5);
  });

  it('moves only the rows of a table that were looked up, repeats added up', () => {
    const optimizer = new AdamW([table], 10, { ...plain, weightDecay: 0 });
    const t = new Float32Array(6).fill(1);
    const rows = Int32Array.of(2, 0, 2);
    const values = Float32Array.of(1, 1, -1, 0, 1, -1);
    const length = optimizer.update(new Map([['t', t]]), new Map([['t', { dense: null, sparse: [{ rows, values }] }]]));
    // Row 2 receives (1, 1) + (1, -1) = (2, 0), row 0 receives (-1, 0).
    expect(length).toBeCloseTo(Math.sqrt(5));
    expect([...t]).toEqual([expect.closeTo(1.1, 5), 1, 1, 1, expect.closeTo(0.9, 5), 1]);
  });

  it('scales long gradients down to the given length', () => {
    const moved = (clipNorm: number): number => {
      const optimizer = new AdamW([spec], 10, { ...plain, clipNorm, epsilon: 1 });
      const w = new Float32Array(2);
      optimizer.update(new Map([['w', w]]), new Map([['w', { dense: Float32Array.of(300, 400), sparse: [] }]]));
      return w[0]!;
    };
    // Epsilon 1 makes the step depend on the length: 0.1 * 0.6 / (0.6 + 1) after clipping to 1.
    expect(moved(1)).toBeCloseTo((-0.1 * 0.6) / 1.6, 5);
    expect(moved(Infinity)).toBeCloseTo((-0.1 * 300) / 301, 5);
  });

  it('leaves the parameters alone where a gradient is no number', () => {
    const optimizer = new AdamW([spec], 10, plain);
    const w = Float32Array.of(1, 2);
    const gradients = new Map([['w', { dense: Float32Array.of(Number.NaN, 1), sparse: [] }]]);
    expect(optimizer.update(new Map([['w', w]]), gradients)).toBeNaN();
    expect([...w]).toEqual([1, 2]);
  });
});

describe('schedule', () => {
  it('rises in the warm-up and falls to nothing', () => {
    const rates = Array.from({ length: 100 }, (_, step) => schedule(step, 100, 0.1, 'cosine'));
    expect(rates[0]).toBeCloseTo(0.1);
    expect(rates[9]).toBe(1);
    expect(rates[55]).toBeCloseTo(0.5, 2);
    expect(rates[99]).toBeLessThan(0.01);
    expect(schedule(55, 100, 0.1, 'linear')).toBeCloseTo(0.5);
    expect(schedule(99, 100, 0.1, 'none')).toBe(1);
  });
});

describe('chooseBackend', () => {
  it('takes ONNX Runtime unless told otherwise', () => {
    expect(chooseBackend().name).toBe('onnx');
    expect(chooseBackend({ backend: 'tensorflow' }).name).toBe('tensorflow');
  });

  it('turns to TensorFlow.js, saying so, where ONNX Runtime does not load', async () => {
    const lines: string[] = [];
    const missing = { what: 'onnxruntime-node', detail: 'no binary', hint: 'run npm ci' };
    const first: Backend = {
      name: 'onnx',
      compile: () => Promise.reject(new EngineError('RUNTIME_UNAVAILABLE', missing)),
    };
    const second = new TensorflowBackend({ native: false });
    const backend = new FallbackBackend(
      first,
      () => second,
      (line) => lines.push(line),
    );
    expect((await backend.compile(encoder)).device).toBe('cpu (plain JavaScript)');
    expect(backend.name).toBe('tensorflow');
    expect(lines).toEqual([expect.stringMatching(/^onnxruntime-node cannot be loaded: .*TensorFlow\.js instead/)]);
  });

  it('does not turn away from a description that is wrong', async () => {
    const second = (): never => expect.unreachable();
    const lossless: Network = (o) => ({ outputs: { x: o.constant(1) } });
    const failing = new FallbackBackend(new OnnxBackend(), second).compile(lossless);
    await expect(failing).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('says in one line which engine TensorFlow.js runs on where the native one is not usable', async () => {
    const lines: string[] = [];
    const backend = chooseBackend({ backend: 'tensorflow', notice: (line) => lines.push(line) });
    const compiled = await backend.compile(encoder);
    if (compiled.device.includes('native')) expect(lines).toEqual([]);
    else
      expect(lines).toEqual([
        expect.stringMatching(/^@tensorflow\/tfjs-node is not usable here \(.*\); .*JavaScript$/),
      ]);
    await compiled.dispose();
  });
});

describe('a batch', () => {
  const noisy: Network = (o) => {
    const x = o.dropout(o.multiply(o.input('x', 'float32', ['b', 3]), o.parameter('w', [3], { kind: 'ones' })), 0.5);
    return { outputs: { x }, loss: () => o.mean(o.add(x, o.input('y', 'float32', ['b', 1]))) };
  };
  const tensor = (...shape: number[]) => ({ data: new Float32Array(shape.reduce((a, b) => a * b)), shape });

  it('gets masks that keep the mean and repeat with the seed', async () => {
    const { inputs, dropouts, dispose } = await compileNoisy();
    const draw = (seed: number) =>
      withMasks({ x: tensor(400, 3), y: tensor(400, 1) }, dropouts, inputs, seededRandom(seed))['dropout.0']!;
    const mask = draw(1);
    expect(mask.shape).toEqual([400, 3]);
    expect(new Set(mask.data)).toEqual(new Set([0, 2]));
    expect(Array.from(mask.data).reduce((sum, one) => sum + one, 0) / 1200).toBeCloseTo(1, 1);
    expect(draw(1).data).toEqual(mask.data);
    expect(draw(2).data).not.toEqual(mask.data);
    await dispose();
  });

  it('is refused where its inputs disagree about a named side', async () => {
    const { inputs, dropouts, dispose } = await compileNoisy();
    const draw = () => withMasks({ x: tensor(4, 3), y: tensor(5, 1) }, dropouts, inputs, seededRandom(1));
    expect(draw).toThrow(/input y, side b: expected length 4, got 5/);
    await dispose();
  });

  async function compileNoisy() {
    const compiled = await new OnnxBackend().compile(noisy);
    return { inputs: compiled.inputs, dropouts: compiled.dropouts, dispose: () => compiled.dispose() };
  }
});
