import { EngineError } from '../../engine/core/errors.ts';
import type {
  ElementType,
  Initialiser,
  Network,
  Operations,
  ParameterOptions,
  ParameterSpec,
  Shape,
  Value,
} from './operations.ts';
import { addDimensions, axisOf, broadcast, mismatch, sameSize } from './shape.ts';
import { type DropoutSpec, type InputSpec, type Node, type Operation, reachable, type Trace } from './trace.ts';

/**
 * Runs the description once. Inputs and parameters that nothing asked for depends on are left out.
 * @param wanted outputs to keep; all where absent
 * @throws SHAPE_MISMATCH, NOT_FOUND (an output that the network does not have)
 */
export function trace(network: Network, options: { training: boolean; wanted?: readonly string[] }): Trace {
  const tracer = new Tracer(options.training);
  const description = network(tracer);
  const loss = options.training && description.loss !== undefined ? description.loss() : null;
  return tracer.finish(description.outputs, loss, options.wanted);
}

/** All parameters of a network: those that its loss needs, and those that only its outputs need. */
export function parameterSpecs(network: Network): readonly ParameterSpec[] {
  return trace(network, { training: true }).parameters;
}

/** Notes down what a description does and checks every shape; computes nothing. */
export class Tracer implements Operations {
  readonly training: boolean;
  readonly #nodes = new Set<Node>();
  readonly #inputs = new Map<string, Node>();
  readonly #parameters = new Map<string, { node: Node; initialiser: Initialiser; decay: boolean }>();
  readonly #dropouts = new Map<string, DropoutSpec>();

  constructor(training: boolean) {
    this.training = training;
  }

  input(name: string, type: ElementType, shape: Shape): Node {
    const known = this.#inputs.get(name);
    if (known !== undefined) {
      if (known.type !== type || !equal(known.shape, shape)) throw mismatch(`input ${name}`, known.shape, shape);
      return known;
    }
    const node = this.#record({ kind: 'input', name }, [], shape, type);
    this.#inputs.set(name, node);
    return node;
  }

  parameter(name: string, shape: readonly number[], initialiser: Initialiser, options: ParameterOptions = {}): Node {
    const known = this.#parameters.get(name);
    if (known !== undefined) {
      if (!equal(known.node.shape, shape)) throw mismatch(`parameter ${name}`, known.node.shape, shape);
      return known.node;
    }
    const node = this.#record({ kind: 'parameter', name }, [], shape);
    this.#parameters.set(name, { node, initialiser, decay: options.decay ?? shape.length > 1 });
    return node;
  }

  constant(value: number): Node {
    return this.#record({ kind: 'constant', value }, [], []);
  }

  embedding(table: Value, indices: Value): Node {
    const rows = this.#table(table, 'embedding');
    const positions = this.#node(indices);
    if (positions.type === 'float32' || lookupInput(positions) === null) {
      throw mismatch('embedding indices', 'an integer input, or a reshaped one', indices.type);
    }
    return this.#record({ kind: 'embedding' }, [rows, positions], [...positions.shape, rows.shape[1]!]);
  }

  firstRows(table: Value, like: Value, axis: number): Node {
    const rows = this.#table(table, 'firstRows');
    const index = axisOf(like.shape, axis, 'firstRows');
    const shape = [like.shape[index]!, rows.shape[1]!];
    return this.#record({ kind: 'firstRows', axis: index }, [rows, this.#node(like)], shape);
  }

  cast(x: Value): Node {
    const node = this.#node(x);
    if (node.type === 'float32') return node;
    return this.#record({ kind: 'cast' }, [node], node.shape);
  }

  add(a: Value, b: Value): Node {
    return this.#elementwise('add', a, b);
  }

  subtract(a: Value, b: Value): Node {
    return this.#elementwise('subtract', a, b);
  }

  multiply(a: Value, b: Value): Node {
    return this.#elementwise('multiply', a, b);
  }

