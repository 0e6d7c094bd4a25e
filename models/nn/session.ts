import type * as OnnxRuntime from 'onnxruntime-node';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Device } from '../../engine/core/config.ts';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import type { Batch, Tensor } from './operations.ts';

/** A loaded ONNX model. The only part of the code that knows ONNX Runtime is this file. */
export interface Session {
  /** Where it runs, after any fall-back. */
  readonly device: RunDevice;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * Batch in, tensors out: float32 outputs as Float32Array, integer ones as Int32Array.
   * Holds the event loop until it is done (ONNX Runtime's Node binding runs on the calling thread).
   * @param wanted outputs to compute; all where absent
   * @throws SHAPE_MISMATCH where an input is missing or does not fit
   */
  run(batch: Batch, wanted?: readonly string[]): Promise<Readonly<Record<string, Tensor>>>;
  /** Frees native memory; safe to call twice. */
  dispose(): Promise<void>;
}

export type RunDevice = Exclude<Device, 'auto'>;

export interface RuntimeOptions {
  readonly device?: Device;
  /** Told in one line when a device is missing and what runs instead. */
  readonly notice?: (line: string) => void;
}

const chains: Readonly<Record<Device, readonly RunDevice[]>> = {
  cpu: ['cpu'],
  cuda: ['cuda', 'cpu'],
  webgpu: ['webgpu', 'cpu'],
  auto: ['cuda', 'webgpu', 'cpu'],
};

type Ort = typeof OnnxRuntime;

/** Opens models on one device. A missing device is found out at the first model, said once, and not tried again. */
export class Runtime {
  readonly #asked: Device;
  readonly #notice: (line: string) => void;
  #chain: readonly RunDevice[];

  constructor(options: RuntimeOptions = {}) {
    this.#asked = options.device ?? 'cpu';
    this.#notice = options.notice ?? (() => undefined);
    this.#chain = chains[this.#asked];
  }

  /**
   * @param model bytes of an ONNX file, or its path
   * @throws ARTEFACT_CORRUPT where the model itself does not load, RUNTIME_UNAVAILABLE where ONNX Runtime does not
   */
  async open(model: Uint8Array | string): Promise<Session> {
    const ort = await loadOrt();
    const failures: string[] = [];
    for (const [index, device] of this.#chain.entries()) {
      try {
        // A list such as ['cuda', 'cpu'] does not fall back where CUDA is missing: it throws. So one at a time.
        const session = await create(ort, model, device);
        if (failures.length > 0) {
          this.#chain = this.#chain.slice(index);
          const what = this.#asked === 'auto' ? 'no GPU' : `device ${this.#asked}`;
          const verb = this.#asked === 'auto' ? 'is usable' : 'is not usable';
          this.#notice(`${what} ${verb} here (${failures.join('; ')}); running on ${device}`);
        }
        return new OrtSession(ort, session, device);
      } catch (error) {
        failures.push(`${device}: ${firstLine(messageOf(error))}`);
      }
    }
    const id = typeof model === 'string' ? model : 'in memory';
    throw new EngineError('ARTEFACT_CORRUPT', { id, detail: failures.at(-1) ?? 'no device' });
  }
}

async function create(ort: Ort, model: Uint8Array | string, device: RunDevice): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: [device],
    // One thread each: repeats are bit-identical, and more only spin at our sizes (measured on 2 cores).
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
  };
  return typeof model === 'string'
    ? await ort.InferenceSession.create(model, options)
    : await ort.InferenceSession.create(model, options);
}

async function loadOrt(): Promise<Ort> {
  try {
    const ort: Ort = await import('onnxruntime-node');
    // What fails is thrown, and said by the caller in one line; set before the first session, or it has no effect.
    ort.env.logLevel = 'fatal';
    return ort;
  } catch (error) {
    const detail = { what: 'onnxruntime-node', detail: messageOf(error), hint: 'run npm ci on this machine' };
    throw new EngineError('RUNTIME_UNAVAILABLE', detail, { cause: error });
  }
}

class OrtSession implements Session {
  readonly device: RunDevice;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly #ort: Ort;
  readonly #types = new Map<string, string>();
  #session: InferenceSession | null;

  constructor(ort: Ort, session: InferenceSession, device: RunDevice) {
    this.#ort = ort;
    this.#session = session;
    this.device = device;
    this.inputs = session.inputNames;
    this.outputs = session.outputNames;
    for (const input of session.inputMetadata) if (input.isTensor) this.#types.set(input.name, input.type);
  }

  async run(batch: Batch, wanted?: readonly string[]): Promise<Record<string, Tensor>> {
    if (this.#session === null) throw new EngineError('MODEL_NOT_FITTED', { name: 'session (disposed)' });
    const feeds: Record<string, OrtTensor> = {};
    for (const name of this.inputs) feeds[name] = this.#feed(name, batch[name]);
    let results: InferenceSession.OnnxValueMapType;
    try {
      results = await (wanted === undefined ? this.#session.run(feeds) : this.#session.run(feeds, wanted));
    } catch (error) {
      const shapes = this.inputs.map((name) => `${name} [${batch[name]?.shape.join(', ') ?? ''}]`).join(', ');
      const what = `running the model (${firstLine(messageOf(error))})`;
      const detail = { what, expected: 'inputs that fit', actual: shapes };
      throw new EngineError('SHAPE_MISMATCH', detail, { cause: error });
    }
    const answers: Record<string, Tensor> = {};
    for (const [name, value] of Object.entries(results)) answers[name] = answer(value);
    return answers;
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.release();
  }

  #feed(name: string, tensor: Tensor | undefined): OrtTensor {
    if (tensor === undefined) {
      throw new EngineError('SHAPE_MISMATCH', { what: `input ${name}`, expected: 'a tensor', actual: 'none' });
    }
    const { data, shape } = tensor;
    const size = shape.reduce((total, side) => total * side, 1);
    if (data.length !== size) {
      throw new EngineError('SHAPE_MISMATCH', { what: `input ${name}`, expected: size, actual: data.length });
    }
    if (this.#types.get(name) === 'int64') {
      return new this.#ort.Tensor('int64', BigInt64Array.from(data as Int32Array, BigInt), shape);
    }
    if (data instanceof Int32Array) return new this.#ort.Tensor('int32', data, shape);
    return new this.#ort.Tensor('float32', data, shape);
  }
}

function answer(value: OrtTensor): Tensor {
  const data = value.data;
  if (data instanceof Float32Array || data instanceof Int32Array) return { data, shape: value.dims };
  if (data instanceof BigInt64Array) return { data: Int32Array.from(data, Number), shape: value.dims };
  throw new EngineError('SHAPE_MISMATCH', { what: 'output type', expected: 'float32 or integers', actual: value.type });
}

/** What a person can use of a native error: its first line, without the place in the source that raised it. */
function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.replace(/^\/\S+:\d+ .* was (?:false|true)\. /, '');
}
