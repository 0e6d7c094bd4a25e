/** How well two groupings of the same things agree. */
export interface GroupingScore {
  readonly n: number;
  /** Adjusted mutual information (Vinh, Epps and Bailey 2010, mean of the entropies): 0 by chance, 1 for the same grouping. */
  readonly ami: number;
  /** After each group is matched with at most one other (largest overlap first), and unmatched things count as missed. */
  readonly f1: number;
  readonly groups: number;
  readonly trueGroups: number;
}

/** `found` is null where a thing is in no group: alone for the mutual information's sake, missed for F1. */
export function groupingScore(truth: readonly string[], found: readonly (string | null)[]): GroupingScore {
  const n = truth.length;
  const rows = new Map<string, number>();
  const columns = new Map<string, number>();
  const cells = new Map<string, number>();
  for (const [index, row] of truth.entries()) {
    const column = found[index] ?? '\u0001none';
    rows.set(row, (rows.get(row) ?? 0) + 1);
    columns.set(column, (columns.get(column) ?? 0) + 1);
    cells.set(`${row}\0${column}`, (cells.get(`${row}\0${column}`) ?? 0) + 1);
  }
  const ofColumn = [...columns].filter(([column]) => column !== '\u0001none');
  return {
    n,
    ami: adjusted(n, rows, columns, cells),
    f1: matchedF1(
      n,
      cells,
      ofColumn.reduce((sum, [, count]) => sum + count, 0),
    ),
    groups: ofColumn.length,
    trueGroups: rows.size,
  };
}

function matchedF1(n: number, cells: ReadonlyMap<string, number>, grouped: number): number {
  const usedRows = new Set<string>();
  const usedColumns = new Set(['\u0001none']);
  let right = 0;
  for (const [cell, count] of [...cells].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))) {
    const [row, column] = cell.split('\0') as [string, string];
    if (usedRows.has(row) || usedColumns.has(column)) continue;
    usedRows.add(row);
    usedColumns.add(column);
    right += count;
  }
  return n + grouped === 0 ? 0 : (2 * right) / (n + grouped);
}

function adjusted(
  n: number,
  rows: ReadonlyMap<string, number>,
  columns: ReadonlyMap<string, number>,
  cells: ReadonlyMap<string, number>,
): number {
  if (n === 0) return 0;
  const entropy = (counts: Iterable<number>): number => {
    let sum = 0;
    for (const count of counts) sum -= (count / n) * Math.log(count / n);
    return sum;
  };
  const [own, other] = [entropy(rows.values()), entropy(columns.values())];
  const shared = own + other - entropy(cells.values());
  const expected = expectedInformation(n, tally(rows), tally(columns));
  const scale = (own + other) / 2 - expected;
  return Math.abs(scale) < 1e-12 ? 1 : (shared - expected) / scale;
}

/** Sizes of groups, and how many groups have each: equal sizes cost nothing twice. */
function tally(groups: ReadonlyMap<string, number>): [number, number][] {
  const sizes = new Map<number, number>();
  for (const size of groups.values()) sizes.set(size, (sizes.get(size) ?? 0) + 1);
  return [...sizes];
}

function expectedInformation(
  n: number,
  rows: readonly [number, number][],
  columns: readonly [number, number][],
): number {
  const logFactorial = new Float64Array(n + 1);
  for (let i = 2; i <= n; i += 1) logFactorial[i] = (logFactorial[i - 1] as number) + Math.log(i);
  const of = (i: number): number => logFactorial[i] as number;
  let sum = 0;
  for (const [a, timesA] of rows) {
    for (const [b, timesB] of columns) {
      for (let both = Math.max(1, a + b - n); both <= Math.min(a, b); both += 1) {
        const log =
          of(a) + of(b) + of(n - a) + of(n - b) - of(n) - of(both) - of(a - both) - of(b - both) - of(n - a - b + both);
        if (log < -40) continue;
        sum += timesA * timesB * (both / n) * Math.log((n * both) / (a * b)) * Math.exp(log);
      }
    }
  }
  return sum;
}

export interface SetScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export function setScore(right: number, found: number, wanted: number): SetScore {
  const precision = right / Math.max(1, found);
  const recall = right / Math.max(1, wanted);
  return { precision, recall, f1: right === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}
