import { meanPool, normalise, transformerBlock } from '../nn/layers.ts';
import type { Network, Operations, Value } from '../nn/operations.ts';

/** Sizes of the text encoder. */
export interface EncoderShape {
  readonly vocabulary: number;
  /** Tokens of a text that are read. */
  readonly length: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly inner: number;
  readonly dropout: number;
}

/**
 * Text to vectors. Inputs input_ids, attention_mask [b, t] (int64, as Hugging Face names them); output
 * last_hidden_state [b, t, d]. The mean over a text's tokens stands for the text.
 */
export function encoderNetwork(shape: EncoderShape): Network {
  return (operations) => {
    const { hidden } = encode(operations, shape, 'input_ids', 'attention_mask', 'b', 't');
    return { outputs: { last_hidden_state: hidden } };
  };
}

/** Dot products of two texts' vectors are taken times this over the square root of their width. */
export const similarityScale = 4;

/**
 * Learns the encoder from pairs that belong together, a question and its evidence or a turn and the one after it: of
 * all right sides in the batch the own one must be nearest (InfoNCE, van den Oord et al. 2018).
 * Inputs: left_ids, left_mask [b, t], right_ids, right_mask [c, u], targets [b, c].
 */
export function pairNetwork(shape: EncoderShape): Network {
  return (operations) => {
    const left = encode(operations, shape, 'left_ids', 'left_mask', 'b', 't').pooled;
    const right = encode(operations, shape, 'right_ids', 'right_mask', 'c', 'u').pooled;
    const near = operations.matmul(left, operations.transpose(right, [1, 0]));
    const scores = operations.scale(near, similarityScale / Math.sqrt(shape.width));
    const loss = () => operations.softmaxCrossEntropy(scores, operations.input('targets', 'float32', ['b', 'c']));
    return { outputs: { scores }, loss };
  };
}

function encode(
  operations: Operations,
  shape: EncoderShape,
  ids: string,
  attention: string,
  batch: string,
  time: string,
): { readonly hidden: Value; readonly pooled: Value } {
  const { width } = shape;
  const words = operations.input(ids, 'int64', [batch, time]);
  const mask = operations.input(attention, 'int64', [batch, time]);
  const table = operations.parameter('words', [shape.vocabulary, width], { kind: 'normal', deviation: 0.3 });
  const positions = operations.parameter('positions', [shape.length, width], { kind: 'normal', deviation: 0.05 });
  const embedded = operations.add(operations.embedding(table, words), operations.firstRows(positions, words, 1));
  let x = operations.dropout(embedded, shape.dropout, [1]);
  const block = { heads: shape.heads, inner: shape.inner, dropout: shape.dropout };
  const additive = operations.scale(operations.cast(mask), 1e4, -1e4);
  for (let layer = 0; layer < shape.layers; layer += 1) {
    x = transformerBlock(operations, x, `layer${layer}`, { ...block, mask: additive });
  }
  const hidden = normalise(operations, x, 'leave.norm');
  const pooled = meanPool(operations, hidden, mask);
  return { hidden, pooled };
}
