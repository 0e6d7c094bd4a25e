import type { DecisionSink } from '../../engine/core/decision-sink.ts';
import type { Decision, Outcome, Verdict } from '../../engine/core/decision.ts';
import type { Turn } from '../../engine/core/turn.ts';
import type { Trial } from '../../engine/pipeline/live-models.ts';
import { isPassedOver } from '../../engine/pipeline/pipeline.ts';
import type { ArmVerdict } from '../../engine/pipeline/rollout-evidence.ts';
import type { Arm, Rollouts } from '../../engine/pipeline/rollout.ts';
import { isSameOutcome } from '../../engine/pipeline/same-outcome.ts';
import type { ShadowQueue } from '../../engine/pipeline/shadow.ts';
import type { Trace } from '../../engine/pipeline/trace.ts';

/** A message that was answered, with the rows of its visits. */
export interface ServedTurn {
  readonly verdict: Verdict;
  readonly rows: readonly Decision[];
  /** What a cheap tier would have done, had the message not been sent up to be seen. */
  readonly heldBack: Outcome | null;
}

/** The other bundle's ladder without any effect, and the LLM's word on the message. */
export interface OtherArm {
  considers(sink: DecisionSink): Promise<Trace>;
  judges(sink: DecisionSink): Promise<Verdict>;
}

/** Runs the bundle that does not answer beside the one that does, and hands both verdicts to the rollouts. */
export class RoleTrial {
  readonly #rollouts: Rollouts;
  readonly #queue: ShadowQueue;
  readonly #sink: DecisionSink;

  constructor(rollouts: Rollouts, queue: ShadowQueue, sink: DecisionSink) {
    this.#rollouts = rollouts;
    this.#queue = queue;
    this.#sink = sink;
  }

  armOf(role: string, conversation: string, { bundle, share }: Trial): Arm {
    return this.#rollouts.armOf(role, conversation, bundle.id, share);
  }

  /** @returns false where the machine is too busy; else `release` is called when all is done */
  compare(
    role: string,
    served: ServedTurn & { readonly turn: Turn; readonly arm: Arm; readonly challenger: Trial },
    release: () => void,
    other: OtherArm,
  ): boolean {
    const { turn, arm, challenger } = served;
    this.#rollouts.served(turn.message.id, arm, challenger.share, turn.message.conversation);
    return this.#queue.add(async () => {
      try {
        await this.#compare(role, served, other);
      } finally {
        release();
      }
    });
  }

  async #compare(
    role: string,
    served: ServedTurn & { readonly turn: Turn; readonly arm: Arm; readonly challenger: Trial },
    other: OtherArm,
  ): Promise<void> {
    const { turn, arm, challenger, verdict, rows, heldBack } = served;
    const shadowed: DecisionSink = {
      record: (visits) => {
        const own = visits.filter(({ tier }) => tier !== 'imperator' && tier !== 'cet');
        this.#sink.record(own.map((row) => ({ ...row, shadow: true })));
      },
    };
    const trace = await other.considers(shadowed);
    const mine: ArmVerdict = { outcome: heldBack ?? cheapOutcome(verdict), failed: rows.some(isPassedOver) };
    const theirs: ArmVerdict = { outcome: cheapOutcome(trace.verdict), failed: trace.decisions.some(isPassedOver) };
    const answered = verdict.settled && verdict.tier === 'imperator' ? verdict.outcome : null;
    let right = answered;
    let asked = answered === null ? 0 : 1;
    // Of what the serving bundle settles a known share is judged, whether it was sent up to be seen or not.
    if (mine.outcome !== null && !isSameOutcome(mine.outcome, theirs.outcome)) {
      asked = this.#rollouts.isAudited(turn.message.id) ? this.#rollouts.audit : 0;
      if (asked > 0 && answered === null) {
        const judged = await other.judges({ record: (visits) => this.#paid(visits) }).catch(() => null);
        right = judged?.settled === true ? judged.outcome : null;
      }
    }
    const [champion, newcomer] = arm === 'champion' ? [mine, theirs] : [theirs, mine];
    await this.#rollouts.observe(role, challenger.bundle.id, { champion, challenger: newcomer, right, asked });
  }

  /** What the judging costs stands in the log, as visits without effect. */
  #paid(visits: readonly Decision[]): void {
    this.#sink.record(visits.filter(({ tier }) => tier === 'imperator').map((row) => ({ ...row, shadow: true })));
  }
}

function cheapOutcome(verdict: Verdict): Outcome | null {
  return verdict.settled && verdict.tier !== 'imperator' ? verdict.outcome : null;
}
