import type { Clock, IdSource } from '../core/clock.ts';
import type { DecisionSink } from '../core/decision-sink.ts';
import type { Decision, Outcome, Passed, Verdict } from '../core/decision.ts';
import { EngineError, messageOf } from '../core/errors.ts';
import type { TierName } from '../core/tier-name.ts';
import type { Turn } from '../core/turn.ts';
import type { Tier } from '../tiers/tier.ts';
import { withheld } from '../tiers/withheld.ts';
import { decisionOf, type Trace } from './trace.ts';

export interface PipelineOptions {
  readonly sink: DecisionSink;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** A cheap tier that takes longer is passed over (milliseconds); the last tier has its own limits. */
  readonly timeoutMs: number;
  /**
   * Why the action engine would not carry out what a cheap tier proposes (no handler, bad arguments, no authority);
   * null where it would. What is not admitted goes up, and its row says so.
   */
  readonly admits?: (turn: Turn, outcome: Outcome) => string | null;
}

/** Runs tiers in order and stops at the first that settles. A pipeline of tiers is a tier. */
export class Pipeline implements Tier {
  readonly name: TierName;
  readonly #tiers: readonly Tier[];
  readonly #options: PipelineOptions;

  constructor(tiers: readonly Tier[], options: PipelineOptions) {
    const last = tiers.at(-1);
    if (last === undefined) throw new EngineError('CONFIG_INVALID', { detail: 'a pipeline needs at least one tier' });
    this.name = last.name;
    this.#tiers = tiers;
    this.#options = options;
  }

  async consider(turn: Turn): Promise<Verdict> {
    return (await this.trace(turn)).verdict;
  }

  /**
   * Same as `consider`, with the row of every visit; the rows are recorded before it returns or throws.
   * @throws what the last tier throws, since nobody stands above it
   */
  async trace(turn: Turn): Promise<Trace> {
    const { clock, ids, sink } = this.#options;
    const decisions: Decision[] = [];
    let current = turn;
    let verdict: Verdict | undefined;
    for (const [index, tier] of this.#tiers.entries()) {
      const isLast = index === this.#tiers.length - 1;
      const started = clock.ticks();
      let failure: unknown;
      try {
        verdict = sane(await (isLast ? tier.consider(current) : this.#inTime(tier, current)));
        if (!isLast) verdict = this.#admitted(current, verdict);
      } catch (error) {
        failure = error;
        verdict = passedOver(tier.name, messageOf(error));
      }
      decisions.push(decisionOf({ turn, verdict, latencyUs: clock.ticks() - started, shadow: false }, clock, ids));
      if (isLast && failure !== undefined) {
        sink.record(decisions);
        throw failure;
      }
      if (verdict.settled) break;
      if (verdict.prepared !== undefined) {
        current = { ...current, prepared: { ...current.prepared, ...verdict.prepared } };
      }
    }
    sink.record(decisions);
    return { verdict: verdict as Verdict, decisions };
  }

  #admitted(turn: Turn, verdict: Verdict): Verdict {
    if (!verdict.settled) return verdict;
    const objection = this.#options.admits?.(turn, verdict.outcome) ?? null;
    return objection === null ? verdict : withheld(verdict, `not carried out: ${objection}`, verdict.propensity);
  }

  async #inTime(tier: Tier, turn: Turn): Promise<Verdict> {
    const limitMs = this.#options.timeoutMs;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Verdict>((resolve) => {
      timer = setTimeout(() => resolve(passedOver(tier.name, `took longer than ${limitMs} ms`)), limitMs);
    });
    try {
      return await Promise.race([tier.consider(turn), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A settled answer whose confidence is no probability is doubt, and doubt goes up. */
function sane(verdict: Verdict): Verdict {
  if (!verdict.settled) return verdict;
  const { confidence } = verdict;
  if (confidence === null || (confidence >= 0 && confidence <= 1)) return verdict;
  return passedOver(verdict.tier, `impossible confidence ${confidence}`);
}

/** Whether a visit came to nothing because the tier failed, was late or gave no usable number. */
export function isPassedOver(visit: Pick<Decision, 'settled' | 'reason'>): boolean {
  return !visit.settled && visit.reason.startsWith(overMark);
}

const overMark = 'passed over: ';

function passedOver(tier: TierName, reason: string): Passed {
  return {
    settled: false,
    tier,
    label: null,
    confidence: null,
    threshold: null,
    reason: `${overMark}${reason}`,
    model: null,
    evidence: [],
    propensity: 1,
  };
}
