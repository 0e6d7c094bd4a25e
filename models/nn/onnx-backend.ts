import type { Backend, CompiledNetwork, Gradient, RowGradient, StepResult } from './backend.ts';
import type { Batch, Network, ParameterSpec, Parameters, Tensor } from './operations.ts';
import { Runtime, type RuntimeOptions, type Session } from './session.ts';
import { buildForwardGraph, buildTrainingGraph, lossOutput, type TrainingGraph } from './tape.ts';
import type { DropoutSpec, InputSpec } from './trace.ts';
import { parameterSpecs } from './tracer.ts';

/** Trains by running one graph that holds forward and backward pass in ONNX Runtime. */
export class OnnxBackend implements Backend {
  readonly name = 'onnx';
  readonly #runtime: Runtime;

  constructor(options: RuntimeOptions = {}) {
    this.#runtime = new Runtime(options);
  }

  async compile(network: Network): Promise<CompiledNetwork> {
    const graph = buildTrainingGraph(network);
    return new CompiledGraph(network, graph, await this.#runtime.open(graph.bytes), this.#runtime);
  }
}

class CompiledGraph implements CompiledNetwork {
  readonly device: string;
  readonly inputs: readonly InputSpec[];
  readonly dropouts: readonly DropoutSpec[];
  readonly parameters: readonly ParameterSpec[];
  readonly #network: Network;
  readonly #graph: TrainingGraph;
  readonly #training: Session;
  readonly #runtime: Runtime;
  #forward: Promise<Session> | null = null;

  constructor(network: Network, graph: TrainingGraph, training: Session, runtime: Runtime) {
    this.#network = network;
    this.#graph = graph;
    this.#training = training;
    this.#runtime = runtime;
    this.device = training.device;
    this.inputs = graph.trace.inputs;
    this.dropouts = graph.trace.dropouts;
    this.parameters = parameterSpecs(network);
  }

  async step(parameters: Parameters, batch: Batch): Promise<StepResult> {
    const answers = await this.#training.run(withParameters(batch, parameters, this.parameters));
    const gradients = new Map<string, Gradient>();
    for (const { name } of this.#graph.trace.parameters) {
      const output = this.#graph.dense.get(name);
      const sparse = this.#graph.lookups.flatMap((lookup): RowGradient[] => {
        if (lookup.table !== name) return [];
        return [{ rows: batch[lookup.input]!.data as Int32Array, values: floats(answers[lookup.output]!) }];
      });
      gradients.set(name, { dense: output === undefined ? null : floats(answers[output]!), sparse });
    }
    return { loss: floats(answers[lossOutput]!)[0]!, gradients };
  }

  async forward(parameters: Parameters, batch: Batch): Promise<Readonly<Record<string, Tensor>>> {
    this.#forward ??= this.#runtime.open(buildForwardGraph(this.#network).bytes);
    return (await this.#forward).run(withParameters(batch, parameters, this.parameters));
  }

  async dispose(): Promise<void> {
    await this.#training.dispose();
    await (await this.#forward)?.dispose();
  }
}

function withParameters(batch: Batch, parameters: Parameters, specs: readonly ParameterSpec[]): Batch {
  const all: Record<string, Tensor> = { ...batch };
  for (const { name, shape } of specs) {
    const data = parameters.get(name);
    if (data !== undefined) all[name] = { data, shape };
  }
  return all;
}

function floats(tensor: Tensor): Float32Array {
  return tensor.data as Float32Array;
}
