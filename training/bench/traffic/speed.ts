import type { Clock } from '../../../engine/core/clock.ts';
import type { DtrModel } from '../../../models/dtr/model.ts';
import type { TrafficRow } from './data.ts';

const warmups = 2;
const passes = 7;
/** Longest message of each band, in UTF-16 code units. */
const bands = [50, 200, 1000, Infinity] as const;

/**
 * Microseconds per message: features with the walk of the trees, and a whole route. Each message counts with the median
 * of several passes, so that the percentiles are those of the messages, not of what else the machine was doing.
 */
export function latencyFigures(model: DtrModel, rows: readonly TrafficRow[], clock: Clock) {
  const { router } = model;
  const probabilities = new Float64Array(3);
  const features = timesOf(rows, clock, (text) => router.measure(text));
  const decided = timesOf(rows, clock, (text) => {
    router.measure(text);
    router.parts.trees.classify(router.row, probabilities);
  });
  const total = timesOf(rows, clock, (text) => void router.route(text));
  const byLength = bands.map((longest, index) => {
    const shortest = index === 0 ? 0 : (bands[index - 1] as number) + 1;
    const own = rows.flatMap(({ text }, row) => (text.length >= shortest && text.length <= longest ? [row] : []));
    const pick = (times: Float64Array): Float64Array => Float64Array.from(own, (row) => times[row] as number);
    return {
      characters: longest === Infinity ? `over ${shortest - 1}` : `${shortest} to ${longest}`,
      n: own.length,
      featuresAndTree: quantiles(pick(decided)),
      total: quantiles(pick(total)),
    };
  });
  let best = Infinity;
  for (let pass = 0; pass < passes; pass += 1) {
    const start = clock.ticks();
    for (const { text } of rows) router.route(text);
    best = Math.min(best, clock.ticks() - start);
  }
  return {
    latencyUs: {
      features: quantiles(features),
      featuresAndTree: quantiles(decided),
      total: quantiles(total),
      byLength,
    },
    messagesPerSecond: Math.round((rows.length / best) * 1e6),
  };
}

/** Median time of each row. */
function timesOf(rows: readonly TrafficRow[], clock: Clock, work: (text: string) => void): Float64Array {
  const times = rows.map(() => new Float64Array(passes));
  for (let pass = -warmups; pass < passes; pass += 1) {
    for (const [index, { text }] of rows.entries()) {
      const start = clock.ticks();
      work(text);
      const took = clock.ticks() - start;
      if (pass >= 0) (times[index] as Float64Array)[pass] = took;
    }
  }
  return Float64Array.from(times, (own) => own.sort()[passes >> 1] as number);
}

function quantiles(times: Float64Array): { p50: number; p99: number } {
  const sorted = times.toSorted();
  const at = (q: number): number => Number((sorted[Math.floor(q * (sorted.length - 1))] ?? 0).toFixed(3));
  return { p50: at(0.5), p99: at(0.99) };
}
