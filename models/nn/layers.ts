import { EngineError } from '../../engine/core/errors.ts';
import type { Operations, Value } from './operations.ts';

/** The usual parts of networks, made from `Operations`; each names its parameters under a prefix. */

/** x [..., input] -> [..., output]: `name.weight` [input, output], `name.bias` [output]; deviation 1/sqrt(input). */
export function linear(operations: Operations, x: Value, output: number, name: string, gain = 1): Value {
  const input = width(x);
  const deviation = gain / Math.sqrt(input);
  const weight = operations.parameter(`${name}.weight`, [input, output], { kind: 'normal', deviation });
  const bias = operations.parameter(`${name}.bias`, [output], { kind: 'zeros' });
  return operations.add(operations.matmul(x, weight), bias);
}

/** `name.gain`, `name.bias`: [width]. */
export function normalise(operations: Operations, x: Value, name: string): Value {
  const gain = operations.parameter(`${name}.gain`, [width(x)], { kind: 'ones' });
  const bias = operations.parameter(`${name}.bias`, [width(x)], { kind: 'zeros' });
  return operations.layerNorm(x, gain, bias);
}

/** 1 where there is something, 0 where padding -> 0 and -10,000, to be added to scores before a softmax. Any shape. */
export function additiveMask(operations: Operations, mask: Value): Value {
  return operations.scale(operations.cast(mask), 1e4, -1e4);
}

export interface AttentionOptions {
  readonly heads: number;
  /** Additive; [batch, keys], or anything that broadcasts against [batch, heads, queries, keys]. */
  readonly mask?: Value;
}

/**
 * Scaled dot-product attention of several heads (Vaswani et al. 2017).
 * queries [b, n, d], keys and values [b, m, d] -> [b, n, d]. Linear maps before and after are the caller's.
 */
export function attention(
  operations: Operations,
  queries: Value,
  keys: Value,
  values: Value,
  options: AttentionOptions,
): Value {
  const size = width(queries) / options.heads;
  if (!Number.isInteger(size)) {
    throw new EngineError('SHAPE_MISMATCH', {
      what: 'attention: width must be a multiple of heads',
      expected: `a multiple of ${options.heads}`,
      actual: width(queries),
    });
  }
  const split = (x: Value): Value => {
    const [batch, length] = rank3(x);
    return operations.transpose(operations.reshape(x, [batch, length, options.heads, size]), [0, 2, 1, 3]);
  };
  const scaled = operations.scale(queries, 1 / Math.sqrt(size));
  let scores = operations.matmul(split(scaled), split(keys), { transposeB: true });
  if (options.mask !== undefined) {
    const { shape } = options.mask;
    const mask = shape.length === 2 ? operations.reshape(options.mask, [shape[0]!, 1, 1, shape[1]!]) : options.mask;
    scores = operations.add(scores, mask);
  }
  const mixed = operations.transpose(operations.matmul(operations.softmax(scores), split(values)), [0, 2, 1, 3]);
  return operations.reshape(mixed, queries.shape);
}

export interface BlockOptions extends AttentionOptions {
  /** Width of the inner layer of the feed-forward part. */
  readonly inner: number;
  /** Dropout after attention and after the feed-forward part; default 0. */
  readonly dropout?: number;
}

/** Pre-norm transformer block: x + attention(norm(x)), then x + feedForward(norm(x)). x [b, n, d] -> [b, n, d]. */
export function transformerBlock(operations: Operations, x: Value, name: string, options: BlockOptions): Value {
  const size = width(x);
  const rate = options.dropout ?? 0;
  const before = normalise(operations, x, `${name}.attention.norm`);
  const mixed = attention(
    operations,
    linear(operations, before, size, `${name}.attention.query`),
    linear(operations, before, size, `${name}.attention.key`),
    linear(operations, before, size, `${name}.attention.value`),
    options,
  );
  // Half the usual deviation on the two maps that write into the residual stream keeps the first steps calm.
  const attended = linear(operations, mixed, size, `${name}.attention.output`, 0.5);
  const middle = operations.add(x, operations.dropout(attended, rate, [1]));
  const inner = linear(operations, normalise(operations, middle, `${name}.inner.norm`), options.inner, `${name}.inner`);
  const written = linear(operations, operations.gelu(inner), size, `${name}.outer`, 0.5);
  return operations.add(middle, operations.dropout(written, rate, [1]));
}

/** Mean over time of what the mask keeps. x [b, n, d], mask [b, n] of 0 and 1 -> [b, d]; all padding gives zeros. */
export function meanPool(operations: Operations, x: Value, mask: Value): Value {
  const [batch, length] = rank3(x);
  const kept = operations.reshape(operations.cast(mask), [batch, length, 1]);
  // Counts are whole numbers, so this tiny offset only matters where nothing is kept.
  const count = operations.scale(operations.sum(kept, 1), 1, 1e-6);
  return operations.divide(operations.sum(operations.multiply(x, kept), 1), count);
}

/** Largest over time of what the mask keeps. x [b, n, d], mask [b, n] of 0 and 1 -> [b, d]. */
export function maxPool(operations: Operations, x: Value, mask: Value): Value {
  const [batch, length] = rank3(x);
  return operations.max(operations.add(x, operations.reshape(additiveMask(operations, mask), [batch, length, 1])), 1);
}

/**
 * Cross-entropy over a list: which of the n candidates of each query are right. scores, targets, mask [q, n];
 * the targets of a query sum to 1 (or are all 0: that query teaches nothing). []
 */
export function listCrossEntropy(operations: Operations, scores: Value, targets: Value, mask: Value): Value {
  return operations.softmaxCrossEntropy(operations.add(scores, additiveMask(operations, mask)), targets);
}

function width(x: Value): number {
  const last = x.shape.at(-1);
  if (typeof last === 'number') return last;
  throw new EngineError('SHAPE_MISMATCH', { what: 'last axis', expected: 'a fixed length', actual: String(last) });
}

function rank3(x: Value): readonly [number | string, number | string] {
  if (x.shape.length === 3) return [x.shape[0]!, x.shape[1]!];
  throw new EngineError('SHAPE_MISMATCH', { what: 'axes', expected: 3, actual: x.shape.length });
}
