import type * as TensorFlow from '@tensorflow/tfjs';
import { type Lengths, lengthOf } from './shape.ts';
import type { Node } from './trace.ts';

export type Tf = typeof TensorFlow;
type TfTensor = TensorFlow.Tensor;

/** Computes traced nodes with TensorFlow.js, which derives the gradients by itself. */
export function evaluate(
  tf: Tf,
  nodes: readonly Node[],
  given: (name: string) => TfTensor,
  lengths: Lengths,
): ReadonlyMap<Node, TfTensor> {
  const values = new Map<Node, TfTensor>();
  for (const node of nodes) {
    const inputs = node.inputs.map((input) => values.get(input)!);
    values.set(node, compute(tf, node, inputs, given, lengths));
  }
  return values;
}

function compute(
  tf: Tf,
  node: Node,
  inputs: readonly TfTensor[],
  given: (name: string) => TfTensor,
  lengths: Lengths,
): TfTensor {
  const { operation } = node;
  const [x, y, z] = [inputs[0]!, inputs[1]!, inputs[2]!];
  switch (operation.kind) {
    case 'input':
    case 'parameter':
      return given(operation.name);
    case 'constant':
      return tf.scalar(operation.value);
    case 'embedding':
      return tf.gather(x, y);
    case 'firstRows':
      return tf.slice(x, [0, 0], [lengthOf(node.shape[0]!, lengths), -1]);
    case 'cast':
      return tf.cast(x, 'float32');
    case 'add':
      return tf.add(x, y);
    case 'subtract':
      return tf.sub(x, y);
    case 'multiply':
      return tf.mul(x, y);
    case 'divide':
      return tf.div(x, y);
    case 'scale':
      return tf.add(tf.mul(x, tf.scalar(operation.factor)), tf.scalar(operation.offset));
    case 'matmul':
      return matmul(tf, x, y, operation.transposeB);
    case 'reshape':
      return tf.reshape(
        x,
        node.shape.map((side) => lengthOf(side, lengths)),
      );
    case 'transpose':
      return tf.transpose(x, [...operation.order]);
    case 'concat':
      return tf.concat([...inputs], operation.axis);
    case 'slice': {
      const begin = x.shape.map((_, axis) => (axis === operation.axis ? operation.start : 0));
      const size = x.shape.map((length, axis) => {
        return axis === operation.axis ? (operation.end ?? length) - operation.start : length;
      });
      return tf.slice(x, begin, size);
    }
    case 'relu':
      return tf.relu(x);
    case 'gelu':
      return tf.mul(x, tf.mul(tf.add(tf.erf(tf.mul(x, tf.scalar(Math.SQRT1_2))), tf.scalar(1)), tf.scalar(0.5)));
    case 'tanh':
      return tf.tanh(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'softplus':
      return tf.softplus(x);
    case 'softmax':
      return tf.softmax(x);
    case 'logSoftmax':
      return tf.logSoftmax(x);
    case 'layerNorm': {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      const variance = tf.mean(tf.square(centred), -1, true);
      return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, tf.scalar(operation.epsilon)))), y), z);
    }
    case 'gru':
      return gru(tf, x, y, z, inputs[3]!);
    case 'sum':
      return tf.sum(x, operation.axis, operation.keep);
    case 'max':
      return tf.max(x, operation.axis);
    case 'mean':
      return tf.mean(x);
    default:
      return operation satisfies never;
  }
}

/** TensorFlow.js does not broadcast a plain matrix over batches in its gradient, so such a product is made flat. */
function matmul(tf: Tf, a: TfTensor, b: TfTensor, transposeB: boolean): TfTensor {
  if (b.rank > 2 || a.rank === 2) return tf.matMul(a, b, false, transposeB);
  const flat = tf.matMul(tf.reshape(a, [-1, a.shape.at(-1)!]), b, false, transposeB);
  return tf.reshape(flat, [...a.shape.slice(0, -1), flat.shape[1]!]);
}

function gru(tf: Tf, x: TfTensor, weight: TfTensor, recurrent: TfTensor, bias: TfTensor): TfTensor {
  const [times, batch, width] = x.shape as [number, number, number];
  const units = recurrent.shape[0]!;
  let state: TfTensor = tf.zeros([batch, units]);
  const states = Array.from({ length: times }, (_, time) => {
    const now = tf.reshape(tf.slice(x, [time, 0, 0], [1, batch, width]), [batch, width]);
    const [inZ, inR, inN] = tf.split(tf.add(tf.matMul(now, weight), bias), 3, 1);
    const [ofZ, ofR, ofN] = tf.split(tf.matMul(state, recurrent), 3, 1);
    const update = tf.sigmoid(tf.add(inZ!, ofZ!));
    const reset = tf.sigmoid(tf.add(inR!, ofR!));
    const fresh = tf.tanh(tf.add(inN!, tf.mul(reset, ofN!)));
    state = tf.add(tf.mul(tf.sub(tf.scalar(1), update), fresh), tf.mul(update, state));
    return tf.reshape(state, [1, batch, units]);
  });
  return tf.concat(states, 0);
}
