import type { Clock, IdSource } from '../engine/core/clock.ts';
import type { DecisionSink } from '../engine/core/decision-sink.ts';
import type { Outcome, Verdict } from '../engine/core/decision.ts';
import { levels, type Level, type TierName } from '../engine/core/tier-name.ts';
import type { Turn } from '../engine/core/turn.ts';
import type { LiveModels, LoadedBundle } from '../engine/pipeline/live-models.ts';
import { Pipeline } from '../engine/pipeline/pipeline.ts';
import type { Trace } from '../engine/pipeline/trace.ts';
import { CetTier } from '../engine/tiers/cet.ts';
import type { Tier } from '../engine/tiers/tier.ts';

export interface ThinkingParts {
  readonly live: LiveModels;
  readonly imperator: Tier;
  readonly sink: DecisionSink;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly level: Level;
  readonly tierTimeoutMs: number;
  readonly contextTokens: number;
  /** Why the role's action engine would not carry out what a cheap tier proposes; null where it would. */
  readonly admits: (role: string, turn: Turn, outcome: Outcome) => string | null;
}

/**
 * The ladder of a role: each message is considered with the bundle that serves when it comes, pinned until it is
 * decided, so that a promotion never mixes two models in one decision.
 */
export class RoleThinking {
  readonly #role: string;
  readonly #parts: ThinkingParts;

  constructor(role: string, parts: ThinkingParts) {
    this.#role = role;
    this.#parts = parts;
  }

  consider(turn: Turn): Promise<Verdict> {
    return this.#with((bundle) => this.#ladder([...this.#cheap(bundle), this.#parts.imperator]).consider(turn));
  }

  /** Straight to the LLM, with the context that belongs to the message. */
  escalate(turn: Turn): Promise<Verdict> {
    return this.#with((bundle) => {
      const context = this.#cheap(bundle).filter((tier) => tier.name === 'cet');
      return this.#ladder([...context, this.#parts.imperator]).consider(turn);
    });
  }

  /** The ladder without the LLM and without any effect. */
  explain(turn: Turn): Promise<Trace> {
    return this.#with((bundle) => {
      const cheap = this.#cheap(bundle);
      const tiers = cheap.length > 0 ? cheap : [new CetTier(null, { modelId: '' })];
      return this.#ladder(tiers, { record: () => undefined }).trace({ ...turn, explains: true });
    });
  }

  async #with<Result>(use: (bundle: LoadedBundle | null) => Promise<Result>): Promise<Result> {
    const lease = await this.#parts.live.acquire(this.#role);
    try {
      return await use(lease.bundle);
    } finally {
      lease.release();
    }
  }

  /** Tiers that the level has and the bundle can fill; the context tier works without a model too. */
  #cheap(bundle: LoadedBundle | null): Tier[] {
    const { level, contextTokens } = this.#parts;
    const wanted: readonly TierName[] = levels[level];
    const tiers = [bundle?.dtr, bundle?.lppm, bundle?.cet ?? new CetTier(null, { modelId: '', contextTokens })];
    return tiers.filter((tier): tier is Tier => tier !== null && tier !== undefined && wanted.includes(tier.name));
  }

  #ladder(tiers: readonly Tier[], sink: DecisionSink = this.#parts.sink): Pipeline {
    const { clock, ids, tierTimeoutMs, admits } = this.#parts;
    return new Pipeline(tiers, {
      sink,
      clock,
      ids,
      timeoutMs: tierTimeoutMs,
      admits: (turn, outcome) => admits(this.#role, turn, outcome),
    });
  }
}
