/** Sweeps of the local search; it ends earlier where nothing moves. */
const mostSweeps = 30;

/**
 * The order of items that disagrees least with what was seen: Kemeny's ranking (Kemeny, "Mathematics without numbers",
 * 1959), by moving single items to where they fit best, from a start by net wins. People skip items and swap some, but
 * each pair was seen often enough to say which comes first.
 * @param before square, `before[a][b]`: how often a was seen before b
 * @returns item numbers, first to last; ties keep the order of the numbers
 */
export function precedenceOrder(before: readonly (readonly number[])[]): number[] {
  const size = before.length;
  const lead = (a: number, b: number): number => (before[a]?.[b] ?? 0) - (before[b]?.[a] ?? 0);
  const wins = before.map((row, a) =>
    row.reduce((sum, count, b) => sum + lead(a, b) / (1 + count + (before[b]?.[a] ?? 0)), 0),
  );
  let order = before.map((_, item) => item).sort((a, b) => (wins[b] as number) - (wins[a] as number) || a - b);
  for (let sweep = 0; sweep < mostSweeps; sweep += 1) {
    let isMoved = false;
    for (let item = 0; item < size; item += 1) {
      const place = order.indexOf(item);
      const others = order.filter((other) => other !== item);
      // from the front to the back, each item passed turns a pair round
      let gain = 0;
      const gains = [0, ...others.map((other) => (gain -= lead(item, other)))];
      const best = gains.indexOf(Math.max(...gains));
      if ((gains[best] as number) <= (gains[place] as number)) continue;
      order = [...others.slice(0, best), item, ...others.slice(best)];
      isMoved = true;
    }
    if (!isMoved) break;
  }
  return order;
}
