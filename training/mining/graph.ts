import { precedenceOrder, precedences } from '../../models/precedence.ts';
import type { Run } from './run.ts';

export interface GraphStep {
  readonly key: string;
  readonly isCall: boolean;
  readonly count: number;
  readonly runs: number;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly runs: number;
}

/** What a process looks like, over all its runs. */
export interface Graph {
  /** In the order that the runs agree on. */
  readonly steps: readonly GraphStep[];
  readonly edges: readonly GraphEdge[];
  /** Said at any point, after which the run goes on as before: no place in the graph. */
  readonly detours: readonly GraphStep[];
  /** Neighbours whose order is hardly told: pairs, with the runs for and against. */
  readonly contested: readonly {
    readonly before: string;
    readonly after: string;
    readonly counts: readonly [number, number];
  }[];
}

/** Shares of the runs that take a step, or of the moves after a step, below which it is a slip (5 % are to be expected). */
const minimumShare = 0.05;
const minimumRuns = 2;
const manyRuns = 20;
/** A step that is mostly taken here may be rarer: it is no slip from another process. */
const rareShare = 0.04;
const homeShare = 0.5;
const nextShare = 0.1;
/** From so many sightings on, a single one is a slip. */
const manySteps = 8;
const callShare = 0.08;
const skipShare = 0.25;
/** Share by which the more frequent order of two steps leads, from which a step has a place; chance alone gives 0.8 √n. */
const clearOrder = 0.2;
const chance = 0.8;
const fewestPairs = 8;
const backShare = 0.3;
const backRuns = 3;

/**
 * Steps, their joint order, and the ways between them: after a call the observed next steps, after words the nearest later
 * step that runs go on to (people skip what they know already, so a chain of questions is no set of branches), and back
 * where many runs go back. Directly-follows counts are those of the heuristics miner (Weijters and van der Aalst 2003).
 */
export function graphOf(
  runs: readonly Run[],
  isCall: (key: string) => boolean,
  homeOf: (key: string) => number,
): Graph {
  const tally = new Map<string, { count: number; runs: number }>();
  for (const { taken } of runs) {
    for (const { key } of taken) {
      const held = tally.get(key) ?? { count: 0, runs: 0 };
      held.count += 1;
      tally.set(key, held);
    }
    for (const key of new Set(taken.map((one) => one.key))) (tally.get(key) as { runs: number }).runs += 1;
  }
  const isKept = (key: string): boolean => {
    const { runs: held } = tally.get(key) as { runs: number };
    if (held < Math.min(runs.length < manyRuns ? minimumRuns : minimumRuns + 1, runs.length)) return false;
    return held >= minimumShare * runs.length || (held >= rareShare * runs.length && homeOf(key) >= homeShare);
  };
  const all = [...tally.keys()].filter(isKept).sort();
  const detours = new Set(all.filter((key) => !isCall(key) && isDetour(runs, key)));
  const keys = all.filter((key) => !detours.has(key));
  const index = new Map(keys.map((key, at) => [key, at]));
  const local = runs.map(({ taken }) =>
    taken.flatMap(({ key }) => index.get(key) ?? []).filter((step, at, steps) => step !== steps[at - 1]),
  );
  const n = keys.length;
  const counts = precedences(local, n);
  const order = precedenceOrder(counts, n);
  const follows = new Float64Array(n * n);
  for (const steps of local) {
    for (let at = 1; at < steps.length; at += 1) {
      const pair = (steps[at - 1] as number) * n + (steps[at] as number);
      follows[pair] = (follows[pair] as number) + 1;
    }
  }
  const stepOf = (key: string): GraphStep => ({
    key,
    isCall: isCall(key),
    ...(tally.get(key) as { count: number; runs: number }),
  });
  const edges = edgesOf(order, follows, (step) => isCall(keys[step] as string)).map(([from, to]) => ({
    from: keys[from] as string,
    to: keys[to] as string,
    runs: follows[from * n + to] as number,
  }));
  const contested = order.slice(1).flatMap((after, at) => {
    const before = order[at] as number;
    const [yes, no] = [counts[before * n + after] as number, counts[after * n + before] as number];
    if (no < 2 || no < 0.35 * (yes + no)) return [];
    return [{ before: keys[before] as string, after: keys[after] as string, counts: [yes, no] as const }];
  });
  return {
    steps: order.map((step) => stepOf(keys[step] as string)),
    edges,
    detours: [...detours].map(stepOf),
    contested,
  };
}

