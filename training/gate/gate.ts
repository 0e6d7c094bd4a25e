import { figuresOf, type LadderFigures, type SettledTurn } from '../ladder/evaluate.ts';
import { calibrationFaults } from './calibration.ts';
import type { ContextVerdict } from './context-recall.ts';
import { footprintFaults, type Footprint } from './footprint.ts';
import { compareRows, lossSince, slicesLost, type Comparison, type Terms } from './losses.ts';
import { metamorphicFaults, type MetamorphicFigures } from './metamorphic.ts';
import { mustPass, type Corrected } from './must-pass.ts';
import { pairUp, points, signed, z95, type PairedDifference } from './paired.ts';
import { withPassedUp, type PassedUp } from './passed-up.ts';
import type { SeenByGate } from './sealed.ts';
import { monthlyLevel } from './alpha-spending.ts';
import { unsafeBeyondNoise } from './unsafe.ts';
import { reasonToChange } from './reason-to-change.ts';
import type { JudgedTurn } from '../ladder/judged-turn.ts';

/** The same thing of both; null where no champion serves. */
interface OfBoth<Thing> {
  readonly candidate: Thing;
  readonly champion: Thing | null;
}

export interface GateOptions {
  /** Error budget that a candidate must not break. */
  readonly alpha: number;
  /** Largest loss that counts as none: 0.005 is half a point of all messages. */
  readonly margin?: number;
  /** Probability of finding a reason to change between equals, in this test; see `alpha-spending.ts`. */
  readonly level?: number;
  /** Share of wrong labels that the certificate takes off. */
  readonly labelNoise?: number;
  /** The owner wants a smaller budget than the champion's: settling less is its price. */
  readonly isStricter?: boolean;
  readonly corrected?: Corrected;
  /** Kinds of messages that are looked at one by one. */
  readonly slices?: (message: string) => readonly string[];
  /** What both proposed, for their confidences. */
  readonly judged?: OfBoth<readonly JudgedTurn[]>;
  readonly metamorphic?: OfBoth<MetamorphicFigures>;
  readonly footprint?: OfBoth<Footprint>;
  /** What became of a context model that was learned with it; a refused one is no part of the candidate. */
  readonly context?: ContextVerdict;
  /** What was passed up in service and neither learned from: it weighs in by its share of the traffic. */
  readonly passed?: PassedUp;
  /** The same messages as the champion of 30 days ago settles them. */
  readonly earlier?: readonly SettledTurn[];
}

export interface GateVerdict {
  readonly isPromoted: boolean;
  /** Plain sentences, whatever the verdict. */
  readonly reasons: readonly string[];
  readonly candidate: LadderFigures;
  readonly champion: LadderFigures | null;
  /** Candidate minus champion, as shares of all messages; null without champion. */
  readonly gain: PairedDifference | null;
  /** The same for messages settled wrongly. */
  readonly harm: PairedDifference | null;
  /** Messages that are missing to decide; 0 where there are enough. */
  readonly missing: number;
}

const marginByDefault = 0.005;
/** One of a month's tests, where nobody counts them. */
const levelByDefault = monthlyLevel / 10;

/**
 * Whether a candidate may replace the champion, by what both would have done with the same messages, which neither
 * learned from. It needs a reason (better beyond chance, or it mends what people corrected), and has to prove that it
 * loses no more than the margin, on the whole, in no kind of messages, in its confidences, under changed messages, in
 * time and size, and since a month ago. Where the rows are too few to prove that nothing is promoted by itself, unless
 * it mends corrections: on a small log the word of a person outweighs a message or two.
 * @param championRows rows of the same messages; null where no champion serves
 */
