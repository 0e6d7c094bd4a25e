import { createRequire } from 'node:module';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import type { Backend, CompiledNetwork, Gradient, StepResult } from './backend.ts';
import { bindLengths } from './dropout.ts';
import type { Batch, Network, ParameterSpec, Parameters, Tensor } from './operations.ts';
import { type Tf, evaluate } from './tensorflow-evaluate.ts';
import { type DropoutSpec, type InputSpec, type Node, reachable, type Trace } from './trace.ts';
import { lookupInput, parameterSpecs, trace } from './tracer.ts';

export interface TensorflowOptions {
  /** Told in one line why the native engine does not serve, where it does not. */
  readonly notice?: (line: string) => void;
  /** False: the plain JavaScript engine, without trying the native one. Default true. */
  readonly native?: boolean;
}

/**
 * The second back end: TensorFlow.js, by `@tensorflow/tfjs-node` where that installs and computes a gradient, else in
 * plain JavaScript. Loaded at the first `compile`. It checks the first back end, and takes over where
 * ONNX Runtime is missing; on a CPU it is far slower.
 */
export class TensorflowBackend implements Backend {
  readonly name = 'tensorflow';
  readonly #options: TensorflowOptions;
  #engine: Promise<{ readonly tf: Tf; readonly device: string }> | null = null;

  constructor(options: TensorflowOptions = {}) {
    this.#options = options;
  }

  async compile(network: Network): Promise<CompiledNetwork> {
    this.#engine ??= loadEngine(this.#options);
    const { tf, device } = await this.#engine;
    return new EvaluatedNetwork(tf, device, network);
  }
}

class EvaluatedNetwork implements CompiledNetwork {
  readonly device: string;
  readonly inputs: readonly InputSpec[];
  readonly dropouts: readonly DropoutSpec[];
  readonly parameters: readonly ParameterSpec[];
  readonly #tf: Tf;
  readonly #training: Trace;
  readonly #loss: Node;
  readonly #serving: Trace;

  constructor(tf: Tf, device: string, network: Network) {
    this.#tf = tf;
    this.device = device;
    this.#training = trace(network, { training: true, wanted: [] });
    if (this.#training.loss === null) {
      throw new EngineError('NOT_FOUND', { what: 'loss', name: 'loss', hint: 'describe one to train the network' });
    }
    this.#loss = this.#training.loss;
    this.#serving = trace(network, { training: false });
    this.inputs = this.#training.inputs;
    this.dropouts = this.#training.dropouts;
    this.parameters = parameterSpecs(network);
  }

