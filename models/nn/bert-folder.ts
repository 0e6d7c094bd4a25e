import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { bertHidden, bertMaps, type BertShape } from './bert.ts';
import { folderFiles } from './hugging-face-folder.ts';
import { readOnnx, type ReadGraph, type ReadNode, type StoredTensor } from './onnx-reader.ts';
import type { Network, Parameters } from './operations.ts';
import { readSafetensors } from './safetensors.ts';
import { buildServedGraph } from './tape.ts';
import { parameterSpecs } from './tracer.ts';

/** An encoder of BERT's layout, read from a folder in the layout of Hugging Face. */
export interface BertFolder {
  readonly folder: string;
  readonly shape: BertShape;
  /** By the names of `bertHidden`. */
  readonly parameters: Map<string, Float32Array>;
}

/** Values of `model_type` whose networks have this layout; bge and MiniLM call themselves bert too. */
const modelTypes = ['bert', 'minilm', 'bge'];
const weightsFile = 'model.safetensors';
const copiedFiles = [folderFiles.tokenizer, folderFiles.tokenizerConfig, '1_Pooling/config.json'];

export function bertNetwork(shape: BertShape): Network {
  return (operations) => ({ outputs: { last_hidden_state: bertHidden(operations, shape) } });
}

/**
 * Reads sizes from `config.json` and weights from `model.safetensors` where it is there, else from `onnx/model.onnx`.
 * @throws RUNTIME_UNAVAILABLE where it is of another layout, or weights are missing or no 32-bit floats
 */
export async function readBertFolder(folder: string): Promise<BertFolder> {
  const config = await readConfig(folder);
  const type = String(config['model_type']);
  if (!modelTypes.includes(type)) throw unsupported(folder, `its model type "${type}" cannot be tuned`);
  const wanted = { hidden_act: 'gelu', position_embedding_type: 'absolute', is_decoder: false } as const;
  for (const [key, value] of Object.entries(wanted)) {
    const own = config[key] ?? value;
    if (own !== value)
      throw unsupported(folder, `${key} ${JSON.stringify(own)} (model type "${type}") cannot be tuned`);
  }
  const numberOf = (key: string, usual?: number): number => {
    const value = config[key] ?? usual;
    if (typeof value === 'number' && value > 0 && (value < 1 || Number.isInteger(value))) return value;
    throw unsupported(folder, `${key} in ${folderFiles.config} is ${JSON.stringify(value) ?? 'missing'}`);
  };
  const stored = await readWeights(folder);
  const table = (name: string): number => stored.plain(`embeddings.${name}_embeddings.weight`)?.shape[0] ?? 1;
  const shape: BertShape = {
    vocabulary: table('word'),
    positions: table('position'),
    kinds: table('token_type'),
    width: numberOf('hidden_size'),
    layers: numberOf('num_hidden_layers'),
    heads: numberOf('num_attention_heads'),
    inner: numberOf('intermediate_size'),
    epsilon: numberOf('layer_norm_eps', 1e-12),
  };
  const deepest = `encoder.layer.${shape.layers - 1}.output.dense.bias`;
  if (stored.plain(deepest) === null) throw unsupported(folder, `no ${deepest} (model type "${type}")`);
  if (shape.width % shape.heads !== 0) throw unsupported(folder, `${shape.heads} heads do not share its width`);
  const parameters = new Map<string, Float32Array>();
  for (const { name, shape: sides } of parameterSpecs(bertNetwork(shape))) {
    const isMap = bertMaps.some((map) => name.endsWith(`.${map}.weight`));
    const data = isMap ? stored.map(name, sides) : fitting(stored.plain(name), sides);
    if (data !== null) parameters.set(name, data);
    else throw unsupported(folder, `no 32-bit floats [${sides.join(', ')}] of ${name} (model type "${type}")`);
  }
  return { folder, shape, parameters };
}

/** Files of the folder with other weights, by their path in it: what transformers.js needs to load it. */
export async function bertFolderFiles(
  { folder, shape }: BertFolder,
  parameters: Parameters,
): Promise<Map<string, Uint8Array>> {
  // what the copied folder says of its own onnx file, for example that weights stand in another, is no longer so
  const { 'transformers.js_config': _, ...config } = await readConfig(folder);
  const files = new Map<string, Uint8Array>();
  files.set(folderFiles.config, new TextEncoder().encode(`${JSON.stringify(config, null, 1)}\n`));
  for (const name of copiedFiles) {
    const path = join(folder, name);
    if (existsSync(path)) files.set(name, await readFile(path));
  }
  return files.set(folderFiles.model, buildServedGraph(bertNetwork(shape), parameters));
}

