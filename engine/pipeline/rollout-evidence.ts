import type { Outcome } from '../core/decision.ts';
import { BettingTest, type BettingState } from './betting-test.ts';
import { isRightBy, isSameOutcome } from './same-outcome.ts';

/** What the cheap tiers of one bundle would do with a message. */
export interface ArmVerdict {
  /** Null: passed up to the LLM. */
  readonly outcome: Outcome | null;
  /** A tier failed, was late or gave no number. */
  readonly failed: boolean;
}

/** A message that both bundles were asked about. */
export interface Pair {
  readonly champion: ArmVerdict;
  readonly challenger: ArmVerdict;
  /** What an LLM made of the message; null where it was not asked, or did not answer. */
  readonly right: Outcome | null;
  /** Probability with which it was asked, in (0, 1]; 0 where it was not. */
  readonly asked: number;
}

export interface EvidenceState {
  readonly pairs: number;
  readonly disagreements: number;
  readonly wins: number;
  readonly losses: number;
  readonly unjudged: number;
  readonly worse: BettingState;
  readonly failing: BettingState;
  readonly blamed: BettingState;
  readonly good: BettingState;
}

/**
 * What speaks for and against a challenger. Against it, each an e-process whose null hypothesis is that it is no worse
 * than the champion, averaged into one: it is wrong where the champion is not (pairs), its tiers fail, and people
 * complain about what it did more often than its share of the conversations explains. For it: its share of wrongly
 * settled messages is less than `margin` above the champion's. Of the pairs that differ a known share is judged, and
 * each counts by the inverse of that probability, so that the mean is that of all pairs (Horvitz and Thompson, 1952).
 */
export class RolloutEvidence {
  readonly #margin: number;
  readonly #audit: number;
  readonly #counts = { pairs: 0, disagreements: 0, wins: 0, losses: 0, unjudged: 0 };
  readonly #worse: BettingTest;
  readonly #failing: BettingTest;
  readonly #blamed: BettingTest;
  readonly #good: BettingTest;

  constructor(settings: { readonly margin: number; readonly audit: number }, state?: EvidenceState) {
    this.#margin = settings.margin;
    this.#audit = settings.audit;
    this.#worse = new BettingTest(state?.worse);
    this.#failing = new BettingTest(state?.failing);
    this.#blamed = new BettingTest(state?.blamed);
    this.#good = new BettingTest(state?.good);
    const { pairs = 0, disagreements = 0, wins = 0, losses = 0, unjudged = 0 } = state ?? {};
    this.#counts = { pairs, disagreements, wins, losses, unjudged };
  }

  add({ champion, challenger, right, asked }: Pair): void {
    this.#counts.pairs += 1;
    this.#failing.add(Number(challenger.failed) - Number(champion.failed), 0, -1);
    const most = 1 / this.#audit;
    let against = 0;
    let atBest = 0;
    if (!isSameOutcome(champion.outcome, challenger.outcome)) {
      this.#counts.disagreements += 1;
      if (asked > 0) {
        const old = lossOf(champion.outcome, right);
        const fresh = lossOf(challenger.outcome, right);
        if (old === null || fresh === null) this.#counts.unjudged += 1;
        else if (fresh < old) this.#counts.wins += 1;
        else if (fresh > old) this.#counts.losses += 1;
        const weight = Math.min(most, 1 / asked);
        // nobody can tell: nothing to blame it for, and nothing to trust it for
        against = old === null || fresh === null ? 0 : (fresh - old) * weight;
        atBest = ((old ?? 0) - (fresh ?? 1)) * weight;
      }
    }
    this.#worse.add(against, 0, -most);
    this.#good.add(atBest, -this.#margin, -most);
  }

  /**
   * Somebody said that an answer was wrong; once for each conversation. Were both as good, it would be one of the
   * challenger's with the probability of its share.
   */
  complain(isChallenger: boolean, share: number): void {
    if (share > 0 && share < 1) this.#blamed.add(Number(isChallenger), share, 0);
  }

  /** E-value against the challenger. */
  get harm(): number {
    return (this.#worse.evidence + this.#failing.evidence + this.#blamed.evidence) / 3;
  }

  /** E-value for it. */
  get good(): number {
    return this.#good.evidence;
  }

  get state(): EvidenceState {
    return {
      ...this.#counts,
      worse: this.#worse.state,
      failing: this.#failing.state,
      blamed: this.#blamed.state,
      good: this.#good.state,
    };
  }
}

/** 1 for a wrong deed, 0 for a right one and for passing up; null where nobody can tell. */
function lossOf(outcome: Outcome | null, right: Outcome | null): number | null {
  if (outcome === null) return 0;
  if (right === null) return null;
  const isRight = isRightBy(outcome, right);
  return isRight === null ? null : Number(!isRight);
}
