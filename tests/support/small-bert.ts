import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bertHidden, bertMaps, bertPooled, type BertShape } from '../../models/nn/bert.ts';
import { OnnxBackend } from '../../models/nn/onnx-backend.ts';
import { encodeModel, type OnnxNode, type OnnxTensor } from '../../models/nn/onnx-proto.ts';
import type { Network, Parameters, Value } from '../../models/nn/operations.ts';
import { train } from '../../models/nn/trainer.ts';
import type { Wordpiece } from '../../models/text/wordpiece.ts';

export interface WrittenBert {
  readonly shape: BertShape;
  readonly parameters: Parameters;
  readonly wordpiece: Wordpiece;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Also model.safetensors, and what stands in front of its names. */
  readonly safetensors?: string;
}

/** Writes an encoder as those of the hub are: an exporter's graph, matrices [output, input] in model.safetensors. */
export async function writeBert(folder: string, bert: WrittenBert): Promise<void> {
  const { shape, parameters, wordpiece, safetensors } = bert;
  const config = {
    architectures: ['BertModel'],
    model_type: 'bert',
    vocab_size: shape.vocabulary,
    hidden_size: shape.width,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    intermediate_size: shape.inner,
    hidden_act: 'gelu',
    max_position_embeddings: shape.positions,
    type_vocab_size: shape.kinds,
    layer_norm_eps: shape.epsilon,
    pad_token_id: 0,
    ...bert.config,
  };
  const tokenizerConfig = {
    tokenizer_class: 'BertTokenizer',
    do_lower_case: true,
    model_max_length: shape.positions,
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    mask_token: '[MASK]',
  };
  const files: Record<string, string | Uint8Array> = {
    'config.json': JSON.stringify(config),
    'tokenizer.json': JSON.stringify(wordpiece.toJson()),
    'tokenizer_config.json': JSON.stringify(tokenizerConfig),
    'onnx/model.onnx': exportedBert(shape, parameters),
    ...(safetensors !== undefined && { 'model.safetensors': safetensorsOf(shape, parameters, safetensors) }),
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

/** A BERT written node by node from its definition, as exporters of PyTorch do; nothing of `bertHidden` is used. */
function exportedBert(shape: BertShape, parameters: Parameters): Uint8Array {
  const nodes: OnnxNode[] = [];
  const constants: OnnxTensor[] = [];
  const { width, heads, inner } = shape;
  const add = (operator: string, inputs: string[], attributes: OnnxNode['attributes'] = {}): string => {
    const output = `/${operator}_${nodes.length}_output_0`;
    nodes.push({ operator, inputs, outputs: [output], attributes });
    return output;
  };
  const floats = (name: string, sides: readonly number[], data: Float32Array): string => {
    constants.push({ name, type: 'float32', shape: sides, data });
    return name;
  };
  const number = (value: number): string => floats(`number_${constants.length}`, [], Float32Array.of(value));
  const integers = (values: readonly number[]): string => {
    const name = `integers_${constants.length}`;
    constants.push({ name, type: 'int64', shape: [values.length], data: BigInt64Array.from(values.map(BigInt)) });
    return name;
  };
  const stored = (name: string, sides: readonly number[]): string => floats(name, sides, parameters.get(name)!);
  const table = (name: string, rows: number): string => stored(`embeddings.${name}_embeddings.weight`, [rows, width]);
  const last = { axes: { ints: [-1] }, keepdims: { int: 1 } };
  const norm = (x: string, name: string): string => {
    const centred = add('Sub', [x, add('ReduceMean', [x], last)]);
    const variance = add('ReduceMean', [add('Pow', [centred, number(2)])], last);
    const deviation = add('Sqrt', [add('Add', [variance, number(shape.epsilon)])]);
    const scaled = add('Mul', [add('Div', [centred, deviation]), stored(`${name}.weight`, [width])]);
    return add('Add', [scaled, stored(`${name}.bias`, [width])]);
  };
  const map = (x: string, name: string, from: number, to: number): string => {
    const matrix = floats(`onnx::MatMul_${constants.length}`, [from, to], parameters.get(`${name}.weight`)!);
    return add('Add', [stored(`${name}.bias`, [to]), add('MatMul', [x, matrix])]);
  };
  const split = (x: string, perm: readonly number[]): string =>
    add('Transpose', [add('Reshape', [x, integers([0, 0, heads, width / heads])])], { perm: { ints: perm } });

  const length = add('Shape', ['input_ids'], { start: { int: 1 }, end: { int: 2 } });
  const places = add('Slice', [table('position', shape.positions), integers([0]), length, integers([0])]);
  const words = add('Gather', [table('word', shape.vocabulary), 'input_ids']);
  const kinds = add('Gather', [table('token_type', shape.kinds), 'token_type_ids']);
  let x = norm(add('Add', [add('Add', [words, kinds]), places]), 'embeddings.LayerNorm');
  const present = add('Cast', [add('Unsqueeze', ['attention_mask', integers([1, 2])])], { to: { int: 1 } });
  const mask = add('Mul', [add('Sub', [number(1), present]), number(-3.4e38)]);
  for (let layer = 0; layer < shape.layers; layer += 1) {
    const name = `encoder.layer.${layer}`;
    const query = split(map(x, `${name}.attention.self.query`, width, width), [0, 2, 1, 3]);
    const key = split(map(x, `${name}.attention.self.key`, width, width), [0, 2, 3, 1]);
    const value = split(map(x, `${name}.attention.self.value`, width, width), [0, 2, 1, 3]);
    const scores = add('Div', [add('MatMul', [query, key]), number(Math.sqrt(width / heads))]);
    const shares = add('Softmax', [add('Add', [scores, mask])], { axis: { int: -1 } });
    const mixed = add('Transpose', [add('MatMul', [shares, value])], { perm: { ints: [0, 2, 1, 3] } });
    const joined = add('Reshape', [mixed, integers([0, 0, width])]);
    const attended = map(joined, `${name}.attention.output.dense`, width, width);
    const middle = norm(add('Add', [attended, x]), `${name}.attention.output.LayerNorm`);
    const wide = map(middle, `${name}.intermediate.dense`, width, inner);
    const error = add('Add', [add('Erf', [add('Div', [wide, number(Math.SQRT2)])]), number(1)]);
    const bent = add('Mul', [add('Mul', [wide, error]), number(0.5)]);
    x = norm(add('Add', [map(bent, `${name}.output.dense`, inner, width), middle]), `${name}.output.LayerNorm`);
  }
  nodes.push({ operator: 'Identity', inputs: [x], outputs: ['last_hidden_state'], attributes: {} });
  const sides = ['batch', 'tokens'];
  return encodeModel({
    nodes,
    constants,
    inputs: ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => ({ name, type: 'int64', shape: sides })),
    outputs: [{ name: 'last_hidden_state', type: 'float32', shape: [...sides, width] }],
  });
}

function safetensorsOf(shape: BertShape, parameters: Parameters, prefix: string): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, data] of parameters) {
    const isMap = bertMaps.some((map) => name.endsWith(`.${map}.weight`));
    const inputs = name.endsWith('output.dense.weight') && !name.includes('attention') ? shape.inner : shape.width;
    const sides = isMap
      ? [data.length / inputs, inputs]
      : name.startsWith('embeddings.') && name.includes('_embeddings')
        ? [data.length / shape.width, shape.width]
        : [data.length];
    const [outputs = 0] = sides;
    const own = isMap ? data.map((_, place) => data[(place % inputs) * outputs + Math.floor(place / inputs)]!) : data;
    header[`${prefix}${name}`] = { dtype: 'F32', shape: sides, data_offsets: [at, at + own.byteLength] };
    parts.push(new Uint8Array(own.buffer, own.byteOffset, own.byteLength));
    at += own.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const size = new Uint8Array(BigUint64Array.of(BigInt(json.length)).buffer);
  return Buffer.concat([size, json, ...parts]);
}

