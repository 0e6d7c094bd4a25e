import type { Settled, Verdict } from '../core/decision.ts';
import { hashFraction } from '../core/hash.ts';
import type { TierName } from '../core/tier-name.ts';
import type { Turn } from '../core/turn.ts';
import type { Tier } from '../tiers/tier.ts';
import { withheld } from '../tiers/withheld.ts';

/**
 * Whether a message was drawn to be answered by the LLM, whatever the cheap tiers would do with it: one draw for all of them,
 * so that the drawn ones are a fair sample of the traffic, and what is passed up is none.
 */
export function isDrawn(message: string, share: number): boolean {
  return hashFraction(`explore ${message}`) < share;
}

/**
 * A cheap tier of which a small, known share of the messages that it would settle goes up all the same, so that the LLM
 * shows what it would have done: labels for what is settled, and the propensities that estimate other policies. Up is
 * always safe. Which messages: by hash, so that a replay chooses the same. Made for one message.
 */
export class ExploredTier implements Tier {
  readonly name: TierName;
  readonly #tier: Tier;
  readonly #share: number;
  readonly #below: ExploredTier | null;
  /** What the tier would have done, where the message was sent up; the answer should the LLM fail. */
  held: Settled | null = null;

  /** @param below the tier under it: what that one sent up is not for this one to settle */
  constructor(tier: Tier, share: number, below: ExploredTier | null = null) {
    this.name = tier.name;
    this.#tier = tier;
    this.#share = share;
    this.#below = below;
  }

  async consider(turn: Turn): Promise<Verdict> {
    if ((this.#below?.held ?? null) !== null) {
      const nothing = { label: null, confidence: null, threshold: null, model: null, evidence: [], propensity: 1 };
      return { ...nothing, settled: false, tier: this.name, reason: 'it is on its way to the LLM, to be seen there' };
    }
    const verdict = await this.#tier.consider(turn);
    if (!verdict.settled || this.#share <= 0) return verdict;
    if (!isDrawn(turn.message.id, this.#share)) {
      return withPropensity(verdict, 1 - this.#share);
    }
    this.held = verdict;
    return withheld(verdict, 'sent up to see what the LLM does with it; it would have been settled', this.#share);
  }
}

/** Reads nothing of the verdict that is made only when it is read. */
function withPropensity(verdict: Settled, propensity: number): Settled {
  const copy: Settled = Object.create(null, Object.getOwnPropertyDescriptors(verdict)) as Settled;
  Object.defineProperty(copy, 'propensity', { value: propensity, enumerable: true, configurable: true });
  return copy;
}
