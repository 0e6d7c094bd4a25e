import type { ContentTrees } from './trees/content-trees.ts';
import { classesOf } from './trees/content-trees.ts';
import { featureDomain } from './features/domain.ts';
import { treeClasses } from './trees/tree-learner.ts';

/** One number of a row, changed as little as changes the answer of the trees. */
export interface Flip {
  readonly column: number;
  readonly threshold: number;
  /** The number would have to be below the threshold; else at or above it. */
  readonly below: boolean;
  /** Thresholds of the trees that lie between, one at least: a measure of how far it is, alike for all features. */
  readonly crossed: number;
  /** What the trees would answer, as an index into `treeClasses`. */
  readonly to: number;
  /** Probability that the trees then still leave to what they say now. */
  readonly left: number;
}

/** From a threshold on, the log-odds of a chain (boosted), or the leaf (one tree), are others. */
interface Change {
  readonly at: number;
  readonly chain: number;
  /** What is added above the threshold. */
  readonly delta: number;
  readonly leafBelow: number;
  readonly leafAbove: number;
}

/** What the trees say of the row as it is. */
interface Answer {
  /** Null for one tree. */
  readonly odds: readonly [read: number, execute: number] | null;
  readonly call: number;
  /** Room for probabilities. */
  readonly out: Float64Array;
}

/** Features that are changed together at most. */
const mostFeatures = 2;

/**
 * The smallest change of a single feature that flips what the trees say of a row; where none does, the change that
 * brings another answer nearest, and the smallest one beside it that then flips it. Empty where that does not either.
 * The answer is a step function of each feature whose steps stand in the trees, so the search of one feature is exact,
 * and its work is bounded by the nodes of the trees: only those below a question that the row was asked are looked at.
 */
export function smallestFlip(trees: ContentTrees, row: Float64Array): Flip[] {
  const changed = row.slice();
  const flips: Flip[] = [];
  const kept = new Set<number>();
  const odds = trees.model.kind === 'boosted' ? trees.odds(row) : null;
  const out = new Float64Array(treeClasses.length);
  trees.classify(row, out);
  const call = highest(out);
  for (let round = 1; round <= mostFeatures; round += 1) {
    const now: Answer = { odds: round === 1 || odds === null ? odds : trees.odds(changed), call, out };
    let best: Flip | null = null;
    let nearest: Flip | null = null;
    for (const [column, changes] of changesByColumn(trees, changed)) {
      if (kept.has(column)) continue;
      for (const below of [false, true]) {
        const { flip, near } = walkAway(trees, changed[column] as number, column, changes, below, now);
        if (flip !== null && (best === null || flip.crossed < best.crossed)) best = flip;
        if (near !== null && (nearest === null || near.left < nearest.left)) nearest = near;
      }
    }
    const step = best ?? nearest;
    if (step === null) return [];
    flips.push(step);
    if (best !== null) return flips;
    kept.add(step.column);
    changed[step.column] = step.below ? justBelow(step.threshold) : step.threshold;
  }
  return [];
}

function justBelow(threshold: number): number {
  return threshold - Math.max(Math.abs(threshold), 1e-6) * 1e-9;
}

function changesByColumn(trees: ContentTrees, row: Float64Array): Map<number, Change[]> {
  const { flat } = trees;
  const isBoosted = trees.model.kind === 'boosted';
  const byColumn = new Map<number, Change[]>();
  const end = isBoosted ? trees.start(2) : 1;
  for (let tree = 0; tree < end; tree += 1) {
    const chain = isBoosted && tree >= trees.start(1) ? 1 : 0;
    for (const column of flat.asked(tree, row)) {
      const changes = byColumn.get(column) ?? [];
      byColumn.set(column, changes);
      const pieces = flat.pieces(tree, row, column);
      for (const [index, { from, leaf }] of pieces.entries()) {
        const before = pieces[index - 1];
        if (before === undefined) continue;
        const delta = isBoosted ? flat.value(leaf, 0) - flat.value(before.leaf, 0) : 0;
        changes.push({ at: from, chain, delta, leafBelow: before.leaf, leafAbove: leaf });
      }
    }
  }
  return byColumn;
}

/** Walks away from the row's own value, one threshold after the other, until the answer is another one. */
function walkAway(
  trees: ContentTrees,
  value: number,
  column: number,
  changes: readonly Change[],
  below: boolean,
  now: Answer,
): { readonly flip: Flip | null; readonly near: Flip | null } {
  const { out } = now;
  const [lowest, largest] = featureDomain(column);
  const ahead = changes.filter(({ at }) => (below ? at <= value && at > lowest : at > value && at <= largest));
  ahead.sort((a, b) => (below ? b.at - a.at : a.at - b.at));
  const odds = now.odds === null ? null : [...now.odds];
  let crossed = 0;
  let near: Flip | null = null;
  for (const [index, { at, chain, delta, leafBelow, leafAbove }] of ahead.entries()) {
    if (odds !== null) odds[chain] = (odds[chain] as number) + (below ? -delta : delta);
    if (ahead[index + 1]?.at === at) continue;
    crossed += 1;
    if (odds !== null) classesOf(odds[0] as number, odds[1] as number, out);
    else {
      const leaf = below ? leafBelow : leafAbove;
      for (let k = 0; k < treeClasses.length; k += 1) out[k] = trees.flat.value(leaf, k);
    }
    const to = highest(out);
    const flip: Flip = { column, threshold: at, below, crossed, to, left: out[now.call] as number };
    if (to !== now.call) return { flip, near };
    if (near === null || flip.left < near.left) near = flip;
  }
  return { flip: null, near };
}

/** Reading wins a draw, as it does in the router. */
function highest([execute = 0, keep = 0, read = 0]: Float64Array): number {
  if (read >= execute && read >= keep) return 2;
  return execute >= keep ? 0 : 1;
}
