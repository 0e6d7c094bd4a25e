import { fnv1a } from '../../engine/core/hash.ts';
import { normal, seededRandom } from '../../engine/core/random.ts';
import type { Network, ParameterSpec, Parameters } from './operations.ts';
import { sizeOf } from './shape.ts';
import { parameterSpecs } from './tracer.ts';

/** First values of all parameters of a network: the same seed gives the same numbers, whatever the order of layers. */
export function initialParameters(network: Network, seed: number): Map<string, Float32Array> {
  return new Map(parameterSpecs(network).map((spec) => [spec.name, initialise(spec, seed)]));
}

function initialise(spec: ParameterSpec, seed: number): Float32Array {
  const data = new Float32Array(sizeOf(spec.shape));
  const { initialiser } = spec;
  if (initialiser.kind === 'ones') return data.fill(1);
  if (initialiser.kind === 'constant') return data.fill(initialiser.value);
  if (initialiser.kind === 'normal') {
    const random = seededRandom(fnv1a(spec.name, seed ^ 0x811c9dc5));
    for (let index = 0; index < data.length; index += 1) data[index] = normal(random) * initialiser.deviation;
  }
  return data;
}

export function copyParameters(parameters: Parameters): Map<string, Float32Array> {
  return new Map([...parameters].map(([name, data]) => [name, data.slice()]));
}

/** How many numbers they are. */
export function countParameters(parameters: Parameters): number {
  return [...parameters.values()].reduce((total, data) => total + data.length, 0);
}
