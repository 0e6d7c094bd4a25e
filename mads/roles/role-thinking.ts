import type { Clock, IdSource } from '../../engine/core/clock.ts';
import type { DecisionSink } from '../../engine/core/decision-sink.ts';
import type { Decision, Outcome, Verdict } from '../../engine/core/decision.ts';
import type { Message } from '../../engine/core/message.ts';
import { levels, type Level, type TierName } from '../../engine/core/tier-name.ts';
import type { Turn } from '../../engine/core/turn.ts';
import { ExploredTier } from '../../engine/pipeline/explored-tier.ts';
import type { LiveModels, LoadedBundle, Trial } from '../../engine/pipeline/live-models.ts';
import { Pipeline } from '../../engine/pipeline/pipeline.ts';
import { decisionOf, type Trace } from '../../engine/pipeline/trace.ts';
import { CetTier, type ContextSettings } from '../../engine/tiers/cet.ts';
import type { Tier } from '../../engine/tiers/tier.ts';
import type { RoleDefinition } from './role-files.ts';
import type { RoleTrial, ServedTurn } from './role-trial.ts';
import type { ActingProcesses } from '../processes/acting-processes.ts';
import { ProcessTier, type HeldReason } from '../processes/process-tier.ts';

export interface ThinkingParts {
  readonly live: LiveModels;
  readonly imperator: Tier;
  readonly sink: DecisionSink;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly level: Level;
  readonly tierTimeoutMs: number;
  readonly context: ContextSettings;
  /** Why the role's action engine would not carry out what a cheap tier proposes; null where it would. */
  readonly admits: (role: string, turn: Turn, outcome: Outcome) => string | null;
  /** Share of what a cheap tier would settle that goes up to the LLM all the same; see `ExploredTier`. */
  readonly explore?: number;
  /** Tries challengers out beside what serves; none where absent. */
  readonly trial?: RoleTrial;
  /** The tree router with the routes before it that prose has earned. */
  readonly graduated?: (role: string, router: Tier | null, isLeft: (outcome: Outcome) => boolean) => Tier | null;
  /** What the role follows; nothing where absent. */
  readonly processes?: (role: string) => ActingProcesses;
  /** A cheap tier that does not do again what people called wrong; as it is where absent. */
  readonly heedful?: (role: string, tier: Tier) => Tier;
  /** Processes that settle nothing now; none where absent. */
  readonly held?: (role: string, ...of: Parameters<HeldReason>) => string | null;
}

/**
 * The ladder of a role: each message is considered with the bundle that serves when it comes, pinned until it is
 * decided, so that a promotion never mixes two models in one decision.
 */
export class RoleThinking {
  readonly #role: string;
  readonly #parts: ThinkingParts;
  /** Serves until there is a model. */
  readonly #plainContext: CetTier;
  readonly #definition: () => RoleDefinition | null;

  /** @param definition the role's own level and prompt, asked at each message */
  constructor(role: string, parts: ThinkingParts, definition: () => RoleDefinition | null = () => null) {
    this.#role = role;
    this.#parts = parts;
    this.#definition = definition;
    this.#plainContext = new CetTier(null, { ...parts.context, modelId: '' });
  }

