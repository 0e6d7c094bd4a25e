import type { Outcome, Verdict } from '../../engine/core/decision.ts';
import type { Turn } from '../../engine/core/turn.ts';
import type { Tier } from '../../engine/tiers/tier.ts';
import type { ActingProcesses } from './acting-processes.ts';

/** Why a mapper may not settle under a process; null where it may. */
export type HeldReason = (process: string | undefined, mapper: string | null) => string | null;

/** Digits of a version that a decision's row keeps: enough to find the one file that it names. */
const versionDigits = 16;

/**
 * A tier whose proposals are read against the processes that the role follows: each gets the process and step that it
 * is, and its row keeps the version under which it was decided. What goes on with a retired process is passed up, and what
 * would be settled under a demoted one.
 */
export class ProcessTier implements Tier {
  readonly name: Tier['name'];
  readonly #tier: Tier;
  readonly #processes: ActingProcesses;
  readonly #held: HeldReason;

  constructor(tier: Tier, processes: ActingProcesses, held: HeldReason = () => null) {
    this.name = tier.name;
    this.#tier = tier;
    this.#processes = processes;
    this.#held = held;
  }

  async consider(turn: Turn): Promise<Verdict> {
    const verdict = await this.#tier.consider(turn);
    const outcome = verdict.settled ? verdict.outcome : verdict.proposal;
    const place = outcome === undefined ? null : this.#processes.placeOf(outcome);
    if (outcome === undefined || outcome.kind === 'refuse') return verdict;
    if (verdict.settled) {
      const retired = this.#processes.retiredOf(outcome);
      const process = place?.acting.definition.process.name ?? outcome.process;
      const held = this.#held(process, verdict.model);
      const reason =
        retired !== null
          ? `the process ${retired} was retired`
          : held !== null
            ? `the process ${process} was demoted: ${held}`
            : null;
      if (reason !== null) {
        const { settled: _settled, outcome: proposal, reason: _reason, usage: _usage, ...considered } = verdict;
        return { ...considered, settled: false, proposal, reason };
      }
    }
    if (place === null) return verdict;
    const process = place.acting.definition.process.name;
    const placed: Outcome = { ...outcome, process, step: place.step.id };
    const { version } = place.acting;
    const which = version === null ? 'as it came with the program' : `version ${version.slice(0, versionDigits)}`;
    const evidence = [{ what: `under process ${process}, step ${place.step.id}, ${which}` }, ...verdict.evidence];
    return verdict.settled ? { ...verdict, outcome: placed, evidence } : { ...verdict, proposal: placed, evidence };
  }
}
