import type { Clock } from '../core/clock.ts';
import { EngineError, messageOf } from '../core/errors.ts';
import { hashFraction } from '../core/hash.ts';
import type { Logger } from '../core/logger.ts';
import type { RolloutSettings, RolloutStatus } from '../core/rollout.ts';
import type { Challenger } from '../../models/registry/state.ts';
import type { Registry } from '../../models/registry/registry.ts';
import { RolloutEvidence, type EvidenceState, type Pair } from './rollout-evidence.ts';

/** Shares of the conversations that a challenger answers, one after another; after the last it is promoted. */
export const rolloutShares = [0, 0.05, 0.25] as const;
/** Weak evidence of harm ends a trial; what ends it well must be strong. Bounds on the chance of being fooled, ever. */
const alphas = { harm: 0.1, widen: 0.1, promote: 0.01 };
/** Conversations whose arm is remembered while shares change; beyond it the oldest are assigned anew. */
const remembered = 10_000;
const dayMs = 86_400_000;

export type Arm = 'champion' | 'challenger';

/** Evidence at rest, so that a restart does not begin a trial anew. */
export interface RolloutMemory {
  readonly bundle: string;
  readonly pairsBefore: number;
  readonly share: number;
  readonly evidence: EvidenceState;
}
export type RolloutMemories = Readonly<Record<string, RolloutMemory>>;

interface Trial {
  readonly bundle: string;
  share: number;
  /** Pairs that were seen at earlier shares. */
  pairsBefore: number;
  readonly evidence: RolloutEvidence;
  readonly blamed: Set<string>;
  isMoving: boolean;
}

export interface RolloutParts {
  readonly registry: Pick<Registry, 'challenger' | 'current' | 'offer' | 'promote' | 'withdraw'>;
  readonly settings: RolloutSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What was known before a restart. */
  readonly memories?: RolloutMemories;
  /** Told when a trial moved on, so that the models in use follow at once. */
  readonly onMove?: (role: string) => void | Promise<void>;
}

/**
 * Trials of challengers: who answers which conversation, what came of it, and what follows. A challenger is asked beside
 * the champion first, then answers 5, then 25 % of the conversations, then all. The registry keeps the stage and hands
 * it on by compare-and-set, so that any number of processes may watch over one trial.
 */
export class Rollouts {
  readonly #parts: RolloutParts;
  readonly #trials = new Map<string, Trial>();
  readonly #challengers = new Map<string, Challenger>();
  readonly #arms = new Map<string, Arm>();
  /** What was known before a restart, until it is known that nobody asks for it. */
  #memories: RolloutMemories;
  readonly #served = new Map<string, { readonly arm: Arm; readonly share: number; readonly conversation: string }>();

  constructor(parts: RolloutParts) {
    this.#parts = parts;
    this.#memories = parts.memories ?? {};
  }

  /** Reads how a role's trial stands; asked at start and whenever the registry changed. */
  async refresh(role: string): Promise<Challenger | null> {
    const challenger = await this.#parts.registry.challenger(role);
    if (challenger === null) {
      this.#challengers.delete(role);
      this.#trials.delete(role);
      const { [role]: _over, ...others } = this.#memories;
      this.#memories = others;
    } else this.#challengers.set(role, challenger);
    return challenger;
  }

