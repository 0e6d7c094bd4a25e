import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linear, normalise, transformerBlock } from '../../../models/nn/layers.ts';
import { OnnxBackend } from '../../../models/nn/onnx-backend.ts';
import type { Batch, Network } from '../../../models/nn/operations.ts';
import { initialParameters } from '../../../models/nn/parameters.ts';
import { Runtime } from '../../../models/nn/session.ts';
import { buildServedGraph, buildTrainingGraph } from '../../../models/nn/tape.ts';
import { parameterSpecs } from '../../../models/nn/tracer.ts';

const network: Network = (o) => {
  const ids = o.input('ids', 'int64', ['b', 't']);
  const words = o.embedding(o.parameter('words', [9, 8], { kind: 'normal', deviation: 0.5 }), ids);
  const hidden = normalise(o, transformerBlock(o, words, 'block', { heads: 2, inner: 16, dropout: 0.3 }), 'final');
  const scores = linear(o, o.max(hidden, 1), 3, 'head');
  return {
    outputs: { hidden, scores },
    loss: () => o.softmaxCrossEntropy(scores, o.input('goals', 'float32', ['b', 3])),
  };
};
const parameters = initialParameters(network, 5);

function batch(rows: number): Batch {
  return { ids: { data: Int32Array.from({ length: rows * 4 }, (_, at) => (at * 5) % 9), shape: [rows, 4] } };
}

describe('served graph', () => {
  it('answers what the training graph computes', async () => {
    const compiled = await new OnnxBackend().compile(network);
    const session = await new Runtime().open(buildServedGraph(network, parameters));
    const served = await session.run(batch(5));
    const goals = { data: new Float32Array(15).fill(1 / 3), shape: [5, 3] };
    const masks = compiled.dropouts.map(({ name, shape }) => {
      const sides = shape.map((side) => (side === 'b' ? 5 : side === 't' ? 4 : Number(side)));
      return [name, { data: new Float32Array(sides.reduce((a, b) => a * b)).fill(1), shape: sides }] as const;
    });
    const { loss } = await compiled.step(parameters, { ...batch(5), goals, ...Object.fromEntries(masks) });
    const scores = served['scores']!;
    let expected = 0;
    for (let row = 0; row < 5; row += 1) {
      const of = Array.from(scores.data.subarray(row * 3, row * 3 + 3));
      const total = Math.log(of.reduce((sum, score) => sum + Math.exp(score), 0));
      expected += of.reduce((sum, score) => sum + (total - score) / 3, 0) / 5;
    }
    expect(loss).toBeCloseTo(expected, 5);
    expect((await compiled.forward(parameters, batch(5)))['scores']!.data).toEqual(scores.data);
    await session.dispose();
    await compiled.dispose();
  });

  it('answers one row as it answers many', async () => {
    const session = await new Runtime().open(buildServedGraph(network, parameters));
    const many = (await session.run(batch(6)))['scores']!;
    const one = (await session.run(batch(1)))['scores']!;
    expect([many.shape, one.shape]).toEqual([
      [6, 3],
      [1, 3],
    ]);
    one.data.forEach((value, at) => expect(value).toBeCloseTo(many.data[at]!, 5));
    await session.dispose();
  });

  it('holds only what the wanted outputs need', async () => {
    const whole = buildServedGraph(network, parameters);
    const part = buildServedGraph(network, parameters, { wanted: ['hidden'] });
    expect(part.length).toBeLessThan(whole.length);
    const session = await new Runtime().open(part);
    expect([session.inputs, session.outputs]).toEqual([['ids'], ['hidden']]);
    expect((await session.run(batch(2)))['hidden']!.shape).toEqual([2, 4, 8]);
    await session.dispose();
  });

  it('has the same bytes each time it is built', () => {
    expect(Buffer.compare(buildServedGraph(network, parameters), buildServedGraph(network, parameters))).toBe(0);
    expect(Buffer.compare(buildTrainingGraph(network).bytes, buildTrainingGraph(network).bytes)).toBe(0);
  });

  it('names a parameter or output that is missing', () => {
    const few = new Map([...parameters].filter(([name]) => name !== 'head.bias'));
    expect(() => buildServedGraph(network, few)).toThrow(/parameter named "head.bias"/);
    expect(() => buildServedGraph(network, parameters, { wanted: ['sense'] })).toThrow(/it has hidden, scores/);
  });
});

