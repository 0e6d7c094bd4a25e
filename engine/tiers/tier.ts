import type { Verdict } from '../core/decision.ts';
import type { TierName } from '../core/tier-name.ts';
import type { Turn } from '../core/turn.ts';

/**
 * One filter of the ladder. A pipeline of tiers is a tier; shadow runs, timing and caching are wrappers with this same
 * interface. Doubt, a missing model, NaN: pass up, with the reason.
 */
export interface Tier {
  readonly name: TierName;
  consider(turn: Turn): Promise<Verdict>;
}