  /**
   * Who answers a conversation: the same arm for its whole life, by the hash of its name. One that a larger share would
   * move stays where it began as long as it is remembered.
   */
  armOf(role: string, conversation: string, bundle: string, share: number): Arm {
    const key = `${bundle} ${conversation}`;
    const known = this.#arms.get(key);
    if (known !== undefined) return known;
    const arm = hashFraction(`${role} ${bundle} ${conversation}`) < share ? 'challenger' : 'champion';
    keep(this.#arms, key, arm);
    return arm;
  }

  /** Whether the LLM is to judge a message on which the two differ; by hash, so that a replay asks the same. */
  isAudited(message: string): boolean {
    return hashFraction(`audit ${message}`) < this.#parts.settings.audit;
  }

  get audit(): number {
    return this.#parts.settings.audit;
  }

  /** Who answered a message, for complaints that come later. */
  served(message: string, arm: Arm, share: number, conversation: string): void {
    keep(this.#served, message, { arm, share, conversation });
  }

  /** A pair of verdicts on one message; decides what follows. Never throws. */
  async observe(role: string, bundle: string, pair: Pair): Promise<void> {
    const trial = this.#trialOf(role, bundle);
    if (trial === null) return;
    trial.evidence.add(pair);
    await this.#move(role, trial);
  }

  /** Somebody said that the answer to a message was wrong. Never throws. */
  async complain(role: string, message: string): Promise<void> {
    const served = this.#served.get(message);
    const challenger = this.#challengers.get(role);
    if (served === undefined || challenger === undefined) return;
    const trial = this.#trialOf(role, challenger.bundle);
    if (trial === null || trial.blamed.has(served.conversation)) return;
    trial.blamed.add(served.conversation);
    trial.evidence.complain(served.arm === 'challenger', served.share);
    await this.#move(role, trial);
  }

  /** A challenger that cannot be loaded is tried no further. */
  async refuse(role: string, bundle: string, reason: string): Promise<void> {
    if (this.#challengers.get(role)?.bundle !== bundle) return;
    await this.#change(role, async () => void (await this.#parts.registry.withdraw(role, reason, bundle)));
  }

  status(): readonly RolloutStatus[] {
    return [...this.#challengers].map(([role, challenger]) => {
      const { bundle, champion, share, since } = challenger;
      const trial = this.#trialOf(role, bundle) as Trial;
      const { pairs, disagreements, wins, losses, unjudged } = trial.evidence.state;
      return {
        role,
        bundle,
        champion,
        share,
        since,
        pairs,
        pairsHere: pairs - trial.pairsBefore,
        disagreements,
        wins,
        losses,
        unjudged,
        harm: trial.evidence.harm,
        harmAt: 1 / alphas.harm,
        good: trial.evidence.good,
        goodAt: 1 / alphas.promote,
        waitsFor: this.#waitsFor(trial),
      };
    });
  }

  /** Of trials under way; of one that nobody has asked about since the restart, what was known before it. */
  get memories(): RolloutMemories {
    const entries = [...this.#trials].map(([role, { bundle, share, pairsBefore, evidence }]) => {
      return [role, { bundle, share, pairsBefore, evidence: evidence.state }] as const;
    });
    return { ...this.#memories, ...Object.fromEntries(entries) };
  }

  #trialOf(role: string, bundle: string): Trial | null {
    const challenger = this.#challengers.get(role);
    if (challenger === undefined || challenger.bundle !== bundle) return null;
    let trial = this.#trials.get(role);
    if (trial === undefined || trial.bundle !== bundle) {
      const memory = this.#memories[role];
      const known = memory?.bundle === bundle ? memory : undefined;
      trial = {
        bundle,
        share: known?.share ?? challenger.share,
        pairsBefore: known?.pairsBefore ?? 0,
        evidence: new RolloutEvidence(this.#parts.settings, known?.evidence),
        blamed: new Set(),
        isMoving: false,
      };
      this.#trials.set(role, trial);
    }
    if (trial.share !== challenger.share) {
      trial.share = challenger.share;
      trial.pairsBefore = trial.evidence.state.pairs;
    }
    return trial;
  }

  async #move(role: string, trial: Trial): Promise<void> {
    const challenger = this.#challengers.get(role);
    if (trial.isMoving || challenger === undefined) return;
    const { registry, settings, clock } = this.#parts;
    const { champion, since } = challenger;
    const { harm, good, state } = trial.evidence;
    const told = `${state.pairs} messages, ${state.wins} won, ${state.losses} lost`;
    const withdraw = (reason: string): Promise<void> =>
      this.#change(role, async () => void (await registry.withdraw(role, reason, trial.bundle)));
    if (harm >= 1 / alphas.harm) return withdraw(`it does harm: e-value ${harm.toFixed(1)} on ${told}`);
    if (clock.now() - since > settings.days * dayMs) {
      return withdraw(`no result after ${settings.days} days: cannot tell on ${told}`);
    }
    if (state.pairs - trial.pairsBefore < settings.messages) return;
    const next = rolloutShares.find((share) => share > trial.share);
    const needed = trial.share === 0 ? 0 : 1 / (next === undefined ? alphas.promote : alphas.widen);
    if (good < needed) return;
    const reason = `no worse by more than ${settings.margin}: e-value ${good.toFixed(1)} on ${told}`;
    await this.#change(role, async () => {
      if (next === undefined) await registry.promote(role, trial.bundle, { expected: champion, reason });
      else await registry.offer(role, trial.bundle, { expected: champion, share: next, reason });
    });
  }

  #waitsFor(trial: Trial): string {
    const { settings } = this.#parts;
    const missing = settings.messages - (trial.evidence.state.pairs - trial.pairsBefore);
    if (missing > 0) return `${missing} more messages at this share`;
    const last = trial.share === rolloutShares.at(-1);
    return `evidence of ${last ? 1 / alphas.promote : 1 / alphas.widen} that it is no worse`;
  }

  async #change(role: string, work: () => Promise<void>): Promise<void> {
    const trial = this.#trials.get(role);
    if (trial !== undefined) trial.isMoving = true;
    const { logger, onMove } = this.#parts;
    try {
      await work();
      await this.refresh(role);
      await onMove?.(role);
    } catch (error) {
      // another process was faster, or a person: what they made of it counts
      const isConflict = EngineError.isInstance(error) && error.code === 'REGISTRY_CONFLICT';
      logger[isConflict ? 'info' : 'error']({ role, error: messageOf(error) }, 'rollout did not move');
      await this.refresh(role).catch(() => undefined);
    } finally {
      if (trial !== undefined) trial.isMoving = false;
    }
  }
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value);
  if (map.size <= remembered) return;
  const oldest = map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
}
