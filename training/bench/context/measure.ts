import { pieceOverhead } from '../../../engine/tiers/context-pieces.ts';
import { worthOf } from '../../../models/cet/assembly.ts';
import type { ContextQuery } from './data.ts';

/** Shares of a query's evidence that were found, averaged over queries. */
export interface ContextFigures {
  readonly n: number;
  readonly evidenceRecallAt: Readonly<Record<'1' | '10' | '20', number>>;
  readonly ndcg10: number;
  readonly evidenceRecallAtTokens: Readonly<Record<'256' | '512' | '1024' | '2048', number>>;
}

/** One score per candidate, in their order; the larger the better. */
export type Scorer = (query: ContextQuery) => ArrayLike<number>;

/** What scores are: `odds` are logarithms of odds, which can be weighed against a price in tokens. */
export type ScoreKind = 'order' | 'odds';

/** Places of the candidates, best score first; of equal scores the later turn comes first. */
export function ranking(scores: ArrayLike<number>): number[] {
  const order = Array.from({ length: scores.length }, (_, place) => place);
  return order.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || b - a);
}

const cuts = [1, 10, 20] as const;
const budgets = [256, 512, 1024, 2048] as const;

/**
 * Figures of one query's scores. Under a budget every piece goes in, best first, that still fits; where scores are
 * odds, the best for its price first, as the context tier assembles.
 */
export function measureQuery(
  query: ContextQuery,
  scores: ArrayLike<number>,
  kind: ScoreKind = 'order',
): ContextFigures {
  const { candidates } = query.example.input;
  const evidence = new Set(query.example.evidence);
  const order = ranking(scores);
  const isEvidence = order.map((place) => evidence.has(candidates[place]?.id ?? ''));
  const found = (limit: number) => isEvidence.slice(0, limit).filter(Boolean).length;
  const total = Math.max(evidence.size, 1);
  let gain = 0;
  let ideal = 0;
  for (let rank = 0; rank < 10; rank += 1) {
    const discount = 1 / Math.log2(rank + 2);
    if (isEvidence[rank] === true) gain += discount;
    if (rank < evidence.size) ideal += discount;
  }
  const buying = buyingOrder(query, scores, kind);
  const underBudget = budgets.map((budget) => recallAt(query, buying, budget));
  return {
    n: 1,
    evidenceRecallAt: { '1': found(1) / total, '10': found(10) / total, '20': found(20) / total },
    ndcg10: ideal === 0 ? 0 : gain / ideal,
    evidenceRecallAtTokens: {
      '256': underBudget[0] ?? 0,
      '512': underBudget[1] ?? 0,
      '1024': underBudget[2] ?? 0,
      '2048': underBudget[3] ?? 0,
    },
  };
}

/** The mean of many queries' figures, each query counted once. */
export function meanFigures(figures: readonly ContextFigures[]): ContextFigures {
  const mean = (pick: (one: ContextFigures) => number) =>
    round(figures.reduce((sum, one) => sum + pick(one), 0) / Math.max(figures.length, 1));
  return {
    n: figures.length,
    evidenceRecallAt: {
      '1': mean((one) => one.evidenceRecallAt[cuts[0]]),
      '10': mean((one) => one.evidenceRecallAt[cuts[1]]),
      '20': mean((one) => one.evidenceRecallAt[cuts[2]]),
    },
    ndcg10: mean((one) => one.ndcg10),
    evidenceRecallAtTokens: {
      '256': mean((one) => one.evidenceRecallAtTokens['256']),
      '512': mean((one) => one.evidenceRecallAtTokens['512']),
      '1024': mean((one) => one.evidenceRecallAtTokens['1024']),
      '2048': mean((one) => one.evidenceRecallAtTokens['2048']),
    },
  };
}

/** Measures a scorer over queries, whole and by the publisher's category where there is one. */
export function measure(
  queries: readonly ContextQuery[],
  scorer: Scorer,
  kind: ScoreKind = 'order',
): ContextFigures & { readonly perCategory: Readonly<Record<string, ContextFigures>> } {
  const all = queries.map((query) => measureQuery(query, scorer(query), kind));
  const categories = [...new Set(queries.map((query) => query.category))].filter((name) => name !== null).sort();
  const perCategory = Object.fromEntries(
    categories.map((name) => [name, meanFigures(all.filter((_, place) => queries[place]?.category === name))]),
  );
  return { ...meanFigures(all), perCategory };
}

/** Budgets that are tried for `tokensFor`: each a tenth above the one before. */
const firstBudget = 32;
const growth = 1.1;

/** The smallest budget in tokens at which queries on average find a share of their evidence; null where none does. */
export function tokensFor(
  share: number,
  queries: readonly ContextQuery[],
  scorer: Scorer,
  kind: ScoreKind = 'order',
): number | null {
  const orders = queries.map((query) => buyingOrder(query, scorer(query), kind));
  const most = queries.reduce((top, { example }) => Math.max(top, tokensOf(example.input.candidates)), 0);
  for (let budget = firstBudget; ; budget *= growth) {
    const found = queries.map((query, at) => recallAt(query, orders[at]!, budget));
    if (found.reduce((sum, one) => sum + one, 0) >= share * queries.length) return Math.round(budget);
    if (budget > most) return null;
  }
}

function tokensOf(candidates: ContextQuery['example']['input']['candidates']): number {
  return candidates.reduce((sum, { tokens }) => sum + tokens, 0);
}

/** Mean tokens of all candidates of a query: what sending everything would cost. */
export function meanTokens(queries: readonly ContextQuery[]): number {
  const sum = queries.reduce((total, { example }) => total + tokensOf(example.input.candidates), 0);
  return Math.round(sum / Math.max(queries.length, 1));
}

/** Places in the order in which they go into a budget. */
function buyingOrder({ example }: ContextQuery, scores: ArrayLike<number>, kind: ScoreKind): number[] {
  if (kind === 'order') return ranking(scores);
  const worth = example.input.candidates.map(({ tokens }, place) => worthOf(scores[place]!, tokens + pieceOverhead));
  return ranking(worth);
}

/** Share of the evidence that goes in when every piece goes in, best first, that still fits. */
function recallAt({ example }: ContextQuery, order: readonly number[], budget: number): number {
  const evidence = new Set(example.evidence);
  let left = budget;
  let count = 0;
  for (const place of order) {
    const candidate = example.input.candidates[place]!;
    if (candidate.tokens > left) continue;
    left -= candidate.tokens;
    if (evidence.has(candidate.id)) count += 1;
  }
  return count / Math.max(evidence.size, 1);
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
