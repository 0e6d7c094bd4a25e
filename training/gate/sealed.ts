import { clopperPearsonLower, clopperPearsonUpper } from '../../models/binomial.ts';
import { trueError } from '../../models/certificate/noise.ts';
import type { SettledTurn } from '../ladder/evaluate.ts';
import { compareRows, type Terms } from './losses.ts';
import { pairUp, points, type PairedDifference } from './paired.ts';
import { unsafeBeyondNoise } from './unsafe.ts';

/** One-sided level at which a sealed row speaks against a candidate. */
const doubt = 0.05;

export interface SealedEvidence {
  /** Sealed turns that nothing like was in the trainer's snapshot. */
  readonly candidate: readonly SettledTurn[];
  /** The same turns as the certificate counts them, where that differs: the budget is about these. */
  readonly certified?: readonly SettledTurn[];
  /** The same turns; null where no champion serves. */
  readonly champion: readonly SettledTurn[] | null;
  /** What the gate saw on the rows that stood in the trainer's snapshot; null without champion. */
  readonly seen: SeenByGate | null;
}

/** Right answers and wrong ones, candidate less champion. */
export interface SeenByGate {
  readonly gain: Pick<PairedDifference, 'difference' | 'lower'>;
  readonly harm: Pick<PairedDifference, 'difference' | 'upper'>;
}

export interface SealedVerdict {
  readonly rows: number;
  readonly reasons: readonly string[];
  readonly faults: readonly string[];
}

/**
 * The last word on a candidate, by messages that no trainer was ever given: a loss there, errors beyond the budget, or a
 * gain that was seen only where the trainer could have looked. Few rows say little, and hold nobody back.
 */
export function judgeSealed(evidence: SealedEvidence, terms: Terms): SealedVerdict {
  const { candidate, certified = candidate, champion, seen } = evidence;
  const settled = certified.filter((row) => row.tier !== null);
  const wrong = settled.filter((row) => !row.correct).length;
  const faults: string[] = [];
  const reasons = [`of ${candidate.length} sealed messages it settles ${settled.length}, ${wrong} of them wrongly`];
  if (trueError(clopperPearsonLower(wrong, settled.length, doubt), terms.labelNoise) > terms.alpha) {
    faults.push(`${wrong} of ${settled.length} sealed messages settled wrongly: more than the budget allows`);
  }
  if (champion === null) return { rows: candidate.length, reasons, faults };
  const pairs = pairUp(candidate, champion);
  if (pairs.length === 0) return { rows: 0, reasons: ['no sealed message to compare them on'], faults };
  const sealed = compareRows(pairs, terms);
  if (unsafeBeyondNoise(pairs, terms.labelNoise) > 0) {
    faults.push('it would execute a sealed message that nobody wanted executed');
  }
  if (sealed.gain.upper < 0 && !terms.isStricter) {
    faults.push(`of the sealed messages it settles ${points(-sealed.gain.difference)} fewer rightly`);
  }
  if (sealed.harm.lower > 0 && !sealed.isBought) {
    faults.push(`of the sealed messages it settles ${points(sealed.harm.difference)} more wrongly`);
  }
  if (seen !== null && seen.gain.lower > 0 && seen.gain.lower > mostRise(sealed.gain)) {
    const [there, here] = [points(seen.gain.difference), points(sealed.gain.difference)];
    faults.push(`it gains ${there} where its trainer could have looked, and ${here} on sealed messages`);
  }
  if (seen !== null && seen.harm.upper < 0 && seen.harm.upper < -mostFall(sealed.harm)) {
    const [there, here] = [points(-seen.harm.difference), points(-sealed.harm.difference)];
    faults.push(`it errs ${there} less where its trainer could have looked, and ${here} less on sealed messages`);
  }
  return { rows: pairs.length, reasons, faults };
}

/** Where fewer messages differ, their spread says nothing: of 36 that are all alike the normal bounds are both 0. */
const fewestDifferent = 5;

/** Upper bound of a share's rise on sealed messages: no more than there may be messages that rose. */
function mostRise({ better, worse, rows, upper }: PairedDifference): number {
  return better + worse < fewestDifferent ? Math.max(upper, clopperPearsonUpper(better, rows, doubt)) : upper;
}

function mostFall({ better, worse, rows, lower }: PairedDifference): number {
  return better + worse < fewestDifferent ? Math.max(-lower, clopperPearsonUpper(worse, rows, doubt)) : -lower;
}