  divide(a: Value, b: Value): Node {
    return this.#elementwise('divide', a, b);
  }

  scale(x: Value, factor: number, offset = 0): Node {
    return this.#record({ kind: 'scale', factor, offset }, [this.#float(x, 'scale')], x.shape);
  }

  matmul(a: Value, b: Value, options: { readonly transposeB?: boolean } = {}): Node {
    const transposeB = options.transposeB ?? false;
    const [left, right] = [this.#float(a, 'matmul'), this.#float(b, 'matmul')];
    const [inner, columns] = transposeB
      ? [right.shape.at(-1), right.shape.at(-2)]
      : [right.shape.at(-2), right.shape.at(-1)];
    const batchesFit = right.shape.length === 2 || equal(left.shape.slice(0, -2), right.shape.slice(0, -2));
    if (left.shape.length < 2 || columns === undefined || left.shape.at(-1) !== inner || !batchesFit) {
      throw mismatch(`matmul${transposeB ? ' with transposeB' : ''}`, left.shape, right.shape);
    }
    return this.#record({ kind: 'matmul', transposeB }, [left, right], [...left.shape.slice(0, -1), columns]);
  }

  reshape(x: Value, shape: Shape): Node {
    const node = this.#node(x);
    if (!sameSize(node.shape, shape)) throw mismatch('reshape', node.shape, shape);
    if (equal(node.shape, shape)) return node;
    return this.#record({ kind: 'reshape' }, [node], shape, node.type);
  }

  transpose(x: Value, order: readonly number[]): Node {
    const node = this.#float(x, 'transpose');
    const axes = order.map((axis) => axisOf(node.shape, axis, 'transpose'));
    if (new Set(axes).size !== node.shape.length || axes.length !== node.shape.length) {
      throw mismatch('transpose', `an order of the axes of ${node.shape.length}`, order);
    }
    return this.#record(
      { kind: 'transpose', order: axes },
      [node],
      axes.map((axis) => node.shape[axis]!),
    );
  }

