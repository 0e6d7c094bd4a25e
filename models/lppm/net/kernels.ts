/**
 * The three inner loops of training, on four floats at a time: a WebAssembly module, put together here from its
 * instructions. Measured on one core: 2.6 times faster than the same loops over typed arrays. Tables lie in the
 * module's memory; addresses are byte offsets, rows are padded to a multiple of four floats.
 */
export interface Kernels {
  /** `into += sum over items of weights[item] * table[indices[item]]`. */
  gather(into: number, table: number, indices: number, weights: number, items: number, rowBytes: number): void;
  /**
   * Adagrad on the rows that were looked up: slope = weights[item] * gradient; squares += slope^2;
   * table -= rate * slope / sqrt(squares).
   */
  scatter(
    table: number,
    squares: number,
    gradient: number,
    indices: number,
    weights: number,
    items: number,
    rowBytes: number,
    rate: number,
  ): void;
  /** `into[item] = table[indices[item]] . gradient`. */
  dots(into: number, table: number, gradient: number, indices: number, items: number, rowBytes: number): void;
}

/** Memory of the kernels, handed out from its start; never freed piecewise. */
export class KernelMemory {
  readonly kernels: Kernels;
  readonly #memory: WebAssembly.Memory;
  #used = 0;

  /** @param bytes upper bound of all that will be taken */
  constructor(bytes: number) {
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) + 1 });
    const instance = new WebAssembly.Instance(kernelModule(), { host: { memory: this.#memory } });
    this.kernels = instance.exports as unknown as Kernels;
  }

  floats(length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#memory.buffer, this.#take(length), length);
  }

  integers(length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#memory.buffer, this.#take(length), length);
  }

  #take(length: number): number {
    const start = this.#used;
    this.#used += Math.ceil(length / 4) * 16;
    return start;
  }
}

let compiled: WebAssembly.Module | null = null;

function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(moduleBytes());
  return compiled;
}

// --- the module -------------------------------------------------------------------------------------------------

const type = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
type ValueType = keyof typeof type;

const get = (local: number): number[] => [0x20, ...unsigned(local)];
const set = (local: number): number[] => [0x21, ...unsigned(local)];
const constant = (value: number): number[] => [0x41, ...signed(value)];
const add = 0x6a;
const times = 0x6c;
const loadInteger = [0x28, 2, 0];
const loadFloat = [0x2a, 2, 0];
const storeFloat = [0x38, 2, 0];
const addFloat = 0x92;
const zeroVector = [0xfd, 0x0c, ...Array.from({ length: 16 }, () => 0)];
const load = [0xfd, 0x00, 4, 0];
const store = [0xfd, 0x0b, 4, 0];
const splat = [0xfd, 0x13];
const lane = (number: number): number[] => [0xfd, 0x1f, number];
const vector = {
  sqrt: [0xfd, 0xe3, 1],
  add: [0xfd, 0xe4, 1],
  sub: [0xfd, 0xe5, 1],
  mul: [0xfd, 0xe6, 1],
  div: [0xfd, 0xe7, 1],
};

/** `for (counter = 0; counter < limit; counter += step) body`, where `limit` is a local above 0. */
function repeat(counter: number, limit: number, step: number, body: readonly number[]): number[] {
  const next = [...get(counter), ...constant(step), add, 0x22, ...unsigned(counter)];
  return [...constant(0), ...set(counter), 0x03, 0x40, ...body, ...next, ...get(limit), 0x49, 0x0d, 0, 0x0b];
}

/** Nothing where a local is 0, else the body. */
function unlessZero(local: number, body: readonly number[]): number[] {
  return [...get(local), 0x04, 0x40, ...body, 0x0b];
}

const at = (base: number, offset: number): number[] => [...get(base), ...get(offset), add];
const item = (base: number, counter: number): number[] => [...get(base), ...get(counter), ...constant(4), times, add];
const row = (table: number, indices: number, counter: number, rowBytes: number): number[] => [
  ...get(table),
  ...item(indices, counter),
  ...loadInteger,
  ...get(rowBytes),
  times,
  add,
];

interface Kernel {
  readonly name: keyof Kernels;
  readonly parameters: readonly ValueType[];
  readonly locals: readonly ValueType[];
  readonly body: readonly number[];
}

