/**
 * One side of a shape: a fixed length, the name of a length that each batch brings, a product of names (`q*n`, for
 * `reshape`), or a sum (`n+1`, made by `concat`).
 */
export type Dimension = number | string;
export type Shape = readonly Dimension[];
export type ElementType = 'float32' | 'int32' | 'int64';

/** A tensor of the network under description. Only the `Operations` that made it know what stands behind it. */
export interface Value {
  readonly shape: Shape;
  readonly type: ElementType;
}

/** How a parameter starts. Values depend on the fit's seed and the parameter's name, never on the order of calls. */
export type Initialiser =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'constant'; readonly value: number };

export interface ParameterOptions {
  /** Whether weight decay pulls it towards zero; default: true for matrices, false for vectors (biases, norms). */
  readonly decay?: boolean;
}

/**
 * The words in which a network is described once; every back end (the ONNX tape in training and in serving,
 * TensorFlow.js) builds the same network from the same description.
 *
 * - Shapes are checked while the network is built. Element-wise operations broadcast as NumPy does; a named side
 *   broadcasts against 1 or against itself only.
 * - Axes may be negative (-1 is the last one).
 * - Each method throws SHAPE_MISMATCH where the shapes do not fit.
 */
export interface Operations {
  /** True where a loss will be asked for; `dropout` does nothing otherwise. */
  readonly training: boolean;

  /** What a batch brings. Asking again for the same name gives the same value. */
  input(name: string, type: ElementType, shape: Shape): Value;
  /** What is learned; float32. Asking again for the same name gives the same value, so weights can be shared. */
  parameter(name: string, shape: readonly number[], initialiser: Initialiser, options?: ParameterOptions): Value;
  /** A constant scalar, float32, shape []. */
  constant(value: number): Value;

  /**
   * Rows of `table` (a parameter, [rows, width]) at `indices` ([...] integers): [..., width].
   * `indices` is an input or a reshaped input; its gradient is sparse: only the rows that were looked up change.
   */
  embedding(table: Value, indices: Value): Value;
  /** First n rows of a parameter, n = length of `axis` of `like`: [n, width]; for learned positions. */
  firstRows(table: Value, like: Value, axis: number): Value;

  /** To float32; no gradient flows through it (masks, counts). */
  cast(x: Value): Value;
  add(a: Value, b: Value): Value;
  subtract(a: Value, b: Value): Value;
  multiply(a: Value, b: Value): Value;
  divide(a: Value, b: Value): Value;
  /** `factor * x + offset`. */
  scale(x: Value, factor: number, offset?: number): Value;

  /** [..., m, k] x [..., k, n] or [..., m, k] x [k, n] -> [..., m, n]; `transposeB`: b is [..., n, k]. */
  matmul(a: Value, b: Value, options?: { readonly transposeB?: boolean }): Value;
  reshape(x: Value, shape: Shape): Value;
  /** Axis i of the result is axis `order[i]` of x. */
  transpose(x: Value, order: readonly number[]): Value;
  concat(values: readonly Value[], axis: number): Value;
  /** `[start, end)` along an axis; up to the last one without `end`. A named axis must be at least `end` long. */
  slice(x: Value, axis: number, start: number, end?: number): Value;

  relu(x: Value): Value;
  /** Exact: x * Phi(x), by the error function. */
  gelu(x: Value): Value;
  tanh(x: Value): Value;
  sigmoid(x: Value): Value;
  /** Along the last axis. */
  softmax(x: Value): Value;
  /** Along the last axis; `gain` and `bias` are [width]; `epsilon` is added to the variance, default 1e-5. */
  layerNorm(x: Value, gain: Value, bias: Value, epsilon?: number): Value;

  /**
   * Gated recurrent unit (Cho et al. 2014), time first, from a state of zeros: x [t, b, input] -> [t, b, units], with
   * z, r = sigmoid(x weight + h recurrent + bias), n = tanh(x weight + r * (h recurrent) + bias), h' = (1 - z) n + z h.
   * `weight` [input, 3 units], `recurrent` [units, 3 units] and `bias` [3 units] hold z, r and n side by side. What
   * stands after a row's end changes nothing before it, so shorter rows are padded at their end. In training t is a number.
   */
  gru(x: Value, weight: Value, recurrent: Value, bias: Value): Value;

  /** Over one axis, which is kept with length 1 where `keep` is set. */
  sum(x: Value, axis: number, keep?: boolean): Value;
  /** Largest along one axis, which goes; of equal ones each receives the whole gradient. */
  max(x: Value, axis: number): Value;
  /** Over everything: []. */
  mean(x: Value): Value;

  /**
   * Inverted dropout in training, the identity in serving. The mask comes from the fit's seed, is drawn outside the
   * graph and is fed, so that repeats are bit-identical on every back end. `shared` lists axes along which one
   * decision holds (axis 1 of [batch, time, width] drops whole features of a text, and draws fewer numbers).
   */
  dropout(x: Value, rate: number, shared?: readonly number[]): Value;

  /**
   * Cross-entropy of softmax(logits) against target shares, both [..., classes]: the mean over rows, weighted by
   * `weights` [...] where given (sum of w * loss / sum of w). A row whose targets are all zero adds nothing. []
   */
  softmaxCrossEntropy(logits: Value, targets: Value, weights?: Value): Value;
  /** Per element, from logits and targets in [0, 1], all of one shape; the mean, weighted where `weights` is given. [] */
  binaryCrossEntropy(logits: Value, targets: Value, weights?: Value): Value;
}

export interface Description {
  /** What a served graph answers, by name. */
  readonly outputs: Readonly<Record<string, Value>>;
  /** Called in training only: inputs asked for in here (targets, weights) are no inputs of the served graph. */
  readonly loss?: () => Value;
}

/** A network, described once. It is called anew for every graph that is built, so it holds no state. */
export type Network = (operations: Operations) => Description;

/** What a parameter is, apart from its numbers. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initialiser: Initialiser;
  readonly decay: boolean;
  /** True where it is only ever looked up by rows: its gradient is sparse. */
  readonly sparse: boolean;
}

/** Numbers of all parameters, row-major. */
export type Parameters = ReadonlyMap<string, Float32Array>;

/** One tensor of a batch. Integer inputs are brought as Int32Array, whatever the graph's own type. */
export interface Tensor {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}
export type Batch = Readonly<Record<string, Tensor>>;