/**
 * Pre-trains an encoder on texts without labels: of two halves of a text's words, each finds the other among those of
 * all texts in the batch (as in `pairNetwork` of the context chooser, both sides in one block).
 */
export async function pretrainBert(
  texts: readonly string[],
  shape: BertShape,
  wordpiece: Wordpiece,
  epochs: number,
): Promise<Parameters> {
  const network: Network = (o) => {
    const vectors = bertPooled(o, bertHidden(o, shape), 'mean');
    const near = o.scale(o.matmul(vectors, o.transpose(vectors, [1, 0])), 4 / Math.sqrt(shape.width));
    const scores = o.add(near, o.input('others', 'float32', ['b', 'b']));
    const loss = (): Value => o.softmaxCrossEntropy(scores, o.input('targets', 'float32', ['b', 'b']));
    return { outputs: { last_hidden_state: vectors }, loss };
  };
  const { parameters } = await train({
    network,
    backend: new OnnxBackend(),
    rows: texts.length,
    batch: (rows, random) => {
      const sides = rows.map((row) => Map.groupBy(texts[row]!.split(' '), () => random() < 0.5));
      const halves = [false, true].flatMap((side) => sides.map((words) => (words.get(side) ?? []).join(' ')));
      const { ids, mask, shape: sizes } = wordpiece.encodeAll(halves, shape.positions);
      const count = halves.length;
      const [others, targets] = [new Float32Array(count * count), new Float32Array(count * count)];
      for (let row = 0; row < count; row += 1) {
        others[row * count + row] = -1e4;
        targets[row * count + ((row + rows.length) % count)] = 1;
      }
      return {
        input_ids: { data: ids, shape: sizes },
        attention_mask: { data: mask, shape: sizes },
        others: { data: others, shape: [count, count] },
        targets: { data: targets, shape: [count, count] },
      };
    },
    batchSize: 32,
    epochs,
    seed: 1,
    optimizer: { learningRate: 2e-3 },
    stage: 'pre-train',
  });
  return parameters;
}
