import { clopperPearsonUpper } from '../binomial.ts';

/** One kind of settled messages, of which a random share was looked at by somebody who knows. */
export interface AuditStratum {
  readonly name: string;
  /** Settled messages of this kind. */
  readonly settled: number;
  /** Of these, drawn at random and judged. */
  readonly judged: number;
  readonly errors: number;
}

/** A bound of the error of what was settled, by human or verifier labels. */
export interface AuditBound {
  readonly settled: number;
  readonly judged: number;
  readonly errors: number;
  /** Each kind by its share of what was settled; a kind that nobody looked at counts as half wrong. */
  readonly error: number;
  /** With probability 1 - delta the true error is below it; a kind that nobody looked at counts as all wrong. */
  readonly errorUpper: number;
  readonly holds: boolean;
  /** Judgements without an error that would make it hold, about; 0 where it holds, null where errors are too many. */
  readonly missing: number | null;
}

/** More judgements than this are not asked for: something else is wrong. */
const mostWanted = 100_000;

/**
 * Post-stratified bound: each kind has an exact bound of its own, weighted by its share of the traffic, and delta is shared
 * between them. What is drawn more often from one kind than from another does no harm, and neither does a change of the mix.
 */
export function boundByAudit(
  strata: readonly AuditStratum[],
  { alpha, delta }: { readonly alpha: number; readonly delta: number },
): AuditBound {
  const present = strata.filter(({ settled }) => settled > 0);
  const settled = sum(present.map((one) => one.settled));
  const judged = sum(present.map((one) => one.judged));
  const upper = (more: number): number =>
    sum(
      present.map((one) => {
        const weight = one.settled / settled;
        const bound = clopperPearsonUpper(one.errors, one.judged + Math.round(more * weight), delta / present.length);
        return weight * bound;
      }),
    );
  const errorUpper = settled === 0 ? 0 : upper(0);
  const error = sum(present.map((one) => (one.settled / settled) * (one.judged === 0 ? 0.5 : one.errors / one.judged)));
  const holds = errorUpper <= alpha;
  return {
    settled,
    judged,
    errors: sum(present.map((one) => one.errors)),
    error,
    errorUpper,
    holds,
    missing: holds ? 0 : missingFor(upper, alpha),
  };
}

/** The bound falls with further judgements, so the fewest that are enough are found by halving. */
function missingFor(upper: (more: number) => number, alpha: number): number | null {
  if (upper(mostWanted) > alpha) return null;
  let low = 0;
  let high = mostWanted;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (upper(middle) <= alpha) high = middle;
    else low = middle;
  }
  return high;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