async function readConfig(folder: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return JSON.parse(await readFile(join(folder, folderFiles.config), 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw unsupported(folder, messageOf(error), error);
  }
}

/** Weights by the names of BERT, whatever stands in front of these. */
interface Stored {
  plain(name: string): StoredTensor | null;
  /** Matrix [input, output] of a linear map. */
  map(name: string, sides: readonly number[]): Float32Array | null;
}

async function readWeights(folder: string): Promise<Stored> {
  try {
    const path = join(folder, weightsFile);
    if (!existsSync(path)) return storedIn(readOnnx(await readFile(join(folder, folderFiles.model))));
    const tensors = readSafetensors(await readFile(path));
    const plain = namedIn(tensors);
    return { plain, map: (name, sides) => turned(plain(name), sides) };
  } catch (error) {
    throw unsupported(folder, `its weights cannot be read (${messageOf(error)})`, error);
  }
}

/**
 * Exporters keep the names of tables, norms and biases, and turn matrices, which then have names of their own: a map's
 * matrix is what is multiplied before its bias is added. Equal tensors may be stored once.
 */
function storedIn({ nodes, tensors }: ReadGraph): Stored {
  const makers = new Map<string, ReadNode>();
  for (const node of nodes) for (const output of node.outputs) makers.set(output, node);
  const all = new Map(tensors);
  for (const { operator, inputs, outputs } of nodes) {
    const same = all.get(inputs[0] ?? '');
    if (operator === 'Identity' && same !== undefined) all.set(outputs[0] ?? '', same);
  }
  const plain = namedIn(all);
  const adders = new Map(nodes.filter(({ operator }) => operator === 'Add').flatMap((node) => bothWays(node)));
  return {
    plain,
    map: (name, sides) => {
      const bias = `${plain.prefix}${name.replace(/weight$/, 'bias')}`;
      const product = makers.get(adders.get(bias) ?? '');
      if (product?.operator !== 'MatMul') return null;
      const matrix = product.inputs[1] ?? '';
      const maker = makers.get(matrix);
      if (maker?.operator === 'Transpose') return turned(all.get(maker.inputs[0] ?? '') ?? null, sides);
      return fitting(all.get(matrix) ?? null, sides);
    },
  };
}

function bothWays({ inputs }: ReadNode): [string, string][] {
  const [left = '', right = ''] = inputs;
  return [
    [left, right],
    [right, left],
  ];
}

function namedIn(
  tensors: ReadonlyMap<string, StoredTensor>,
): ((name: string) => StoredTensor | null) & { readonly prefix: string } {
  const anchor = 'embeddings.word_embeddings.weight';
  const prefix = [...tensors.keys()].find((name) => name.endsWith(anchor))?.slice(0, -anchor.length) ?? '';
  // first checkpoints call gain and bias of norms gamma and beta
  const older = (name: string): string =>
    name.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta');
  const find = (name: string): StoredTensor | null =>
    tensors.get(`${prefix}${name}`) ?? tensors.get(`${prefix}${older(name)}`) ?? null;
  return Object.assign(find, { prefix });
}

function fitting(tensor: StoredTensor | null, sides: readonly number[]): Float32Array | null {
  return tensor !== null && tensor.shape.join() === sides.join() ? tensor.data : null;
}

/** [output, input] as [input, output]; `sides` are those of the result. */
function turned(tensor: StoredTensor | null, [inputs = 0, outputs = 0]: readonly number[]): Float32Array | null {
  const data = fitting(tensor, [outputs, inputs]);
  if (data === null) return null;
  const result = new Float32Array(data.length);
  for (let output = 0; output < outputs; output += 1) {
    for (let input = 0; input < inputs; input += 1)
      result[input * outputs + output] = data[output * inputs + input] as number;
  }
  return result;
}

/** Says what can be tuned, and what to do with all others. */
export function unsupported(folder: string, detail: string, cause?: unknown): EngineError {
  const hint =
    `encoders of BERT's layout can be tuned (model type ${modelTypes.join(', ')}; absolute positions, exact GELU, ` +
    '32-bit floats in model.safetensors or onnx/model.onnx): use frozen for this one';
  return new EngineError('RUNTIME_UNAVAILABLE', { what: `the encoder ${folder}`, detail, hint }, { cause });
}
