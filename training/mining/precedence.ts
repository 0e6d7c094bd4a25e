/** A run as the steps that it took, in order; steps are small numbers from 0. */
export type Steps = readonly number[];

/** How often one step first came before another, over all runs that hold both: `counts[a * n + b]`. */
export function precedences(runs: readonly Steps[], n: number): Float64Array {
  const counts = new Float64Array(n * n);
  for (const run of runs) {
    const first = [...new Set(run)];
    for (const [index, a] of first.entries()) {
      for (let later = index + 1; later < first.length; later += 1) {
        const at = a * n + (first[later] as number);
        counts[at] = (counts[at] as number) + 1;
      }
    }
  }
  return counts;
}

/**
 * The order of steps that disagrees least with the runs: each pair of steps votes by how often one came first (Kemeny
 * 1959), begun with the mean position (Borda) and bettered by moving single steps as long as that helps. People skip and swap
 * steps, but all runs together tell the order: every pair that occurs in a run speaks, not only neighbours.
 */
export function jointOrder(counts: Float64Array, n: number): number[] {
  const lead = (a: number, b: number): number => (counts[a * n + b] as number) - (counts[b * n + a] as number);
  const share = (a: number): number => {
    let before = 1;
    let all = 2;
    for (let b = 0; b < n; b += 1) {
      before += counts[a * n + b] as number;
      all += (counts[a * n + b] as number) + (counts[b * n + a] as number);
    }
    return before / all;
  };
  const shares = Array.from({ length: n }, (_, step) => share(step));
  const order = shares.map((_, step) => step).sort((a, b) => (shares[b] as number) - (shares[a] as number) || a - b);
  for (let changed = true, round = 0; changed && round < 50; round += 1) {
    changed = false;
    for (let from = 0; from < n; from += 1) {
      const step = order[from] as number;
      let gain = 0;
      let best = 0;
      let to = from;
      for (let at = from - 1; at >= 0; at -= 1) {
        gain += lead(step, order[at] as number);
        if (gain > best) [best, to] = [gain, at];
      }
      gain = 0;
      for (let at = from + 1; at < n; at += 1) {
        gain += lead(order[at] as number, step);
        if (gain > best) [best, to] = [gain, at];
      }
      if (to === from) continue;
      order.splice(from, 1);
      order.splice(to, 0, step);
      changed = true;
    }
  }
  return order;
}
