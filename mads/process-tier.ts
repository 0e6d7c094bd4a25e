import type { Outcome, Verdict } from '../engine/core/decision.ts';
import type { Turn } from '../engine/core/turn.ts';
import type { Tier } from '../engine/tiers/tier.ts';
import type { ActingProcesses } from './acting-processes.ts';

/** Digits of a version that a decision's row keeps: enough to find the one file that it names. */
const versionDigits = 16;

/**
 * A tier whose proposals are read against the processes that the role follows: each gets the process and step that it
 * is, and its row keeps the version under which it was decided. What goes on with a retired process is passed up.
 */
export class ProcessTier implements Tier {
  readonly name: Tier['name'];
  readonly #tier: Tier;
  readonly #processes: ActingProcesses;

  constructor(tier: Tier, processes: ActingProcesses) {
    this.name = tier.name;
    this.#tier = tier;
    this.#processes = processes;
  }

  async consider(turn: Turn): Promise<Verdict> {
    const verdict = await this.#tier.consider(turn);
    const outcome = verdict.settled ? verdict.outcome : verdict.proposal;
    const place = outcome === undefined ? null : this.#processes.placeOf(outcome);
    if (outcome === undefined || outcome.kind === 'refuse') return verdict;
    const retired = verdict.settled ? this.#processes.retiredOf(outcome) : null;
    if (verdict.settled && retired !== null) {
      const { settled: _settled, outcome: proposal, reason: _reason, usage: _usage, ...considered } = verdict;
      return { ...considered, settled: false, proposal, reason: `the process ${retired} was retired` };
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
