import type { Device } from '../../engine/core/config.ts';
import { EngineError } from '../../engine/core/errors.ts';
import type { Backend } from './backend.ts';
import { OnnxBackend } from './onnx-backend.ts';
import { TensorflowBackend } from './tensorflow-backend.ts';

export interface BackendOptions {
  readonly device?: Device;
  /** Default: onnx, and tensorflow where ONNX Runtime does not load. */
  readonly backend?: Backend['name'];
  /** Told in one line whenever something else runs than was asked for. */
  readonly notice?: (line: string) => void;
}

/** The back end for a fit; nothing is loaded before its first `compile`. */
export function chooseBackend(options: BackendOptions = {}): Backend {
  if (options.backend === 'tensorflow') return new TensorflowBackend(options);
  const onnx = new OnnxBackend(options);
  if (options.backend === 'onnx') return onnx;
  return new FallbackBackend(onnx, () => new TensorflowBackend(options), options.notice);
}

/** Turns to the second back end where the first one's runtime cannot be loaded on this machine. */
export class FallbackBackend implements Backend {
  #current: Backend;
  readonly #second: () => Backend;
  readonly #notice: ((line: string) => void) | undefined;

  constructor(first: Backend, second: () => Backend, notice?: (line: string) => void) {
    this.#current = first;
    this.#second = second;
    this.#notice = notice;
  }

  get name(): Backend['name'] {
    return this.#current.name;
  }

  async compile(network: Parameters<Backend['compile']>[0]): ReturnType<Backend['compile']> {
    try {
      return await this.#current.compile(network);
    } catch (error) {
      if (this.#current.name !== 'onnx' || !EngineError.isInstance(error) || error.code !== 'RUNTIME_UNAVAILABLE') {
        throw error;
      }
      this.#notice?.(`${error.message}; training with TensorFlow.js instead, which is much slower`);
      this.#current = this.#second();
      return await this.#current.compile(network);
    }
  }
}
