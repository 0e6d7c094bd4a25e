import type { Clock, IdSource } from '../core/clock.ts';
import type { DecisionSink } from '../core/decision-sink.ts';
import type { Verdict } from '../core/decision.ts';
import type { TierName } from '../core/tier-name.ts';
import type { Turn } from '../core/turn.ts';
import type { Tier } from '../tiers/tier.ts';
import { decisionOf } from './trace.ts';

/** A tier with a silent companion: the companion's verdict is logged as a shadow row and has no effect. */
export class ShadowedTier implements Tier {
  readonly name: TierName;
  readonly #tier: Tier;
  readonly #companion: Tier;
  readonly #options: { readonly sink: DecisionSink; readonly clock: Clock; readonly ids: IdSource };

  constructor(tier: Tier, companion: Tier, options: { sink: DecisionSink; clock: Clock; ids: IdSource }) {
    this.name = tier.name;
    this.#tier = tier;
    this.#companion = companion;
    this.#options = options;
  }

  async consider(turn: Turn): Promise<Verdict> {
    const verdict = await this.#tier.consider(turn);
    void this.#shadow(turn);
    return verdict;
  }

  async #shadow(turn: Turn): Promise<void> {
    const { sink, clock, ids } = this.#options;
    const started = clock.ticks();
    try {
      const verdict = await this.#companion.consider(turn);
      sink.record([decisionOf({ turn, verdict, latencyUs: clock.ticks() - started, shadow: true }, clock, ids)]);
    } catch {
      // A companion that fails has no effect on the answer; its silence in the log is its report.
    }
  }
}