  concat(values: readonly Value[], axis: number): Node {
    const parts = values.map((value) => this.#float(value, 'concat'));
    const [first] = parts;
    if (first === undefined) throw mismatch('concat', 'at least one value', 0);
    const index = axisOf(first.shape, axis, 'concat');
    for (const part of parts) {
      const fits = part.shape.length === first.shape.length;
      if (!fits || !part.shape.every((side, at) => at === index || side === first.shape[at])) {
        throw mismatch('concat', first.shape, part.shape);
      }
    }
    if (parts.length === 1) return first;
    const total = addDimensions(parts.map((part) => part.shape[index]!));
    return this.#record({ kind: 'concat', axis: index }, parts, first.shape.with(index, total));
  }

  slice(x: Value, axis: number, start: number, end?: number): Node {
    const node = this.#float(x, 'slice');
    const index = axisOf(node.shape, axis, 'slice');
    const length = node.shape[index]!;
    const last = end ?? (typeof length === 'number' ? length : null);
    if (start < 0 || (last !== null && (last <= start || (typeof length === 'number' && last > length)))) {
      throw mismatch('slice', `bounds within ${length}`, [start, end ?? length]);
    }
    const kept = last === null ? addDimensions([length, -start]) : last - start;
    return this.#record({ kind: 'slice', axis: index, start, end: last }, [node], node.shape.with(index, kept));
  }

  relu(x: Value): Node {
    return this.#unary('relu', x);
  }

  gelu(x: Value): Node {
    return this.#unary('gelu', x);
  }

  tanh(x: Value): Node {
    return this.#unary('tanh', x);
  }

  sigmoid(x: Value): Node {
    return this.#unary('sigmoid', x);
  }

  softmax(x: Value): Node {
    return this.#unary('softmax', x);
  }

  layerNorm(x: Value, gain: Value, bias: Value, epsilon = 1e-5): Node {
    const node = this.#float(x, 'layerNorm');
    const width = node.shape.at(-1);
    for (const part of [gain, bias]) {
      if (width === undefined || !equal(part.shape, [width])) throw mismatch('layerNorm', node.shape, part.shape);
    }
    return this.#record({ kind: 'layerNorm', epsilon }, [node, this.#node(gain), this.#node(bias)], node.shape);
  }

  gru(x: Value, weight: Value, recurrent: Value, bias: Value): Node {
    const node = this.#float(x, 'gru');
    const units = recurrent.shape[0];
    const input = node.shape[2];
    if (typeof units !== 'number' || typeof input !== 'number') throw mismatch('gru', 'fixed widths', node.shape);
    if (this.training && typeof node.shape[0] !== 'number')
      throw mismatch('gru', 'a fixed number of times', node.shape);
    if (!equal(weight.shape, [input, 3 * units])) throw mismatch('gru weight', [input, 3 * units], weight.shape);
    if (!equal(recurrent.shape, [units, 3 * units])) throw mismatch('gru', [units, 3 * units], recurrent.shape);
    if (!equal(bias.shape, [3 * units])) throw mismatch('gru bias', [3 * units], bias.shape);
    const parts = [weight, recurrent, bias].map((part) => this.#float(part, 'gru'));
    return this.#record({ kind: 'gru' }, [node, ...parts], node.shape.with(2, units));
  }

  sum(x: Value, axis: number, keep = false): Node {
    const node = this.#float(x, 'sum');
    const index = axisOf(node.shape, axis, 'sum');
    const shape = keep ? node.shape.with(index, 1) : node.shape.toSpliced(index, 1);
    return this.#record({ kind: 'sum', axis: index, keep }, [node], shape);
  }

  max(x: Value, axis: number): Node {
    const node = this.#float(x, 'max');
    const index = axisOf(node.shape, axis, 'max');
    return this.#record({ kind: 'max', axis: index }, [node], node.shape.toSpliced(index, 1));
  }

  mean(x: Value): Node {
    return this.#record({ kind: 'mean' }, [this.#float(x, 'mean')], []);
  }

  dropout(x: Value, rate: number, shared: readonly number[] = []): Node {
    const node = this.#float(x, 'dropout');
    if (!(rate >= 0 && rate < 1)) throw mismatch('dropout rate', 'a number in [0, 1)', rate);
    if (!this.training || rate === 0) return node;
    const axes = new Set(shared.map((axis) => axisOf(node.shape, axis, 'dropout')));
    const shape = node.shape.map((side, axis) => (axes.has(axis) ? 1 : side));
    const name = `dropout.${this.#dropouts.size}`;
    this.#dropouts.set(name, { name, rate, shape });
    return this.multiply(node, this.#record({ kind: 'input', name }, [], shape));
  }

  softmaxCrossEntropy(logits: Value, targets: Value, weights?: Value): Node {
    if (!equal(logits.shape, targets.shape)) throw mismatch('softmaxCrossEntropy', logits.shape, targets.shape);
    const shares = this.#unary('logSoftmax', logits);
    const losses = this.scale(this.sum(this.multiply(shares, targets), -1), -1);
    return this.#weightedMean(losses, weights);
  }

  binaryCrossEntropy(logits: Value, targets: Value, weights?: Value): Node {
    if (!equal(logits.shape, targets.shape)) throw mismatch('binaryCrossEntropy', logits.shape, targets.shape);
    // -t log s(x) - (1 - t) log(1 - s(x)) = softplus(x) - t x, which overflows nowhere.
    const losses = this.subtract(this.#unary('softplus', logits), this.multiply(logits, targets));
    return this.#weightedMean(losses, weights);
  }

  /** @throws SHAPE_MISMATCH where the loss is no scalar; NOT_FOUND where a wanted output does not exist */
  finish(outputs: Readonly<Record<string, Value>>, loss: Value | null, wanted?: readonly string[]): Trace {
    for (const name of wanted ?? []) {
      if (outputs[name] !== undefined) continue;
      const hint = `it has ${Object.keys(outputs).join(', ')}`;
      throw new EngineError('NOT_FOUND', { what: 'output of the network', name, hint });
    }
    const names = wanted ?? Object.keys(outputs);
    const kept = Object.fromEntries(names.map((name) => [name, this.#node(outputs[name]!)]));
    const end = loss === null ? null : this.#float(loss, 'loss');
    if (end !== null && end.shape.length > 0) throw mismatch('loss', 'a scalar', end.shape);
    const used = new Set(reachable([...Object.values(kept), ...(end === null ? [] : [end])]));
    const lookedUp = (table: Node): boolean =>
      [...used].every((node) => !node.inputs.includes(table) || node.operation.kind === 'embedding');
    return {
      inputs: [...this.#inputs].flatMap(([name, node]): InputSpec[] =>
        used.has(node) ? [{ name, type: node.type, shape: node.shape }] : [],
      ),
      dropouts: [...this.#dropouts.values()],
      parameters: [...this.#parameters].flatMap(([name, { node, initialiser, decay }]): ParameterSpec[] =>
        used.has(node)
          ? [{ name, shape: node.shape as readonly number[], initialiser, decay, sparse: lookedUp(node) }]
          : [],
      ),
      outputs: kept,
      loss: end,
    };
  }

  #weightedMean(losses: Node, weights?: Value): Node {
    if (weights === undefined) return this.mean(losses);
    if (!equal(losses.shape, weights.shape)) throw mismatch('weights of a loss', losses.shape, weights.shape);
    // Two means instead of two sums: the counts cancel. The offset only matters where all weights are zero.
    return this.divide(this.mean(this.multiply(losses, weights)), this.scale(this.mean(weights), 1, 1e-12));
  }

  #elementwise(kind: 'add' | 'subtract' | 'multiply' | 'divide', a: Value, b: Value): Node {
    const shape = broadcast(a.shape, b.shape, kind);
    return this.#record({ kind }, [this.#float(a, kind), this.#float(b, kind)], shape);
  }

  #unary(kind: 'relu' | 'gelu' | 'tanh' | 'sigmoid' | 'softplus' | 'softmax' | 'logSoftmax', x: Value): Node {
    return this.#record({ kind }, [this.#float(x, kind)], x.shape);
  }

  #table(table: Value, what: string): Node {
    const node = this.#node(table);
    if (node.operation.kind !== 'parameter' || node.shape.length !== 2) {
      throw mismatch(`${what} table`, 'a parameter [rows, width]', node.shape);
    }
    return node;
  }

  #float(value: Value, what: string): Node {
    if (value.type !== 'float32') throw mismatch(what, 'float32 (see cast)', value.type);
    return this.#node(value);
  }

  #node(value: Value): Node {
    if (this.#nodes.has(value as Node)) return value as Node;
    throw mismatch('value', 'one made by these operations', value.shape);
  }

  #record(operation: Operation, inputs: readonly Node[], shape: Shape, type: ElementType = 'float32'): Node {
    const learned = operation.kind === 'parameter';
    const through = operation.kind !== 'cast' && inputs.some((input) => input.differentiable);
    const node: Node = { id: this.#nodes.size, operation, inputs, shape, type, differentiable: learned || through };
    this.#nodes.add(node);
    return node;
  }
}

/** The input behind indices: reshaping keeps the order of numbers, so the batch's own array serves for the gradient. */
export function lookupInput(node: Node): string | null {
  if (node.operation.kind === 'input') return node.operation.name;
  const [behind] = node.inputs;
  return node.operation.kind === 'reshape' && behind !== undefined ? lookupInput(behind) : null;
}

function equal(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((side, axis) => side === b[axis]);
}
