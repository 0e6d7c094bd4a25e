import type { Shape } from './operations.ts';

/**
 * Writes ONNX models: just the fields of onnx.proto3 that our graphs use (field numbers from the ONNX 1.12
 * specification). Operator set 17, IR version 8: the newest that ONNX Runtime >= 1.12 and transformers.js both read.
 */
const operatorSet = 17;
const irVersion = 8;

/** TensorProto.DataType. */
export const dataTypes = { float32: 1, int8: 3, int32: 6, int64: 7 } as const;
export type DataType = keyof typeof dataTypes;

export type Attribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly text: string };

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int8Array | Int32Array | BigInt64Array;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: DataType;
  readonly shape: Shape;
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Kept as the model's metadata properties. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Equal models give equal bytes. */
export function encodeModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const graph = new Message();
  for (const node of model.nodes) graph.message(1, encodeNode(node));
  graph.text(2, 'network');
  for (const constant of model.constants) graph.message(5, encodeTensor(constant));
  for (const input of model.inputs) graph.message(11, encodeValue(input));
  for (const output of model.outputs) graph.message(12, encodeValue(output));
  const file = new Message().integer(1, irVersion).text(2, 'thought-engine').message(7, graph);
  file.message(8, new Message().text(1, '').integer(2, operatorSet));
  for (const [key, value] of Object.entries(model.metadata ?? {})) {
    file.message(14, new Message().text(1, key).text(2, value));
  }
  return file.bytes();
}

function encodeNode(node: OnnxNode): Message {
  const message = new Message();
  for (const input of node.inputs) message.text(1, input);
  for (const output of node.outputs) message.text(2, output);
  message.text(3, `${node.operator}.${node.outputs[0] ?? ''}`).text(4, node.operator);
  for (const [name, value] of Object.entries(node.attributes)) message.message(5, encodeAttribute(name, value));
  return message;
}

/** AttributeProto: the value's own field, and the type that says which field it is. */
function encodeAttribute(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if ('float' in value) return message.float(2, value.float).integer(20, 1);
  if ('int' in value) return message.integer(3, value.int).integer(20, 2);
  if ('text' in value) return message.text(4, value.text).integer(20, 3);
  for (const item of value.ints) message.integer(8, item);
  return message.integer(20, 7);
}

function encodeTensor(tensor: OnnxTensor): Message {
  const { buffer, byteOffset, byteLength } = tensor.data;
  const message = new Message();
  for (const side of tensor.shape) message.integer(1, side);
  return message
    .integer(2, dataTypes[tensor.type])
    .text(8, tensor.name)
    .raw(9, new Uint8Array(buffer, byteOffset, byteLength));
}

function encodeValue(value: OnnxValue): Message {
  const shape = new Message();
  for (const side of value.shape) {
    shape.message(1, typeof side === 'number' ? new Message().integer(1, side) : new Message().text(2, side));
  }
  const type = new Message().integer(1, dataTypes[value.type]).message(2, shape);
  return new Message().text(1, value.name).message(2, new Message().message(1, type));
}

const utf8 = new TextEncoder();

/** Protocol buffers: a message is a row of (field number and wire type, value) pairs. */
class Message {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  integer(field: number, value: number): this {
    return this.#key(field, 0).#varint(value);
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#key(field, 5).#push(bytes);
  }

  text(field: number, value: string): this {
    return this.raw(field, utf8.encode(value));
  }

  raw(field: number, value: Uint8Array): this {
    return this.#key(field, 2).#varint(value.length).#push(value);
  }

  message(field: number, value: Message): this {
    this.#key(field, 2).#varint(value.#length);
    for (const part of value.#parts) this.#push(part);
    return this;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#length);
    let offset = 0;
    for (const part of this.#parts) {
      all.set(part, offset);
      offset += part.length;
    }
    return all;
  }

  #key(field: number, wire: number): this {
    return this.#varint(field * 8 + wire);
  }

  /** Seven bits per byte, lowest first; negative numbers as 64-bit two's complement. */
  #varint(value: number): this {
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    do {
      bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
      rest >>= 7n;
    } while (rest > 0n);
    return this.#push(Uint8Array.from(bytes));
  }

  #push(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }
}
