import { figuresOf, type LadderFigures, type SettledTurn } from './evaluate.ts';

export interface GateOptions {
  /** Error budget that a candidate must not break. */
  readonly alpha: number;
  /** Largest loss that counts as none: 0.005 is half a point of all messages. */
  readonly margin?: number;
  /** The owner wants a smaller budget than the champion's: settling less is its price. */
  readonly isStricter?: boolean;
  /** Messages that people corrected, as both would settle them now; they taught the candidate, so they prove nothing. */
  readonly corrected?: { readonly candidate: readonly SettledTurn[]; readonly champion: readonly SettledTurn[] };
}

export interface GateVerdict {
  readonly isPromoted: boolean;
  /** Plain sentences, whatever the verdict. */
  readonly reasons: readonly string[];
  readonly candidate: LadderFigures;
  readonly champion: LadderFigures | null;
  /** Candidate minus champion, as shares of all messages; null without champion. */
  readonly gain: PairedDifference | null;
}

/** Difference of two ladders on the same messages. */
export interface PairedDifference {
  readonly rows: number;
  /** Messages on which only the first did well, and only the second. */
  readonly better: number;
  readonly worse: number;
  readonly difference: number;
  /** One-sided 95 % bounds. */
  readonly lower: number;
  readonly upper: number;
}

const marginByDefault = 0.005;
/** One-sided 95 % point of the normal distribution. */
const z = 1.6449;

/** Bounds of the difference of two paired shares (Wald, as McNemar's test; exact enough above about ten discordant rows). */
export function pairedDifference(first: readonly boolean[], second: readonly boolean[]): PairedDifference {
  const rows = first.length;
  let better = 0;
  let worse = 0;
  for (const [index, value] of first.entries()) {
    if (value && second[index] === false) better += 1;
    if (!value && second[index] === true) worse += 1;
  }
  if (rows === 0) return { rows, better, worse, difference: 0, lower: -1, upper: 1 };
  const difference = (better - worse) / rows;
  const deviation = Math.sqrt(Math.max(0, better + worse - (better - worse) ** 2 / rows)) / rows;
  return { rows, better, worse, difference, lower: difference - z * deviation, upper: difference + z * deviation };
}

/**
 * Whether a candidate may replace the champion, by what both would have done with the same messages, which neither
 * learned from. It must not settle fewer messages rightly, nor more of them wrongly, than the margin allows; where the
 * rows are too few to prove that, it must at least be no worse on them. For a smaller error budget it may settle fewer.
 * One that mends what people corrected is held back only by a loss that is more than chance: on a small log their word
 * outweighs a message or two.
 * @param champion rows of the same messages; null where no champion serves
 */
export function judgeCandidate(
  candidateRows: readonly SettledTurn[],
  championRows: readonly SettledTurn[] | null,
  options: GateOptions,
): GateVerdict {
  const margin = options.margin ?? marginByDefault;
  const candidate = figuresOf(candidateRows);
  if (championRows === null) {
    const reasons = [`no champion serves yet; ${describe(candidate)}`];
    return { isPromoted: true, reasons, candidate, champion: null, gain: null };
  }
  const pairs = pairUp(candidateRows, championRows);
  const champion = figuresOf(pairs.map(([, old]) => old));
  const compare = (of: (row: SettledTurn) => boolean): PairedDifference =>
    pairedDifference(
      pairs.map(([fresh]) => of(fresh)),
      pairs.map(([, old]) => of(old)),
    );
  const gain = compare((row) => row.tier !== null && row.correct);
  const harm = compare((row) => row.tier !== null && !row.correct);
  const danger = compare((row) => row.unsafe);
  const reasons = [`candidate: ${describe(candidate)}`, `champion: ${describe(champion)}`];
  const faults: string[] = [];
  if (pairs.length === 0) faults.push('there is no message to compare them on');
  if (danger.better > danger.worse) {
    faults.push(`it would execute ${danger.better - danger.worse} more messages that nobody wanted executed`);
  }
  const isProven = gain.lower > -margin && harm.upper < margin;
  const falls = gain.difference < 0 && gain.lower <= -margin && options.isStricter !== true;
  const rises = harm.difference > 0 && harm.upper >= margin && !isWorthIt(candidate, gain, options.alpha);
  const mended = countMended(options);
  const isChance = gain.upper >= 0 && harm.lower <= 0;
  if (isProven) {
    reasons.push(
      `right answers ${signed(gain.difference)} (at worst ${signed(gain.lower)}), wrong ones ${signed(harm.difference)} (at worst ${signed(harm.upper)})`,
    );
  } else if ((falls || rises) && mended > 0 && isChance) {
    reasons.push(
      `right answers ${signed(gain.difference)}, wrong ones ${signed(harm.difference)} on ${pairs.length} messages, which may be chance; ${mended} that people corrected are mended`,
    );
  } else if (falls) {
    faults.push(`right answers fall by ${points(-gain.difference)}, perhaps by ${points(-gain.lower)}`);
  } else if (rises) {
    faults.push(`wrong answers rise by ${points(harm.difference)}, perhaps by ${points(harm.upper)}`);
  } else if (options.isStricter === true) {
    reasons.push(
      `the budget is smaller: right answers ${signed(gain.difference)}, wrong ones ${signed(harm.difference)}`,
    );
  } else {
    const missing = rowsMissing(gain, harm, margin);
    reasons.push(
      `no worse on ${pairs.length} messages, but about ${missing} more are needed to prove it within ${points(margin)}`,
    );
  }
  return { isPromoted: faults.length === 0, reasons: [...reasons, ...faults], candidate, champion, gain };
}

/** Corrected messages that the champion settles wrongly and the candidate does not, less those the other way round. */
function countMended({ corrected }: GateOptions): number {
  const isWrong = (row: SettledTurn): boolean => row.tier !== null && !row.correct;
  return pairUp(corrected?.candidate ?? [], corrected?.champion ?? []).reduce(
    (sum, [fresh, old]) => sum + Number(isWrong(old)) - Number(isWrong(fresh)),
    0,
  );
}

/** More wrong answers are the price of settling more, which the owner agreed to: inside the budget, for a clear gain. */
function isWorthIt(candidate: LadderFigures, gain: PairedDifference, alpha: number): boolean {
  return gain.lower > 0 && candidate.error <= alpha;
}

/** Rows at which bounds of the discordance seen here would come inside the margin. */
function rowsMissing(gain: PairedDifference, harm: PairedDifference, margin: number): number {
  const discordance = Math.max(gain.better + gain.worse, harm.better + harm.worse, 1) / Math.max(1, gain.rows);
  return Math.max(1, Math.ceil((z ** 2 * discordance) / margin ** 2) - gain.rows);
}

function pairUp(fresh: readonly SettledTurn[], old: readonly SettledTurn[]): [SettledTurn, SettledTurn][] {
  const byMessage = new Map(old.map((row) => [row.message, row]));
  return fresh.flatMap((row) => {
    const other = byMessage.get(row.message);
    return other === undefined ? [] : [[row, other] as [SettledTurn, SettledTurn]];
  });
}

function describe(figures: LadderFigures): string {
  const { settled, turns, error } = figures;
  return `settles ${settled} of ${turns} held-out messages (${points(figures.coverage)}), ${points(error)} of them wrongly`;
}

function points(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : ''}${points(value)}`;
}