const i32x6: readonly ValueType[] = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];

/** Locals after the parameters 0 to 5: counter 6, offset 7, row 8, weight 9. */
const gather: Kernel = {
  name: 'gather',
  parameters: i32x6,
  locals: ['i32', 'i32', 'i32', 'v128'],
  body: unlessZero(
    4,
    repeat(6, 4, 1, [
      ...item(3, 6),
      ...loadFloat,
      ...splat,
      ...set(9),
      ...row(1, 2, 6, 5),
      ...set(8),
      ...repeat(7, 5, 16, [
        ...at(0, 7),
        ...at(0, 7),
        ...load,
        ...get(9),
        ...at(8, 7),
        ...load,
        ...vector.mul,
        ...vector.add,
        ...store,
      ]),
    ]),
  ),
};

/** Locals after the parameters 0 to 7: counter 8, offset 9, row 10, its squares 11, weight 12, slope 13, square 14, rate 15. */
const scatter: Kernel = {
  name: 'scatter',
  parameters: [...i32x6, 'i32', 'f32'],
  locals: ['i32', 'i32', 'i32', 'i32', 'v128', 'v128', 'v128', 'v128'],
  body: unlessZero(5, [
    ...get(7),
    ...splat,
    ...set(15),
    ...repeat(8, 5, 1, [
      ...item(4, 8),
      ...loadFloat,
      ...splat,
      ...set(12),
      ...row(0, 3, 8, 6),
      ...set(10),
      ...row(1, 3, 8, 6),
      ...set(11),
      ...repeat(9, 6, 16, [
        ...get(12),
        ...at(2, 9),
        ...load,
        ...vector.mul,
        ...set(13),
        ...at(11, 9),
        ...load,
        ...get(13),
        ...get(13),
        ...vector.mul,
        ...vector.add,
        ...set(14),
        ...at(11, 9),
        ...get(14),
        ...store,
        ...at(10, 9),
        ...at(10, 9),
        ...load,
        ...get(15),
        ...get(13),
        ...vector.mul,
        ...get(14),
        ...vector.sqrt,
        ...vector.div,
        ...vector.sub,
        ...store,
      ]),
    ]),
  ]),
};

/** Locals after the parameters 0 to 5: counter 6, offset 7, row 8, sum 9. */
const dots: Kernel = {
  name: 'dots',
  parameters: i32x6,
  locals: ['i32', 'i32', 'i32', 'v128'],
  body: unlessZero(
    4,
    repeat(6, 4, 1, [
      ...zeroVector,
      ...set(9),
      ...row(1, 3, 6, 5),
      ...set(8),
      ...repeat(7, 5, 16, [
        ...get(9),
        ...at(8, 7),
        ...load,
        ...at(2, 7),
        ...load,
        ...vector.mul,
        ...vector.add,
        ...set(9),
      ]),
      ...item(0, 6),
      ...get(9),
      ...lane(0),
      ...get(9),
      ...lane(1),
      addFloat,
      ...get(9),
      ...lane(2),
      addFloat,
      ...get(9),
      ...lane(3),
      addFloat,
      ...storeFloat,
    ]),
  ),
};

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const kernels = [gather, scatter, dots];
  const text = (value: string): number[] => list([...new TextEncoder().encode(value)]);
  const section = (id: number, content: readonly number[]): number[] => [id, ...list(content)];
  const vectorOf = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
  const types = kernels.map(({ parameters }) => [0x60, ...list(parameters.map((name) => type[name])), 0]);
  const bodies = kernels.map(({ locals, body }) =>
    list([...vectorOf(locals.map((name) => [1, type[name]])), ...body, 0x0b]),
  );
  return Uint8Array.from([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, vectorOf(types)),
    ...section(2, vectorOf([[...text('host'), ...text('memory'), 2, 0, 1]])),
    ...section(3, vectorOf(kernels.map((_, number) => [number]))),
    ...section(7, vectorOf(kernels.map(({ name }, number) => [...text(name), 0, number]))),
    ...section(10, vectorOf(bodies)),
  ]);
}

function list(bytes: readonly number[]): number[] {
  return [...unsigned(bytes.length), ...bytes];
}

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

function signed(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, ...signed(value >> 7)];
}
