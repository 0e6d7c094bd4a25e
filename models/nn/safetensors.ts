import { floatsOf, type StoredTensor } from './onnx-reader.ts';

/**
 * Reads a file of safetensors: the length of a header (8 bytes, lowest first), the header in JSON, then the numbers.
 * @throws RangeError, SyntaxError where the bytes are no such file
 */
export function readSafetensors(bytes: Uint8Array): ReadonlyMap<string, StoredTensor> {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true));
  const start = 8 + length;
  if (start > bytes.length) throw new RangeError('the file ends in its header');
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))) as Record<string, Entry>;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const own = bytes.subarray(start + offsets[0], start + offsets[1]);
    const size = shape.reduce((product, side) => product * side, 1);
    tensors.set(name, { shape, data: dtype === 'F32' && own.length === 4 * size ? floatsOf(own) : null });
  }
  return tensors;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}
