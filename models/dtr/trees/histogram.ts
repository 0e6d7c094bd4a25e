/** Bins of a column at most: a byte each, and histograms that fit into the cache. */
export const binLimit = 64;

/** Columns cut into bins, so that the best split of a node is found by counting. */
export interface Binned {
  readonly rows: number;
  readonly columns: number;
  /** `bins[column * rows + row]`. */
  readonly bins: Uint8Array;
  /** `edges[column][bin]`: a value below the edge falls into that bin or an earlier one. */
  readonly edges: readonly Float64Array[];
}

/** Cuts at quantiles; a column with few values gets one bin per value. `values` is row-major. */
export function binColumns(
  values: Float32Array | Float64Array,
  rows: number,
  columns: number,
  limit = binLimit,
): Binned {
  const bins = new Uint8Array(rows * columns);
  const edges: Float64Array[] = [];
  const column = new Float64Array(rows);
  for (let c = 0; c < columns; c += 1) {
    for (let r = 0; r < rows; r += 1) column[r] = values[r * columns + c] as number;
    const cuts = edgesOf(column.slice().sort(), limit);
    edges.push(cuts);
    for (let r = 0; r < rows; r += 1) bins[c * rows + r] = binOf(cuts, column[r] as number);
  }
  return { rows, columns, bins, edges };
}

function edgesOf(sorted: Float64Array, limit: number): Float64Array {
  const cuts: number[] = [];
  const distinct: number[] = [];
  for (const value of sorted) {
    if (distinct.length === 0 || value !== distinct[distinct.length - 1]) distinct.push(value);
    if (distinct.length > limit) break;
  }
  if (distinct.length <= limit) {
    for (let index = 1; index < distinct.length; index += 1) {
      cuts.push(shortestBetween(distinct[index - 1] as number, distinct[index] as number));
    }
  } else {
    let previous = sorted[0] as number;
    for (let quantile = 1; quantile < limit; quantile += 1) {
      const at = Math.floor((quantile * sorted.length) / limit);
      const value = sorted[at] as number;
      if (value === previous) continue;
      // Half way to the value before it, so that the cut does not lie on a value that was seen.
      let below = at - 1;
      while (below > 0 && sorted[below] === value) below -= 1;
      cuts.push(shortestBetween(sorted[below] as number, value));
      previous = value;
    }
  }
  return Float64Array.from(cuts);
}

function binOf(cuts: Float64Array, value: number): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value < (cuts[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The number with the fewest digits in (low, high]: short in the file, and readable in an explanation. */
export function shortestBetween(low: number, high: number): number {
  const middle = (low + high) / 2;
  for (let digits = 1; digits <= 15; digits += 1) {
    const candidate = Number(middle.toPrecision(digits));
    if (candidate > low && candidate <= high) return candidate;
  }
  return high;
}
