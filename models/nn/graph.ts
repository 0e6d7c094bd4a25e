import type { Attribute, OnnxNode, OnnxTensor, OnnxValue } from './onnx-proto.ts';
import type { Shape } from './operations.ts';
import { mismatch } from './shape.ts';

/** An ONNX graph in the making: hands out names, shares constants, finds lengths of named sides at run time. */
export class Graph {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  readonly inputs: OnnxValue[] = [];
  readonly #shared = new Map<string, string>();
  readonly #lengths = new Map<string, string>();
  readonly #sources = new Map<string, { readonly name: string; readonly axis: number }>();
  #count = 0;

  /** An input; its named sides are known from here on. */
  input(value: OnnxValue): string {
    this.inputs.push(value);
    value.shape.forEach((side, axis) => {
      if (typeof side === 'string' && !this.#sources.has(side)) this.#sources.set(side, { name: value.name, axis });
    });
    return value.name;
  }

  constant(tensor: OnnxTensor): string {
    this.constants.push(tensor);
    return tensor.name;
  }

  /** Adds a node with one output. */
  add(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.addAll(operator, inputs, 1, attributes)[0]!;
  }

  addAll(
    operator: string,
    inputs: readonly string[],
    count: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string[] {
    const outputs = Array.from({ length: count }, () => this.#name());
    this.nodes.push({ operator, inputs, outputs, attributes });
    return outputs;
  }

  rename(from: string, to: string): void {
    this.nodes.push({ operator: 'Identity', inputs: [from], outputs: [to], attributes: {} });
  }

  /** float32, []. */
  number(value: number): string {
    return this.#share(`f${value}`, (name) => ({ name, type: 'float32', shape: [], data: Float32Array.of(value) }));
  }

  /** int64, [values.length]. */
  integers(values: readonly number[]): string {
    return this.#share(`i${values.join()}`, (name) => {
      return { name, type: 'int64', shape: [values.length], data: BigInt64Array.from(values.map(BigInt)) };
    });
  }

  /** Length of a named side, of a product or a sum of names, as int64 [1]. */
  length(side: number | string): string {
    if (typeof side === 'number') return this.integers([side]);
    const known = this.#lengths.get(side);
    if (known !== undefined) return known;
    const made = this.#measure(side);
    this.#lengths.set(side, made);
    return made;
  }

  /** x with another shape of the same size. `from` is the shape of x: sides that stay in place are copied. */
  reshape(x: string, from: Shape, to: Shape): string {
    let free = false;
    const plain = to.map((side, axis) => {
      if (typeof side === 'number') return side;
      if (from[axis] === side) return 0;
      if (free) return null;
      free = true;
      return -1;
    });
    if (plain.every((side) => side !== null)) return this.add('Reshape', [x, this.integers(plain)]);
    // More than one new named side: ask the batch for all but the first.
    const sides = plain.map((side, axis) => (side === null ? this.length(to[axis]!) : this.integers([side])));
    return this.add('Reshape', [x, this.add('Concat', sides, { axis: { int: 0 } })]);
  }

  #measure(side: string): string {
    const source = this.#sources.get(side);
    if (source !== undefined) {
      return this.add('Shape', [source.name], { start: { int: source.axis }, end: { int: source.axis + 1 } });
    }
    for (const [sign, operator] of [
      ['*', 'Mul'],
      ['+', 'Add'],
    ] as const) {
      if (!side.includes(sign)) continue;
      const parts = side.split(sign).map((part) => this.length(/^-?\d+$/.test(part) ? Number(part) : part));
      return parts.reduce((left, right) => this.add(operator, [left, right]));
    }
    throw mismatch(`side ${side}`, 'a name that an input brings', side);
  }

  #share(key: string, make: (name: string) => OnnxTensor): string {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const name = this.#name();
    this.constants.push(make(name));
    this.#shared.set(key, name);
    return name;
  }

  #name(): string {
    return `#${(this.#count += 1)}`;
  }
}
