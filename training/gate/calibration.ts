import { expectedCalibrationError } from '../../models/calibration.ts';
import { seededRandom } from '../../engine/core/random.ts';
import type { JudgedTurn } from '../judged-turn.ts';

/** A rise of the expected calibration error by more is a fault, where chance does not explain it. */
const mostRise = 0.01;
/** Resamples of conversations; enough for a one-sided 95 % bound. */
const resamples = 200;
/** Below so many proposals of a tier the error is mostly noise of its bins. */
const fewestProposals = 100;

/** Confidences that are none, and tiers whose confidences say less than those of the champion; a sentence each. */
export function calibrationFaults(candidate: readonly JudgedTurn[], champion: readonly JudgedTurn[] | null): string[] {
  const faults: string[] = [];
  for (const tier of ['dtr', 'lppm'] as const) {
    const broken = candidate.filter(({ [tier]: own }) => own !== null && !isShare(own.confidence)).length;
    if (broken > 0) faults.push(`${broken} proposals of its ${tier} have no usable confidence`);
    const risen = champion === null || broken > 0 ? null : rise(candidate, champion, tier);
    if (risen !== null && risen.now - risen.before > mostRise && risen.least > 0) {
      const [before, now] = [risen.before.toFixed(3), risen.now.toFixed(3)];
      faults.push(`the confidences of its ${tier} are off by ${now} on average, the champion's by ${before}`);
    }
  }
  return faults;
}

function isShare(value: number): boolean {
  return value >= 0 && value <= 1;
}

/** Both errors, and the one-sided 95 % lower bound of their difference; null where there are too few proposals. */
function rise(
  candidate: readonly JudgedTurn[],
  champion: readonly JudgedTurn[],
  tier: 'dtr' | 'lppm',
): { before: number; now: number; least: number } | null {
  const others = new Map(champion.map((turn) => [turn.message, turn]));
  const turns = candidate.flatMap((turn) => {
    const other = others.get(turn.message);
    return other === undefined ? [] : [[turn, other] as const];
  });
  const error = (rows: typeof turns, side: 0 | 1): number =>
    expectedCalibrationError(rows.flatMap((row) => row[side][tier] ?? []));
  const count = (side: 0 | 1): number => turns.filter((row) => row[side][tier] !== null).length;
  if (Math.min(count(0), count(1)) < fewestProposals) return null;
  const random = seededRandom(1);
  const differences = Array.from({ length: resamples }, () => {
    const drawn = turns.map(() => turns[Math.floor(random() * turns.length)] as (typeof turns)[number]);
    return error(drawn, 0) - error(drawn, 1);
  }).toSorted((a, b) => a - b);
  return { now: error(turns, 0), before: error(turns, 1), least: differences[Math.floor(resamples * 0.05)] as number };
}
