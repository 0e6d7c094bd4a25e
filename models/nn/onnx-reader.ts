import { dataTypes } from './onnx-proto.ts';

/** Numbers of a stored tensor. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** Null where they are no 32-bit floats, or stand in another file. */
  readonly data: Float32Array | null;
}

export interface ReadNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** What stands in an ONNX file: its nodes without attributes, and its stored tensors by name. */
export interface ReadGraph {
  readonly nodes: readonly ReadNode[];
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/**
 * Reads the fields of onnx.proto3 that weights are found by (field numbers from the ONNX 1.12 specification).
 * @throws RangeError where the bytes are no such file
 */
export function readOnnx(bytes: Uint8Array): ReadGraph {
  const nodes: ReadNode[] = [];
  const tensors = new Map<string, StoredTensor>();
  for (const model of fieldsOf(bytes)) {
    if (model.field !== 7) continue;
    for (const { field, bytes: own } of fieldsOf(model.bytes)) {
      if (field === 1) nodes.push(readNode(own));
      if (field !== 5) continue;
      const { name, tensor } = readTensor(own);
      tensors.set(name, tensor);
    }
  }
  return { nodes, tensors };
}

function readNode(bytes: Uint8Array): ReadNode {
  const node = { operator: '', inputs: [] as string[], outputs: [] as string[] };
  for (const { field, bytes: own } of fieldsOf(bytes)) {
    if (field === 1) node.inputs.push(textOf(own));
    if (field === 2) node.outputs.push(textOf(own));
    if (field === 4) node.operator = textOf(own);
  }
  return node;
}

function readTensor(bytes: Uint8Array): { readonly name: string; readonly tensor: StoredTensor } {
  let [name, type] = ['', 0];
  const shape: number[] = [];
  let data: Uint8Array | null = null;
  for (const { field, value, bytes: own } of fieldsOf(bytes)) {
    // a list of sides is written one by one, or packed into one field
    if (field === 1) shape.push(...(own.length > 0 ? packedNumbers(own) : [value]));
    if (field === 2) type = value;
    if (field === 8) name = textOf(own);
    if (field === 4 || field === 9) data = own;
  }
  const size = shape.reduce((product, side) => product * side, 1);
  const isWhole = type === dataTypes.float32 && data !== null && data.length === 4 * size;
  return { name, tensor: { shape, data: isWhole && data !== null ? floatsOf(data) : null } };
}

/** Copies, since floats must begin at a multiple of four. */
export function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

interface Field {
  readonly field: number;
  /** Of whole numbers; 0 else. */
  readonly value: number;
  /** Of texts, messages and packed lists; empty else. */
  readonly bytes: Uint8Array;
}

const nothing = new Uint8Array();

/** Protocol buffers: a message is a row of (field number and wire type, value) pairs. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new RangeError('the file ends in the middle of a field');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const number = (): number => {
    const { value, next } = readNumber(bytes, at);
    at = next;
    return value;
  };
  while (at < bytes.length) {
    const key = number();
    const field = Math.floor(key / 8);
    const wire = key % 8;
    if (wire === 0) yield { field, value: number(), bytes: nothing };
    else if (wire === 2) yield { field, value: 0, bytes: take(number()) };
    else if (wire === 1 || wire === 5) {
      take(wire === 1 ? 8 : 4);
      yield { field, value: 0, bytes: nothing };
    } else throw new RangeError(`wire type ${wire} at byte ${at}`);
  }
}

function packedNumbers(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const { value, next } = readNumber(bytes, at);
    numbers.push(value);
    at = next;
  }
  return numbers;
}

/** Seven bits a byte, lowest first. Beyond 2^53 inexact, which only flags that are not asked for here are. */
function readNumber(bytes: Uint8Array, start: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let at = start, factor = 1; at < bytes.length && at < start + 10; at += 1, factor *= 128) {
    const byte = bytes[at] as number;
    value += (byte & 127) * factor;
    if (byte < 128) return { value, next: at + 1 };
  }
  throw new RangeError('the file ends in the middle of a number');
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
