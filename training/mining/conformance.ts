import type { Steps } from '../../models/precedence.ts';

export interface Conformance {
  /** Share, 0 to 1, of the moves of the runs that lie on the best way through the graph. */
  readonly fitness: number;
  /** Share, 0 to 1, of the ways that the graph leaves open, at the places the runs come to, that some run takes. */
  readonly precision: number;
}

/** A graph to walk: steps that may be left out (their value is known already) are walked through silently. */
export interface Walk {
  readonly starts: readonly number[];
  readonly edges: readonly (readonly [number, number])[];
  readonly isOptional: (step: number) => boolean;
  readonly size: number;
}

/** Runs are aligned up to this many steps; the rest of a longer one is left out. */
const longestRun = 300;

/**
 * Fitness by alignment: the longest part of a run that is a walk through the graph (Adriansyah, van Dongen and van der
 * Aalst 2011, with cost 1 for a move of the log and 0 for a silent one). Precision by escaping edges along these walks
 * (Muñoz-Gama and Carmona 2010).
 */
export function conformanceOf(runs: readonly Steps[], walk: Walk): Conformance {
  const next = reachable(walk);
  const open = new Map<number, { visits: number; taken: Set<number> }>();
  let moves = 0;
  let fitting = 0;
  for (const run of runs) {
    const steps = run.filter((step, at) => step !== run[at - 1]).slice(0, longestRun);
    const path = bestWalk(steps, next, walk.size);
    moves += steps.length;
    fitting += path.length;
    let here = walk.size;
    for (const step of path) {
      const place = open.get(here) ?? { visits: 0, taken: new Set<number>() };
      open.set(here, place);
      place.visits += 1;
      place.taken.add(step);
      here = step;
    }
  }
  let enabled = 0;
  let taken = 0;
  for (const [here, place] of open) {
    enabled += place.visits * (next[here] as Set<number>).size;
    taken += place.visits * place.taken.size;
  }
  return { fitness: moves === 0 ? 0 : fitting / moves, precision: enabled === 0 ? 0 : taken / enabled };
}

/** For each step, and at the end for the start, what may come next when optional steps are left out. */
function reachable({ starts, edges, isOptional, size }: Walk): Set<number>[] {
  const direct = Array.from({ length: size + 1 }, () => [] as number[]);
  for (const [from, to] of edges) (direct[from] as number[]).push(to);
  (direct[size] as number[]).push(...starts);
  return direct.map((first) => {
    const found = new Set<number>();
    const queue = [...first];
    for (let step = queue.pop(); step !== undefined; step = queue.pop()) {
      if (found.has(step)) continue;
      found.add(step);
      if (isOptional(step)) queue.push(...(direct[step] as number[]));
    }
    return found;
  });
}

/** The longest part of a run, in its order, each step of which may follow the one before. */
function bestWalk(steps: Steps, next: readonly ReadonlySet<number>[], start: number): number[] {
  const lengths: number[] = [];
  const before: number[] = [];
  for (const [at, step] of steps.entries()) {
    let length = next[start]?.has(step) === true ? 1 : 0;
    let from = -1;
    for (let earlier = at - 1; earlier >= 0; earlier -= 1) {
      const reached = lengths[earlier] as number;
      if (reached === 0 || reached < length || next[steps[earlier] as number]?.has(step) !== true) continue;
      length = reached + 1;
      from = earlier;
    }
    lengths.push(length);
    before.push(from);
  }
  const walk: number[] = [];
  let at = lengths.indexOf(Math.max(0, ...lengths));
  if (at < 0 || lengths[at] === 0) return walk;
  for (; at >= 0; at = before[at] as number) walk.unshift(steps[at] as number);
  return walk;
}
