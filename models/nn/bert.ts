import { attention, linear, meanPool } from './layers.ts';
import type { Operations, Value } from './operations.ts';

/** Sizes of an encoder in the layout of BERT (Devlin et al. 2019), as bge and MiniLM have it too. */
export interface BertShape {
  /** Rows of the table of words. */
  readonly vocabulary: number;
  /** Most tokens of a text. */
  readonly positions: number;
  /** Kinds of tokens; single texts are of the first. */
  readonly kinds: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Width inside the feed-forward part. */
  readonly inner: number;
  /** What layer norms add to the variance. */
  readonly epsilon: number;
}

/** Parameters of the linear maps of a layer, as Hugging Face names them; here their matrices are [input, output]. */
export const bertMaps = [
  'attention.self.query',
  'attention.self.key',
  'attention.self.value',
  'attention.output.dense',
  'intermediate.dense',
  'output.dense',
] as const;

/** Layer that a parameter belongs to, counted from 0; -1 for the embeddings, null where it is none of the encoder's. */
export function bertLayerOf(parameter: string): number | null {
  if (parameter.startsWith('embeddings.')) return -1;
  const found = /^encoder\.layer\.(\d+)\./.exec(parameter);
  return found === null ? null : Number(found[1]);
}

/**
 * `last_hidden_state` [b, t, width] of `input_ids` and `attention_mask` [b, t], both int64. Each part is followed by its
 * layer norm. Parameters have the names of Hugging Face.
 * @param dropout after the embeddings and after each part, in training
 */
export function bertHidden(operations: Operations, shape: BertShape, dropout = 0): Value {
  const { width } = shape;
  const ids = operations.input('input_ids', 'int64', ['b', 't']);
  const mask = operations.input('attention_mask', 'int64', ['b', 't']);
  const table = (name: string, rows: number): Value =>
    operations.parameter(`embeddings.${name}_embeddings.weight`, [rows, width], { kind: 'normal', deviation: 0.02 });
  const words = operations.embedding(table('word', shape.vocabulary), ids);
  const places = operations.firstRows(table('position', shape.positions), ids, 1);
  const kind = operations.slice(table('token_type', shape.kinds), 0, 0, 1);
  const embedded = operations.add(operations.add(words, places), kind);
  let x = operations.dropout(normalised(operations, embedded, 'embeddings.LayerNorm', shape), dropout, [1]);
  const additive = operations.scale(operations.cast(mask), 1e4, -1e4);
  for (let layer = 0; layer < shape.layers; layer += 1) {
    x = bertLayer(operations, x, `encoder.layer.${layer}`, additive, shape, dropout);
  }
  return x;
}

/** One vector a text: the mean over its tokens, or the first token's. hidden [b, t, width] -> [b, width]. */
export function bertPooled(operations: Operations, hidden: Value, pooling: 'mean' | 'cls'): Value {
  if (pooling === 'mean') {
    return meanPool(operations, hidden, operations.input('attention_mask', 'int64', ['b', 't']));
  }
  const [batch, , width] = hidden.shape;
  return operations.reshape(operations.slice(hidden, 1, 0, 1), [batch ?? 'b', width ?? 0]);
}

function bertLayer(
  operations: Operations,
  x: Value,
  name: string,
  mask: Value,
  shape: BertShape,
  dropout: number,
): Value {
  const { width, heads } = shape;
  const mapped = (from: Value, output: number, map: (typeof bertMaps)[number]): Value =>
    linear(operations, from, output, `${name}.${map}`);
  const mixed = attention(
    operations,
    mapped(x, width, 'attention.self.query'),
    mapped(x, width, 'attention.self.key'),
    mapped(x, width, 'attention.self.value'),
    { heads, mask },
  );
  const attended = operations.dropout(mapped(mixed, width, 'attention.output.dense'), dropout, [1]);
  const middle = normalised(operations, operations.add(x, attended), `${name}.attention.output.LayerNorm`, shape);
  const inner = operations.gelu(mapped(middle, shape.inner, 'intermediate.dense'));
  const written = operations.dropout(mapped(inner, width, 'output.dense'), dropout, [1]);
  return normalised(operations, operations.add(middle, written), `${name}.output.LayerNorm`, shape);
}

function normalised(operations: Operations, x: Value, name: string, { width, epsilon }: BertShape): Value {
  const gain = operations.parameter(`${name}.weight`, [width], { kind: 'ones' });
  const bias = operations.parameter(`${name}.bias`, [width], { kind: 'zeros' });
  return operations.layerNorm(x, gain, bias, epsilon);
}
