/** A run as the steps that it took, in order; steps are small numbers from 0. */
export type Steps = readonly number[];

/** How often one step first came before another, over all runs that hold both: `counts[a * n + b]`. */
export function precedences(runs: readonly Steps[], n: number): Float64Array {
  const counts = new Float64Array(n * n);
  for (const run of runs) {
    const first = [...new Set(run)];
    for (const [place, a] of first.entries()) {
      for (let later = place + 1; later < first.length; later += 1) {
        const at = a * n + (first[later] as number);
        counts[at] = (counts[at] as number) + 1;
      }
    }
  }
  return counts;
}

/** Sweeps of the local search; it ends earlier where nothing moves. */
const mostSweeps = 30;

/**
 * The order of steps that disagrees least with the runs: each pair of steps votes by how often one came first (Kemeny,
 * "Mathematics without numbers", 1959), begun with the shares of votes that each step wins and bettered by moving single
 * steps to where they fit best. People skip and swap steps, but every pair that occurs in a run speaks, not only neighbours.
 * @param counts of `precedences`
 * @returns step numbers, first to last; ties keep the order of the numbers
 */
export function precedenceOrder(counts: Float64Array, n: number): number[] {
  const seen = (a: number, b: number): number => counts[a * n + b] as number;
  const lead = (a: number, b: number): number => seen(a, b) - seen(b, a);
  const numbers = Array.from({ length: n }, (_, step) => step);
  const wins = numbers.map((a) => numbers.reduce((sum, b) => sum + lead(a, b) / (1 + seen(a, b) + seen(b, a)), 0));
  let order = numbers.toSorted((a, b) => (wins[b] as number) - (wins[a] as number) || a - b);
  for (let sweep = 0; sweep < mostSweeps; sweep += 1) {
    let isMoved = false;
    for (const step of numbers) {
      const place = order.indexOf(step);
      const others = order.filter((other) => other !== step);
      // from the front to the back, each step passed turns a pair round
      let gain = 0;
      const gains = [0, ...others.map((other) => (gain -= lead(step, other)))];
      const best = gains.indexOf(Math.max(...gains));
      if ((gains[best] as number) <= (gains[place] as number)) continue;
      order = [...others.slice(0, best), step, ...others.slice(best)];
      isMoved = true;
    }
    if (!isMoved) break;
  }
  return order;
}