  async step(parameters: Parameters, batch: Batch): Promise<StepResult> {
    const tf = this.#tf;
    const lengths = bindLengths([...this.inputs, ...this.dropouts.map(asInput)], batch);
    const nodes = reachable([this.#loss]);
    const specs = this.#training.parameters;
    const { loss, slopes } = tf.tidy(() => {
      const feeds = feed(tf, batch, [...this.inputs.map(({ name }) => name), ...this.dropouts.map(({ name }) => name)]);
      const values = specs.map(({ name, shape }) => tf.tensor(parameters.get(name)!, [...shape], 'float32'));
      const gradient = tf.valueAndGrads((...given) => {
        const all = new Map([...feeds, ...specs.map(({ name }, index) => [name, given[index]!] as const)]);
        return evaluate(tf, nodes, (name) => all.get(name)!, lengths)
          .get(this.#loss)!
          .asScalar();
      })(values);
      return {
        loss: gradient.value.dataSync()[0]!,
        slopes: gradient.grads.map((one) => one.dataSync() as Float32Array),
      };
    });
    const gradients = new Map(specs.map((spec, index) => [spec.name, this.#split(spec, slopes[index]!, nodes, batch)]));
    return { loss, gradients };
  }

  async forward(parameters: Parameters, batch: Batch): Promise<Readonly<Record<string, Tensor>>> {
    const tf = this.#tf;
    const { inputs, outputs, parameters: specs } = this.#serving;
    const lengths = bindLengths(inputs, batch);
    return tf.tidy(() => {
      const all = feed(
        tf,
        batch,
        inputs.map(({ name }) => name),
      );
      for (const { name, shape } of specs) all.set(name, tf.tensor(parameters.get(name)!, [...shape], 'float32'));
      const values = evaluate(tf, reachable(Object.values(outputs)), (name) => all.get(name)!, lengths);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, node]) => {
          const value = values.get(node)!;
          return [name, { data: value.dataSync() as Float32Array, shape: value.shape }];
        }),
      );
    });
  }

  async dispose(): Promise<void> {
    // Every tensor lives within one call: there is nothing to free.
  }

  /** TensorFlow.js gives a whole table's gradient; tables that are only looked up hand on the rows in question. */
  #split(spec: ParameterSpec, slope: Float32Array, nodes: readonly Node[], batch: Batch): Gradient {
    if (!spec.sparse) return { dense: slope, sparse: [] };
    const looked = new Set<number>();
    for (const node of nodes) {
      const [table, indices] = node.inputs;
      if (node.operation.kind !== 'embedding' || table?.operation.kind !== 'parameter') continue;
      if (table.operation.name !== spec.name) continue;
      for (const row of batch[lookupInput(indices!)!]!.data) looked.add(row);
    }
    const rows = Int32Array.from(looked).sort();
    const width = spec.shape[1]!;
    const values = new Float32Array(rows.length * width);
    rows.forEach((row, place) => values.set(slope.subarray(row * width, (row + 1) * width), place * width));
    return { dense: null, sparse: [{ rows, values }] };
  }
}

function asInput(spec: DropoutSpec): InputSpec {
  return { name: spec.name, type: 'float32', shape: spec.shape };
}

function feed(tf: Tf, batch: Batch, names: readonly string[]): Map<string, ReturnType<Tf['tensor']>> {
  return new Map(
    names.map((name) => {
      const { data, shape } = batch[name]!;
      return [name, tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32')];
    }),
  );
}

async function loadEngine(options: TensorflowOptions): Promise<{ tf: Tf; device: string }> {
  if (options.native !== false) {
    try {
      restoreRetiredFunctions();
      const native = '@tensorflow/tfjs-node';
      const module = (await import(native)) as Tf & { readonly default?: Tf };
      const tf = module.default ?? module;
      tf.enableProdMode();
      await tf.ready();
      probe(tf);
      return { tf, device: `cpu (${tf.getBackend()}, native)` };
    } catch (error) {
      const reason = messageOf(error).split('\n', 1)[0] ?? '';
      options.notice?.(`@tensorflow/tfjs-node is not usable here (${reason}); TensorFlow.js runs in plain JavaScript`);
    }
  }
  try {
    const tf: Tf = await import('@tensorflow/tfjs');
    // Without this it greets on stderr and advises to install tfjs-node.
    tf.enableProdMode();
    await tf.setBackend('cpu');
    await tf.ready();
    probe(tf);
    return { tf, device: 'cpu (plain JavaScript)' };
  } catch (error) {
    const detail = { what: '@tensorflow/tfjs', detail: messageOf(error), hint: 'run npm ci on this machine' };
    throw new EngineError('RUNTIME_UNAVAILABLE', detail, { cause: error });
  }
}

/** tfjs-node 4.22.0 calls util.isNullOrUndefined, which Node 23 removed (tensorflow/tfjs#8609). */
function restoreRetiredFunctions(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
}

/** One training step of w in (3 w)^2 at w = 2: the gradient is 36. @throws where the engine computes anything else */
function probe(tf: Tf): void {
  const slope = tf.tidy(() => {
    const by = tf.grad((w) => tf.square(tf.mul(w, tf.scalar(3))))(tf.scalar(2));
    return by.dataSync()[0]!;
  });
  if (Math.abs(slope - 36) > 1e-3) throw new Error(`a probe step gave ${slope} instead of 36`);
}
