import type { BenchResult } from './report.ts';

/** Several runs of one measurement as one: numbers become their mean, and `spread` holds their standard deviation. */
export function spreadOf(runs: readonly BenchResult[]): BenchResult {
  const [first] = runs;
  if (first === undefined || runs.length === 1) return first as BenchResult;
  const spread: Record<string, number> = {};
  const merged = merge(runs, '', spread) as BenchResult;
  return { ...merged, spread };
}

function merge(values: readonly unknown[], path: string, spread: Record<string, number>): unknown {
  const [first] = values;
  if (values.every((value) => typeof value === 'number')) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    if (variance > 0) spread[path] = Math.sqrt(variance);
    return variance === 0 ? first : mean;
  }
  if (Array.isArray(first)) {
    return first.map((_, index) =>
      merge(
        values.map((value) => (value as unknown[])?.[index]),
        `${path}[${index}]`,
        spread,
      ),
    );
  }
  if (first !== null && typeof first === 'object') {
    return Object.fromEntries(
      Object.keys(first).map((key) => [
        key,
        merge(
          values.map((value) => (value as Record<string, unknown> | null)?.[key]),
          path === '' ? key : `${path}.${key}`,
          spread,
        ),
      ]),
    );
  }
  return first;
}