  async consider(turn: Turn): Promise<Verdict> {
    const { live, trial: trials } = this.#parts;
    const lease = await live.acquire(this.#role);
    const challenger = trials === undefined ? null : live.acquireTrial(this.#role);
    const release = (): void => {
      lease.release();
      challenger?.release();
    };
    let isHandedOn = false;
    try {
      if (trials === undefined || challenger === null || lease.bundle === null) {
        return (await this.#serve(lease.bundle, turn, 1)).verdict;
      }
      const arm = trials.armOf(this.#role, turn.message.conversation, challenger);
      const [serving, other] =
        arm === 'champion' ? [lease.bundle, challenger.bundle] : [challenger.bundle, lease.bundle];
      const propensity = arm === 'champion' ? 1 - challenger.share : challenger.share;
      const served = await this.#serve(serving, turn, propensity);
      isHandedOn = this.#compare(trials, { turn, arm, challenger, ...served }, other, release);
      return served.verdict;
    } finally {
      if (!isHandedOn) release();
    }
  }

  /** Straight to the LLM, with the context that belongs to the message. */
  escalate(turn: Turn): Promise<Verdict> {
    return this.#with((bundle) => this.#upward(bundle, this.#parts.sink).consider(turn));
  }

  /** The ladder without the LLM and without any effect. */
  explain(turn: Turn): Promise<Trace> {
    return this.#with((bundle) => {
      const cheap = this.#cheap(bundle);
      const tiers = cheap.length > 0 ? cheap : [this.#plainContext];
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

  /** @param propensity probability with which this bundle and no other answers the conversation */
  async #serve(bundle: LoadedBundle | null, turn: Turn, propensity: number): Promise<ServedTurn> {
    const { sink, explore = 0 } = this.#parts;
    const explored: ExploredTier[] = [];
    const tiers = this.#cheap(bundle).map((tier) => {
      if (explore === 0 || tier.name === 'cet') return tier;
      const wrapped = new ExploredTier(tier, explore, explored.at(-1) ?? null);
      explored.push(wrapped);
      return wrapped;
    });
    let rows: readonly Decision[] = [];
    const record = (decisions: readonly Decision[]): void => {
      rows =
        propensity === 1 ? decisions : decisions.map((row) => ({ ...row, propensity: row.propensity * propensity }));
      sink.record(rows);
    };
    let hasSpoken = false;
    const { onDelta } = turn;
    const heard: Turn =
      onDelta === undefined
        ? turn
        : {
            ...turn,
            onDelta: (delta) => {
              hasSpoken = true;
              onDelta(delta);
            },
          };
    const heldBack = (): ExploredTier | undefined => explored.find(({ held }) => held !== null);
    try {
      const verdict = await this.#ladder([...tiers, this.#imperator()], { record }).consider(heard);
      return { verdict, rows, heldBack: heldBack()?.held?.outcome ?? null };
    } catch (error) {
      const held = heldBack()?.held ?? null;
      const isLost = held === null || hasSpoken || turn.signal?.aborted === true;
      if (isLost || this.#parts.admits(this.#role, turn, held.outcome) !== null) throw error;
      // Nobody loses an answer to curiosity: what was sent up only to be seen is settled where it would have been.
      const { clock, ids } = this.#parts;
      sink.record([decisionOf({ turn, verdict: held, latencyUs: 0, shadow: false }, clock, ids)]);
      return { verdict: held, rows, heldBack: held.outcome };
    }
  }

  /** Asks the other bundle when the answer is on its way. @returns whether `release` will be called */
  #compare(trials: RoleTrial, served: ServedTurn & TriedTurn, other: LoadedBundle, release: () => void): boolean {
    const { decision: _named, onDelta: _heard, signal: _aborted, ...turn } = served.turn;
    return trials.compare(this.#role, { ...served, turn }, release, {
      considers: (sink) => this.#ladder([...this.#settling(other), passing], sink).trace(turn),
      judges: (sink) => this.#upward(other, sink).consider(turn),
    });
  }

  #upward(bundle: LoadedBundle | null, sink: DecisionSink): Pipeline {
    const context = this.#cheap(bundle).filter((tier) => tier.name === 'cet');
    return this.#ladder([...context, this.#imperator()], sink);
  }

  #settling(bundle: LoadedBundle): Tier[] {
    return this.#cheap(bundle).filter((tier) => tier.name !== 'cet');
  }

  /** Tiers that the level has and the bundle can fill; the context tier works without a model too. */
  #cheap(bundle: LoadedBundle | null): Tier[] {
    const { graduated } = this.#parts;
    const wanted: readonly TierName[] = levels[this.#definition()?.level ?? this.#parts.level];
    const context = bundle?.cet ?? this.#plainContext;
    const mapper = bundle?.lppm ?? null;
    const followed = this.#parts.processes?.(this.#role);
    const held: HeldReason = (...of) => this.#parts.held?.(this.#role, ...of) ?? null;
    const lppm = mapper === null || followed === undefined ? mapper : new ProcessTier(mapper, followed, held);
    const router = bundle?.dtr ?? null;
    // a route was earned by a process that may be retired since
    const isLeft = (outcome: Outcome): boolean => (followed?.retiredOf(outcome) ?? null) !== null;
    const dtr = graduated === undefined ? router : graduated(this.#role, router, isLeft);
    const { heedful = (_, tier) => tier } = this.#parts;
    const settling = [dtr, lppm].map((tier) => (tier === null ? null : heedful(this.#role, tier)));
    const tiers = [...settling, context];
    return tiers.filter((tier): tier is Tier => tier !== null && wanted.includes(tier.name));
  }

  /** The LLM, told first what the role is. */
  #imperator(): Tier {
    const { imperator } = this.#parts;
    const prompt = this.#definition()?.prompt;
    if (prompt === undefined) return imperator;
    return {
      name: imperator.name,
      consider: (turn) => {
        const { conversation, time } = turn.message;
        const first: Message = {
          id: `prompt of ${this.#role}`,
          conversation,
          author: 'system',
          sender: this.#role,
          recipient: this.#role,
          time,
          parts: [{ kind: 'text', text: prompt, provenance: 'caller' }],
        };
        return imperator.consider({ ...turn, history: [first, ...turn.history] });
      },
    };
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

interface TriedTurn {
  readonly turn: Turn;
  readonly arm: 'champion' | 'challenger';
  readonly challenger: Trial;
}

/** The end of a ladder that has no LLM: everything passes it. */
const passing: Tier = {
  name: 'imperator',
  consider: async () => ({
    settled: false,
    tier: 'imperator',
    label: null,
    confidence: null,
    threshold: null,
    reason: 'the LLM is not asked',
    model: null,
    evidence: [],
    propensity: 1,
  }),
};
