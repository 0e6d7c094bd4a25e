/** What a test holds between two observations; plain JSON. */
export interface BettingState {
  readonly observations: number;
  /** Natural logarithm of the capital of each bettor. */
  readonly capitals: readonly number[];
  /** Largest evidence that was ever reached. */
  readonly most: number;
}

/** Shares of the largest safe stake; some bettor is near the best one, whatever the size of the effect. */
const stakes = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 0.9];

/**
 * Evidence, valid whenever one looks, that the mean of bounded observations lies above a bound: a fair game in which
 * nobody can expect to win as long as the mean, given the past, is at or below it. The mean capital of several bettors
 * is an e-process, so by Ville's inequality it ever reaches 1/α with probability α at most.
 * Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86(1), 2024.
 */
export class BettingTest {
  #observations = 0;
  #most = 1;
  readonly #capitals: number[];

  constructor(state?: BettingState) {
    this.#capitals = state === undefined ? stakes.map(() => 0) : [...state.capitals];
    this.#observations = state?.observations ?? 0;
    this.#most = state?.most ?? 1;
  }

  /**
   * @param value an observation, `lowest` or more
   * @param bound the largest mean under the null hypothesis, above `lowest`; it may differ from one to the next
   */
  add(value: number, bound: number, lowest: number): void {
    this.#observations += 1;
    const gain = Math.max(-1, (value - bound) / (bound - lowest));
    for (const [index, stake] of stakes.entries()) {
      this.#capitals[index] = (this.#capitals[index] as number) + Math.log1p(stake * gain);
    }
    this.#most = Math.max(this.#most, this.evidence);
  }

  /** The capital now, having begun with 1; may be averaged with other tests of the same hypothesis. */
  get evidence(): number {
    const top = Math.max(...this.#capitals);
    const sum = this.#capitals.reduce((total, capital) => total + Math.exp(capital - top), 0);
    return Math.exp(Math.min(600, top + Math.log(sum / this.#capitals.length)));
  }

  get state(): BettingState {
    return { observations: this.#observations, capitals: [...this.#capitals], most: this.#most };
  }
}
