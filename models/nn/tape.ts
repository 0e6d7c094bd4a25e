import { EngineError } from '../../engine/core/errors.ts';
import { emitBackward } from './backward.ts';
import { emitForward } from './forward.ts';
import type { Emitted } from './site.ts';
import { Graph } from './graph.ts';
import { encodeModel, type OnnxValue } from './onnx-proto.ts';
import type { Network, Parameters } from './operations.ts';
import { sizeOf } from './shape.ts';
import { type Node, reachable, type Trace } from './trace.ts';
import { lookupInput, trace } from './tracer.ts';

/** One use of an embedding table: which rows were looked up, and the name of the output that holds their gradients. */
export interface Lookup {
  readonly table: string;
  /** Input that brings the indices. */
  readonly input: string;
  /** Graph output: [number of indices, width] in the order of the input's numbers. */
  readonly output: string;
}

export interface TrainingGraph {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly trace: Trace;
  /** Parameters whose gradient comes whole: graph output by parameter name. */
  readonly dense: ReadonlyMap<string, string>;
  readonly lookups: readonly Lookup[];
}

/** Graph output that holds the loss. */
export const lossOutput = 'loss';

/**
 * Forward and backward pass as one ONNX graph. Inputs: those of the batch, dropout masks, all parameters.
 * Outputs: the loss and the gradients; those of embeddings by rows.
 * @throws SHAPE_MISMATCH; NOT_FOUND where the network has no loss
 */
export function buildTrainingGraph(network: Network): TrainingGraph {
  const traced = trace(network, { training: true, wanted: [] });
  if (traced.loss === null) {
    throw new EngineError('NOT_FOUND', { what: 'loss', name: 'loss', hint: 'describe one to train the network' });
  }
  const graph = new Graph();
  for (const { name, shape } of traced.parameters) graph.input({ name, type: 'float32', shape });
  const nodes = reachable([traced.loss]);
  const emitted = emitAll(graph, nodes, true);
  graph.rename(nameOf(emitted, traced.loss), lossOutput);
  const outputs: OnnxValue[] = [{ name: lossOutput, type: 'float32', shape: [] }];

  const gradients = new Map<Node, string>([[traced.loss, graph.number(1)]]);
  const lookups: Lookup[] = [];
  for (const node of nodes.toReversed()) {
    const gradient = gradients.get(node);
    if (gradient === undefined || !node.differentiable) continue;
    if (node.operation.kind === 'embedding') {
      lookups.push(emitLookup(graph, node, gradient, lookups.length, outputs));
      continue;
    }
    const inputs = node.inputs.map((input) => nameOf(emitted, input));
    emitBackward({ graph, node, emitted: emitted.get(node)!, inputs, gradient }).forEach((part, index) => {
      const input = node.inputs[index]!;
      if (part === null || !input.differentiable) return;
      const sum = gradients.get(input);
      gradients.set(input, sum === undefined ? part : graph.add('Add', [sum, part]));
    });
  }

  const dense = new Map<string, string>();
  for (const node of nodes) {
    const gradient = gradients.get(node);
    if (node.operation.kind !== 'parameter' || gradient === undefined) continue;
    const output = `gradient.${node.operation.name}`;
    graph.rename(gradient, output);
    outputs.push({ name: output, type: 'float32', shape: node.shape });
    dense.set(node.operation.name, output);
  }
  const bytes = encodeModel({ nodes: graph.nodes, constants: graph.constants, inputs: graph.inputs, outputs });
  return { bytes, trace: traced, dense, lookups };
}

export interface ServedGraphOptions {
  /** Outputs to keep, with all that they need and nothing else; all where absent. */
  readonly wanted?: readonly string[];
  /** Kept in the file as the model's properties. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The graph that answers, with the parameters inside: an ONNX file. Equal networks and parameters give equal bytes.
 * @throws SHAPE_MISMATCH, NOT_FOUND (a parameter or wanted output that is not there)
 */
export function buildServedGraph(
  network: Network,
  parameters: Parameters,
  options: ServedGraphOptions = {},
): Uint8Array<ArrayBuffer> {
  return buildForwardGraph(network, options, parameters).bytes;
}

/** Like the served graph; without `parameters` they are inputs, so that one session serves while they change. */
export function buildForwardGraph(
  network: Network,
  options: ServedGraphOptions = {},
  parameters?: Parameters,
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly trace: Trace } {
  const { wanted, metadata } = options;
  const traced = trace(network, { training: false, ...(wanted && { wanted }) });
  const graph = new Graph();
  for (const { name, shape } of traced.parameters) {
    if (parameters === undefined) graph.input({ name, type: 'float32', shape });
    else graph.constant({ name, type: 'float32', shape, data: parameterData(parameters, name, sizeOf(shape)) });
  }
  // Inputs in the order of their description, whatever the order of use.
  const emitted = emitAll(graph, reachable(Object.values(traced.outputs)), false);
  const outputs = Object.entries(traced.outputs).map(([name, node]): OnnxValue => {
    graph.rename(nameOf(emitted, node), name);
    return { name, type: node.type, shape: node.shape };
  });
  const { nodes, constants, inputs } = graph;
  const bytes = encodeModel({ nodes, constants, inputs, outputs, ...(metadata && { metadata }) });
  return { bytes, trace: traced };
}

function emitAll(graph: Graph, nodes: readonly Node[], saving: boolean): Map<Node, Emitted> {
  const emitted = new Map<Node, Emitted>();
  // All inputs first: lengths of named sides may be asked for anywhere.
  const isInput = (node: Node): boolean => node.operation.kind === 'input';
  for (const node of [...nodes.filter(isInput), ...nodes.filter((node) => !isInput(node))]) {
    const inputs = node.inputs.map((input) => nameOf(emitted, input));
    emitted.set(node, emitForward(graph, node, inputs, saving));
  }
  return emitted;
}

function emitLookup(graph: Graph, node: Node, gradient: string, count: number, outputs: OnnxValue[]): Lookup {
  const [table, indices] = [node.inputs[0]!, node.inputs[1]!];
  const width = table.shape[1] as number;
  const output = `rows.${count}`;
  graph.rename(graph.add('Reshape', [gradient, graph.integers([-1, width])]), output);
  outputs.push({ name: output, type: 'float32', shape: [`lookups.${count}`, width] });
  return {
    table: table.operation.kind === 'parameter' ? table.operation.name : '',
    input: lookupInput(indices)!,
    output,
  };
}

function nameOf(emitted: ReadonlyMap<Node, Emitted>, node: Node): string {
  return emitted.get(node)!.name;
}

function parameterData(parameters: Parameters, name: string, size: number): Float32Array {
  const data = parameters.get(name);
  if (data === undefined) throw new EngineError('NOT_FOUND', { what: 'parameter', name, hint: 'train, or load it' });
  if (data.length !== size) {
    throw new EngineError('SHAPE_MISMATCH', { what: `parameter ${name}`, expected: size, actual: data.length });
  }
  return data;
}