export function judgeCandidate(
  candidateRows: readonly SettledTurn[],
  championRows: readonly SettledTurn[] | null,
  options: GateOptions,
): GateVerdict {
  const candidate = figuresOf(candidateRows);
  const cases = mustPass(options.corrected ?? { candidate: [], champion: [] });
  const { candidate: proposed = [], champion: proposedBefore = null } = options.judged ?? {};
  const faults = [...calibrationFaults(proposed, proposedBefore, cases.mended > 0)];
  const still = cases.open.length > 0 ? [`${cases.open.length} corrected messages are settled wrongly still`] : [];
  const context = options.context === undefined ? [] : [options.context.reason];
  if (championRows === null) {
    const reasons = [`no champion serves yet; ${describe(candidate)}`, ...context, ...still, ...faults];
    return { isPromoted: faults.length === 0, reasons, candidate, champion: null, gain: null, harm: null, missing: 0 };
  }
  const { alpha, margin = marginByDefault, level = levelByDefault, labelNoise = 0, isStricter = false } = options;
  const terms: Terms = { alpha, labelNoise, isStricter };
  const fair = pairUp(candidateRows, championRows);
  const pairs = options.passed === undefined ? fair : withPassedUp(fair, options.passed);
  const champion = figuresOf(fair.map(([, old]) => old));
  const comparison = compareRows(pairs, terms);
  const { gain, harm } = comparison;
  const reasons = [`candidate: ${describe(candidate)}`, `champion: ${describe(champion)}`, ...context, ...still];

  if (pairs.length === 0) faults.push('there is no message to compare them on');
  const unwanted = unsafeBeyondNoise(pairs, labelNoise);
  if (unwanted > 0) faults.push(`it would execute ${unwanted} more messages that nobody wanted executed`);
  if (cases.broken.length > 0) {
    faults.push(`it settles ${cases.broken.length} corrected messages wrongly that the champion does not`);
  }
  // weights are shares of all traffic, and say nothing within a kind of it
  faults.push(...slicesLost(fair, options.slices ?? (() => []), terms), ...otherFaults(options));
  const since = options.earlier === undefined ? null : lossSince(candidateRows, options.earlier, margin, terms);
  if (since !== null) faults.push(since);

  const standing = standingOf(comparison, margin, cases.mended > 0, isStricter);
  const change = reasonToChange(pairs, level);
  const isBetterContext = options.context?.isAccepted === true && options.context.isBetter;
  const isWanted = change.reasons.length > 0 || cases.mended > 0 || isStricter || isBetterContext;
  let missing = 0;
  const figures = `right answers ${signed(gain.difference)} (at worst ${signed(gain.lower)}), wrong ones ${signed(harm.difference)} (at worst ${signed(harm.upper)})`;
  if (standing === 'falls') {
    faults.push(`right answers fall by ${points(-gain.difference)}, perhaps by ${points(-gain.lower)}`);
  } else if (standing === 'rises') {
    faults.push(`wrong answers rise by ${points(harm.difference)}, perhaps by ${points(harm.upper)}`);
  } else if (standing === 'unproven' && faults.length === 0) {
    missing = rowsMissing(gain, harm, margin);
    faults.push(
      `no worse on ${pairs.length} messages, but about ${missing} more are needed to prove it within ${points(margin)}`,
    );
  } else {
    reasons.push(figures);
    if (cases.mended > 0) reasons.push(`${cases.mended} messages that people corrected are mended`);
    if (isStricter) reasons.push('the budget is smaller');
    reasons.push(...change.reasons);
    if (!isWanted) faults.push(`nothing speaks for a change: ${figures}, which chance explains`);
  }
  return {
    isPromoted: faults.length === 0,
    reasons: [...reasons, ...faults],
    candidate,
    champion,
    gain,
    harm,
    missing,
  };
}

/** How a candidate stands to its champion, before anything else is looked at. */
function standingOf(
  { gain, harm, isBought }: Comparison,
  margin: number,
  isMended: boolean,
  isStricter: boolean,
): 'proven' | 'falls' | 'rises' | 'unproven' | 'excused' {
  if (gain.lower > -margin && harm.upper < margin) return 'proven';
  const falls = gain.difference < 0 && gain.lower <= -margin && !isStricter;
  const rises = harm.difference > 0 && harm.upper >= margin && !isBought;
  if ((falls || rises) && isMended && gain.upper >= 0 && harm.lower <= 0) return 'excused';
  if (falls) return 'falls';
  if (rises) return 'rises';
  return isBought || isMended || isStricter ? 'excused' : 'unproven';
}

function otherFaults({ metamorphic, footprint }: GateOptions): string[] {
  return [
    ...(metamorphic === undefined ? [] : metamorphicFaults(metamorphic.candidate, metamorphic.champion)),
    ...(footprint?.champion === undefined || footprint.champion === null
      ? []
      : footprintFaults(footprint.candidate, footprint.champion)),
  ];
}

/** Rows at which bounds of the discordance seen here would come inside the margin. */
function rowsMissing(gain: PairedDifference, harm: PairedDifference, margin: number): number {
  const discordance = Math.max(gain.better + gain.worse, harm.better + harm.worse, 1) / Math.max(1, gain.rows);
  return Math.max(1, Math.ceil((z95 ** 2 * discordance) / margin ** 2) - gain.rows);
}

function describe(figures: LadderFigures): string {
  const { settled, turns, error } = figures;
  return `settles ${settled} of ${turns} held-out messages (${points(figures.coverage)}), ${points(error)} of them wrongly`;
}

/** What a verdict says of rows that a trainer could have looked at, for those who judge on sealed ones. */
export function seenByGate({ gain, harm }: Pick<GateVerdict, 'gain' | 'harm'>): SeenByGate | null {
  return gain === null || harm === null ? null : { gain, harm };
}
