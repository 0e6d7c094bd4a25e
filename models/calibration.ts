/** Confidence beside truth; what calibration is measured on. */
export interface CalibrationRow {
  /** In [0, 1]. */
  readonly confidence: number;
  readonly correct: boolean;
}

/** One bar of a reliability diagram. */
export interface ReliabilityBin {
  /** Confidences in (from, to]; the first bin holds 0 too. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Means over the rows of the bin; 0 where there are none. */
  readonly confidence: number;
  readonly accuracy: number;
}

/** Bins of equal width. */
export function reliabilityBins(rows: readonly CalibrationRow[], bins = 15): ReliabilityBin[] {
  const count = new Float64Array(bins);
  const confidence = new Float64Array(bins);
  const correct = new Float64Array(bins);
  for (const row of rows) {
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(row.confidence * bins) - 1));
    count[bin] = (count[bin] as number) + 1;
    confidence[bin] = (confidence[bin] as number) + row.confidence;
    correct[bin] = (correct[bin] as number) + (row.correct ? 1 : 0);
  }
  return Array.from(count, (size, bin) => ({
    from: bin / bins,
    to: (bin + 1) / bins,
    rows: size,
    confidence: size === 0 ? 0 : (confidence[bin] as number) / size,
    accuracy: size === 0 ? 0 : (correct[bin] as number) / size,
  }));
}

/** Expected calibration error (Naeini et al. 2015; Guo et al. 2017 use 15 bins): 0 is perfect; 0 for no rows. */
export function expectedCalibrationError(rows: readonly CalibrationRow[], bins = 15): number {
  if (rows.length === 0) return 0;
  const sum = reliabilityBins(rows, bins).reduce(
    (total, bin) => total + bin.rows * Math.abs(bin.accuracy - bin.confidence),
    0,
  );
  return sum / rows.length;
}

/** Area under the ROC curve by ranks, ties count half; 0.5 where one side is empty. */
export function areaUnderRoc(rows: readonly { readonly score: number; readonly positive: boolean }[]): number {
  const sorted = rows.toSorted((a, b) => a.score - b.score);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start;
    while (end < sorted.length && sorted[end]?.score === sorted[start]?.score) end += 1;
    const rank = (start + 1 + end) / 2;
    for (const row of sorted.slice(start, end)) {
      if (!row.positive) continue;
      positives += 1;
      rankSum += rank;
    }
    start = end;
  }
  const negatives = sorted.length - positives;
  if (positives === 0 || negatives === 0) return 0.5;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Softmax of logits / temperature; same length, sums to 1. */
export function softmax(logits: ArrayLike<number>, temperature = 1): Float64Array {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < logits.length; index += 1) largest = Math.max(largest, logits[index] as number);
  const result = new Float64Array(logits.length);
  let sum = 0;
  for (let index = 0; index < logits.length; index += 1) {
    const power = Math.exp(((logits[index] as number) - largest) / temperature);
    result[index] = power;
    sum += power;
  }
  for (let index = 0; index < result.length; index += 1) result[index] = (result[index] as number) / sum;
  return result;
}

/**
 * Temperature scaling (Guo et al. 2017): the temperature in [0.05, 20] whose softmax gives the labels the highest mean
 * log likelihood, by golden section on its logarithm. `logits`: n rows of one length; `labels`: n class numbers.
 * 1 where there are no rows.
 */
export function fitTemperature(logits: readonly ArrayLike<number>[], labels: readonly number[]): number {
  if (logits.length === 0) return 1;
  const loss = (logTemperature: number): number => {
    let sum = 0;
    for (const [row, scores] of logits.entries()) {
      const share = softmax(scores, Math.exp(logTemperature))[labels[row] ?? 0] ?? 0;
      sum -= Math.log(Math.max(share, 1e-300));
    }
    return sum;
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(0.05);
  let high = Math.log(20);
  let left = high - ratio * (high - low);
  let right = low + ratio * (high - low);
  let leftLoss = loss(left);
  let rightLoss = loss(right);
  while (high - low > 1e-4) {
    if (leftLoss <= rightLoss) {
      high = right;
      [right, rightLoss] = [left, leftLoss];
      left = high - ratio * (high - low);
      leftLoss = loss(left);
    } else {
      low = left;
      [left, leftLoss] = [right, rightLoss];
      right = low + ratio * (high - low);
      rightLoss = loss(right);
    }
  }
  return Math.exp((low + high) / 2);
}

/** A rising function from score to probability; plain numbers, so that it goes into an artefact as JSON. */
export interface IsotonicMap {
  /** Rising scores. */
  readonly scores: readonly number[];
  /** Probability at each score, rising, in [0, 1]. */
  readonly probabilities: readonly number[];
}

/**
 * Isotonic regression by pooling adjacent violators (Ayer et al. 1955; for classifiers Zadrozny and Elkan 2002).
 * Each pool becomes one knot at its mean score. `smoothing` pseudo rows of the overall accuracy are added to each
 * pool, so that a short run of right answers does not promise 100 %.
 */
export function fitIsotonic(rows: readonly CalibrationRow[], smoothing = 1): IsotonicMap {
  const sorted = rows.filter((row) => Number.isFinite(row.confidence)).toSorted((a, b) => a.confidence - b.confidence);
  const pools: { rows: number; correct: number; scores: number }[] = [];
  for (let start = 0; start < sorted.length;) {
    const score = sorted[start]?.confidence ?? 0;
    const pool = { rows: 0, correct: 0, scores: 0 };
    for (; start < sorted.length && sorted[start]?.confidence === score; start += 1) {
      pool.rows += 1;
      pool.correct += sorted[start]?.correct === true ? 1 : 0;
      pool.scores += score;
    }
    pools.push(pool);
    for (;;) {
      const last = pools.at(-1);
      const before = pools.at(-2);
      if (last === undefined || before === undefined || before.correct / before.rows < last.correct / last.rows) break;
      before.rows += last.rows;
      before.correct += last.correct;
      before.scores += last.scores;
      pools.pop();
    }
  }
  const accuracy = sorted.length === 0 ? 0 : sorted.filter((row) => row.correct).length / sorted.length;
  const probabilities: number[] = [];
  for (const pool of pools) {
    const value = (pool.correct + smoothing * accuracy) / (pool.rows + smoothing);
    probabilities.push(Math.max(value, probabilities.at(-1) ?? 0));
  }
  return { scores: pools.map((pool) => pool.scores / pool.rows), probabilities };
}

/** Straight lines between the knots, flat outside; 0 for a map without knots. */
export function applyIsotonic(map: IsotonicMap, score: number): number {
  const { scores, probabilities } = map;
  const size = scores.length;
  if (size === 0 || Number.isNaN(score)) return 0;
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((scores[middle] as number) <= score) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return probabilities[0] as number;
  if (low === size) return probabilities[size - 1] as number;
  const share = (score - (scores[low - 1] as number)) / ((scores[low] as number) - (scores[low - 1] as number));
  const below = probabilities[low - 1] as number;
  return below + share * ((probabilities[low] as number) - below);
}
