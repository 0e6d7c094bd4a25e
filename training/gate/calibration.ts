import { seededRandom } from '../../engine/core/random.ts';
import type { JudgedProposal, JudgedTurn } from '../ladder/judged-turn.ts';

/** A rise of the expected calibration error by more is a fault, where chance does not explain it. */
const mostRise = 0.01;
/** Resamples of messages; enough for a one-sided 95 % bound. */
const resamples = 200;
/** Below so many proposals of a tier the error is mostly noise of its bins. */
const fewestProposals = 100;

/**
 * Confidences that are none, and tiers whose confidences say less than those of the champion; a sentence each.
 * @param isMended it mends a correction, which makes it less sure of words like the corrected ones: what speaks against
 *   another one speaks against this only where it is also surer than it may be
 */
export function calibrationFaults(
  candidate: readonly JudgedTurn[],
  champion: readonly JudgedTurn[] | null,
  isMended = false,
): string[] {
  const faults: string[] = [];
  for (const tier of ['dtr', 'lppm'] as const) {
    const broken = candidate.filter(({ [tier]: own }) => own !== null && !isShare(own.confidence)).length;
    if (broken > 0) faults.push(`${broken} proposals of its ${tier} have no usable confidence`);
    const risen = champion === null || broken > 0 ? null : rise(candidate, champion, tier, false);
    if (risen === null || !isProved(risen)) continue;
    const surer = !isMended || champion === null ? risen : rise(candidate, champion, tier, true);
    if (surer !== null && isProved(surer)) {
      const [before, now] = [risen.before.toFixed(3), risen.now.toFixed(3)];
      faults.push(`the confidences of its ${tier} are off by ${now} on average, the champion's by ${before}`);
    }
  }
  return faults;
}

interface Rise {
  readonly before: number;
  readonly now: number;
  readonly least: number;
}

function isProved({ before, now, least }: Rise): boolean {
  return now - before > mostRise && least > 0;
}

function isShare(value: number): boolean {
  return value >= 0 && value <= 1;
}

/** Both errors, and the one-sided 95 % lower bound of their difference; null where there are too few proposals. */
function rise(
  candidate: readonly JudgedTurn[],
  champion: readonly JudgedTurn[],
  tier: 'dtr' | 'lppm',
  isSurerOnly: boolean,
): Rise | null {
  const others = new Map(champion.map((turn) => [turn.message, turn]));
  const fresh: (JudgedProposal | null)[] = [];
  const old: (JudgedProposal | null)[] = [];
  for (const turn of candidate) {
    const other = others.get(turn.message);
    if (other === undefined) continue;
    fresh.push(turn[tier]);
    old.push(other[tier]);
  }
  const now = new Binned(fresh, isSurerOnly);
  const before = new Binned(old, isSurerOnly);
  if (Math.min(now.proposals, before.proposals) < fewestProposals) return null;
  const random = seededRandom(1);
  const drawn = new Uint32Array(fresh.length);
  const differences = Array.from({ length: resamples }, () => {
    for (let index = 0; index < drawn.length; index += 1) drawn[index] = Math.floor(random() * drawn.length);
    return now.error(drawn) - before.error(drawn);
  }).toSorted((a, b) => a - b);
  const all = drawn.map((_, index) => index);
  const least = differences[Math.floor(resamples * 0.05)] ?? 0;
  return { now: now.error(all), before: before.error(all), least };
}

const bins = 15;

/** Proposals laid out by bin, so that the error of many resamples costs little; as `expectedCalibrationError` counts it. */
class Binned {
  readonly proposals: number;
  readonly #bin: Int8Array;
  /** Confidence less truth. */
  readonly #excess: Float64Array;
  readonly #sums = new Float64Array(bins);
  readonly #isSurerOnly: boolean;

  /** @param isSurerOnly bins that are less sure than they might be count as right */
  constructor(rows: readonly (JudgedProposal | null)[], isSurerOnly: boolean) {
    this.#isSurerOnly = isSurerOnly;
    this.proposals = rows.filter((row) => row !== null).length;
    this.#bin = Int8Array.from(rows, (row) =>
      row === null ? -1 : Math.min(bins - 1, Math.max(0, Math.ceil(row.confidence * bins) - 1)),
    );
    this.#excess = Float64Array.from(rows, (row) => (row === null ? 0 : row.confidence - Number(row.correct)));
  }

  error(places: Uint32Array): number {
    this.#sums.fill(0);
    let count = 0;
    for (const place of places) {
      const bin = this.#bin[place] as number;
      if (bin < 0) continue;
      count += 1;
      this.#sums[bin] = (this.#sums[bin] as number) + (this.#excess[place] as number);
    }
    const offBy = (excess: number): number => (this.#isSurerOnly ? Math.max(0, excess) : Math.abs(excess));
    return count === 0 ? 0 : this.#sums.reduce((sum, excess) => sum + offBy(excess), 0) / count;
  }
}
