import { bisect, incompleteBeta, logBeta } from './binomial.ts';

/** How a gambler spreads the capital over the rates below a bound: by the density of rate ** (shape - 1), a share on none. */
interface Stakes {
  readonly shape: number;
  readonly none: number;
}

/** Errors are expected to be few where a bound from above is wanted. */
const onFewErrors: Stakes = { shape: 0.5, none: 0.25 };
/** Of what is right, seen from the other side, most is expected to be there still: the stakes lie near the bound. */
const nearTheBound: Stakes = { shape: 3, none: 0 };

/**
 * Bounds of a rate for those who look again and again while rows come in. A Clopper-Pearson bound is right once; looked at
 * each hour it is wrong at some hour far more often than `delta`. These hold at all times at once, for independent rows and
 * whenever each row's chance, given those before, lies on the same side of the bound.
 *
 * The evidence against a rate of `bound` or more is the capital of a gambler who bets on smaller rates. Nobody gains by
 * such bets on average, so it ever reaches 1 / delta with probability delta at most (Ville 1939; mixtures as in Robbins
 * 1970; Howard et al., "Time-uniform, nonparametric, nonasymptotic confidence sequences", 2021). 116 rows without an error
 * bound the rate by 5 % at delta .005; looked at once, 104 would. Stakes chosen for such small counts.
 */
function logEvidenceBelow(errors: number, n: number, bound: number, { shape, none }: Stakes): number {
  const right = n - errors;
  const odds = errors * Math.log(bound) + right * Math.log1p(-bound);
  const within = Math.log(incompleteBeta(bound, errors + shape, right + 1)) + logBeta(errors + shape, right + 1);
  const spread = Math.log(1 - none) + Math.log(shape) - shape * Math.log(bound) + within - odds;
  const noErrors = errors === 0 && none > 0 ? Math.log(none) - odds : -Infinity;
  const top = Math.max(spread, noErrors);
  return top === -Infinity ? top : top + Math.log(Math.exp(spread - top) + Math.exp(noErrors - top));
}

function upper(errors: number, n: number, delta: number, stakes: Stakes): number {
  return bisect((rate) => logEvidenceBelow(errors, n, rate, stakes), -Math.log(delta));
}

/** The true rate lies below it at all times, in at least 1 - delta of all sequences; 1 where there are no rows. */
export function anytimeUpper(errors: number, n: number, delta: number): number {
  return n <= 0 || errors >= n ? 1 : upper(errors, n, delta, onFewErrors);
}

/** The true rate lies above it at all times, in at least 1 - delta of all sequences; 0 where there are no rows. */
export function anytimeLower(errors: number, n: number, delta: number): number {
  return n <= 0 || errors <= 0 ? 0 : 1 - upper(n - errors, n, delta, nearTheBound);
}