describe('Runtime', () => {
  it('opens a model by path', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'nn-')), 'model.onnx');
    writeFileSync(path, buildServedGraph(network, parameters));
    const session = await new Runtime().open(path);
    expect(session.outputs).toEqual(['hidden', 'scores']);
    await session.dispose();
  });

  it('frees a session once and refuses to run it afterwards', async () => {
    const session = await new Runtime().open(buildServedGraph(network, parameters));
    await session.dispose();
    await session.dispose();
    await expect(session.run(batch(1))).rejects.toMatchObject({ code: 'MODEL_NOT_FITTED' });
  });

  it('refuses bytes that are no model', async () => {
    await expect(new Runtime().open(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
  });

  it('names an input that is missing, too short or of the wrong shape', async () => {
    const session = await new Runtime().open(buildServedGraph(network, parameters));
    await expect(session.run({})).rejects.toThrow(/input ids: expected length a tensor/);
    const short = { ids: { data: new Int32Array(3), shape: [1, 4] } };
    await expect(session.run(short)).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
      detail: { expected: 4, actual: 3 },
    });
    const flat = { ids: { data: new Int32Array(4), shape: [4] } };
    await expect(session.run(flat)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
    await session.dispose();
  });

  it('says once that a device is missing, and runs on', async () => {
    const lines: string[] = [];
    const runtime = new Runtime({ device: 'cuda', notice: (line) => lines.push(line) });
    const sessions = [
      await runtime.open(buildServedGraph(network, parameters)),
      await runtime.open(buildServedGraph(network, parameters)),
    ];
    if (sessions[0]!.device === 'cpu')
      expect(lines).toEqual([expect.stringMatching(/^device cuda is not usable here \(cuda: .+\); running on cpu$/)]);
    else expect(lines).toEqual([]);
    expect(new Set(sessions.map(({ device }) => device)).size).toBe(1);
    for (const session of sessions) await session.dispose();
  });

  it('does not blame the device for a broken model', async () => {
    const lines: string[] = [];
    const runtime = new Runtime({ device: 'cuda', notice: (line) => lines.push(line) });
    await expect(runtime.open(Uint8Array.of(1))).rejects.toMatchObject({ code: 'ARTEFACT_CORRUPT' });
    expect(lines).toEqual([]);
  });
});

describe('a description', () => {
  const build =
    (describe: Network): (() => unknown) =>
    () =>
      parameterSpecs(describe);

  it('is refused where shapes do not fit', () => {
    const x: Network = (o) => ({
      outputs: { x: o.add(o.input('a', 'float32', ['b', 3]), o.input('c', 'float32', ['b', 4])) },
    });
    expect(build(x)).toThrow(/add: expected length \[b, 3\], got \[b, 4\]/);
    const named: Network = (o) => ({
      outputs: { x: o.add(o.input('a', 'float32', ['b']), o.input('c', 'float32', ['n'])) },
    });
    expect(build(named)).toThrow(/add/);
    const product: Network = (o) => ({
      outputs: { x: o.matmul(o.input('a', 'float32', ['b', 3]), o.parameter('w', [4, 2], { kind: 'zeros' })) },
    });
    expect(build(product)).toThrow(/matmul/);
    const shaped: Network = (o) => ({ outputs: { x: o.reshape(o.input('a', 'float32', ['b', 3]), ['b', 4]) } });
    expect(build(shaped)).toThrow(/reshape/);
  });

  it('may not use one name for two shapes, or numbers for indices', () => {
    const twice: Network = (o) => ({
      outputs: { a: o.parameter('w', [2], { kind: 'zeros' }), b: o.parameter('w', [3], { kind: 'zeros' }) },
    });
    expect(build(twice)).toThrow(/parameter w/);
    const numbers: Network = (o) => ({
      outputs: { x: o.embedding(o.parameter('w', [2, 2], { kind: 'zeros' }), o.input('i', 'float32', ['b'])) },
    });
    expect(build(numbers)).toThrow(/embedding indices/);
  });

  it('tells tables that are only looked up from those used whole', () => {
    const mixed: Network = (o) => {
      const table = o.parameter('table', [5, 2], { kind: 'zeros' });
      const rows = o.embedding(table, o.input('i', 'int64', ['b']));
      const alone = o.embedding(o.parameter('alone', [5, 2], { kind: 'zeros' }), o.input('i', 'int64', ['b']));
      return { outputs: { x: o.matmul(o.add(rows, alone), table, { transposeB: true }) } };
    };
    expect(parameterSpecs(mixed).map(({ name, sparse }) => [name, sparse])).toEqual([
      ['table', false],
      ['alone', true],
    ]);
  });
});