/**
 * Said at any point: apologies, small talk. Its place before or after the other steps is a matter of chance: over the
 * pairs it forms with steps of its runs, the more frequent order holds hardly more often than the other.
 */
function isDetour(runs: readonly Run[], key: string): boolean {
  const before = new Map<string, number>();
  const after = new Map<string, number>();
  for (const { taken } of runs) {
    const here = taken.findIndex((one) => one.key === key);
    if (here < 0) continue;
    const earlier = new Set(taken.slice(0, here).map((one) => one.key));
    for (const other of earlier) before.set(other, (before.get(other) ?? 0) + 1);
    for (const other of new Set(taken.slice(here + 1).map((one) => one.key))) {
      if (other !== key && !earlier.has(other)) after.set(other, (after.get(other) ?? 0) + 1);
    }
  }
  let lead = 0;
  let total = 0;
  for (const other of new Set([...before.keys(), ...after.keys()])) {
    const [yes, no] = [before.get(other) ?? 0, after.get(other) ?? 0];
    if (yes + no < 2) continue;
    lead += Math.abs(yes - no) - Math.sqrt(yes + no) * chance;
    total += yes + no;
  }
  return total >= fewestPairs && lead < clearOrder * total;
}

function edgesOf(
  order: readonly number[],
  follows: Float64Array,
  isCall: (step: number) => boolean,
): [number, number][] {
  const n = order.length;
  const edges: [number, number][] = [];
  const hasEntry = new Set<number>(order.slice(0, 1));
  const place = new Map(order.map((step, at) => [step, at]));
  const link = (from: number, to: number): void => {
    edges.push([from, to]);
    if ((place.get(to) as number) > (place.get(from) as number)) hasEntry.add(to);
  };
  for (const [at, from] of order.entries()) {
    const row = Array.from({ length: n }, (_, to) => follows[from * n + to] as number);
    const out = row.reduce((sum, count) => sum + count, 0);
    const later = order.slice(at + 1);
    const forward = later.reduce((sum, to) => sum + (row[to] as number), 0);
    if (isCall(from)) {
      const taken = order.filter((to) => to !== from && (row[to] as number) >= Math.max(2, callShare * out));
      for (const to of taken) {
        // What follows another next step anyway is a step left out, unless many runs go straight to it.
        const isSkip = taken.some(
          (by) =>
            by !== to &&
            (place.get(by) as number) > at &&
            (place.get(by) as number) < (place.get(to) as number) &&
            (follows[by * n + to] as number) >= (row[to] as number) &&
            (row[by] as number) > (row[to] as number),
        );
        if (!isSkip || (row[to] as number) >= skipShare * out) link(from, to);
      }
    } else {
      const least = Math.max(forward < manySteps ? 1 : 2, nextShare * forward);
      const next = later.find((to) => (row[to] as number) >= least);
      if (next !== undefined) link(from, next);
      for (const to of order.slice(0, at)) {
        if ((row[to] as number) >= Math.max(backRuns, backShare * out)) link(from, to);
      }
    }
  }
  // Every step can be reached: from the earlier step that most runs came from.
  for (const [at, step] of order.entries()) {
    if (hasEntry.has(step)) continue;
    const earlier = order.slice(0, at);
    const best = earlier.reduce(
      (most, from) => ((follows[from * n + step] as number) >= (follows[most * n + step] as number) ? from : most),
      earlier[0] as number,
    );
    link(best, step);
  }
  return edges;
}
