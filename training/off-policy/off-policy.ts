/** One logged decision, and what another policy would have done in its place. */
export interface LoggedChoice {
  /** Probability with which what was done was done, in (0, 1]. */
  readonly propensity: number;
  /** Probability with which the other policy would have done the same, in [0, 1]. */
  readonly target: number;
  /** What came of it, in [0, 1]. */
  readonly reward: number;
  /** What a model expects of what was done, and on average of what the other policy would do; for the robust estimate. */
  readonly expected?: { readonly logged: number; readonly target: number };
  /** Part of the traffic that must be estimated too; a policy that is good on average may be bad for one. */
  readonly slice?: string;
}

export interface PolicyEstimate {
  /** Self-normalised mean reward (SNIPS), and with a model of rewards the doubly robust one; null: cannot tell. */
  readonly snips: number | null;
  readonly doublyRobust: number | null;
  /** Standard error of the estimate that is given, by the delta method. */
  readonly standardError: number | null;
  /** (Σw)² / Σw²: as many rows of the other policy's own would say as much. */
  readonly effective: number;
  readonly largestWeight: number;
  /** Share of the weight that was cut off. */
  readonly clipped: number;
  /** Why nobody can tell; null where one can. */
  readonly doubt: string | null;
}

/** Largest weight that a row may have; fewest effective rows; largest share of the weight that may be cut off. */
const limits = { weight: 20, effective: 400, clipped: 0.05, sliceRows: 50 };

/**
 * How another policy would have done on logged traffic: each row counts by how much likelier the other policy does what
 * was done. Where the log holds too little of what it would do, the answer is that nobody can tell. Sources: Swaminathan
 * and Joachims, "The self-normalized estimator for counterfactual learning", NIPS 2015; Dudík, Langford and Li, "Doubly
 * robust policy evaluation and learning", ICML 2011; effective sample size after Kish, "Survey sampling", 1965.
 */
export function estimatePolicy(rows: readonly LoggedChoice[]): PolicyEstimate {
  let [sum, squares, rewards, cut, largest] = [0, 0, 0, 0, 0];
  for (const row of rows) {
    const whole = row.propensity > 0 ? row.target / row.propensity : Number.POSITIVE_INFINITY;
    const weight = Math.min(limits.weight, whole);
    cut += Number.isFinite(whole) ? whole - weight : 0;
    sum += weight;
    squares += weight * weight;
    rewards += weight * row.reward;
    largest = Math.max(largest, whole);
  }
  const effective = squares === 0 ? 0 : (sum * sum) / squares;
  const clipped = sum + cut === 0 ? 0 : cut / (sum + cut);
  const doubt = doubtOf(rows, effective, clipped);
  const known = { effective, largestWeight: largest, clipped, doubt };
  if (doubt !== null) return { snips: null, doublyRobust: null, standardError: null, ...known };
  const snips = rewards / sum;
  const isModelled = rows.every(({ expected }) => expected !== undefined);
  let [robust, error] = [0, 0];
  for (const { propensity, target, reward, expected } of rows) {
    const weight = Math.min(limits.weight, target / propensity);
    robust += ((expected?.target ?? 0) + weight * (reward - (expected?.logged ?? 0))) / rows.length;
    error += (weight * (reward - snips)) ** 2;
  }
  return {
    snips,
    doublyRobust: isModelled ? Math.max(0, Math.min(1, robust)) : null,
    standardError: Math.sqrt(error) / sum,
    ...known,
  };
}

function doubtOf(rows: readonly LoggedChoice[], effective: number, clipped: number): string | null {
  if (rows.some(({ propensity }) => !(propensity > 0 && propensity <= 1))) {
    return 'cannot tell: a row was logged without the probability of what was done';
  }
  if (effective < limits.effective) {
    return `cannot tell: the log says as much as ${Math.floor(effective)} rows would, ${limits.effective} are needed`;
  }
  if (clipped > limits.clipped) {
    return `cannot tell: ${Math.round(clipped * 100)} % of the weight lies on rows that were hardly ever tried`;
  }
  const slices = new Map<string, { rows: number; weight: number }>();
  for (const { slice, target, propensity } of rows) {
    if (slice === undefined) continue;
    const one = slices.get(slice) ?? { rows: 0, weight: 0 };
    one.rows += 1;
    one.weight += target / propensity;
    slices.set(slice, one);
  }
  for (const [name, { rows: n, weight }] of slices) {
    // the weights of a slice add up to about its rows where everything that the policy would do was tried
    if (n >= limits.sliceRows && weight < n / 2)
      return `cannot tell: too little was tried of what it would do with ${name}`;
  }
  return null;
}
