import type { ProcessStanding } from '../../engine/core/learning.ts';

/** Processes that were demoted: what a mapper proposes under them goes up, until another mapper serves. */
export class HeldProcesses {
  readonly #why = new Map<string, string>();

  /** Takes the place of what was known before. */
  load(standings: readonly ProcessStanding[]): void {
    this.#why.clear();
    for (const { role, process, stage, mapper, why } of standings) {
      if (stage === 'demoted') this.#why.set(JSON.stringify([role, process, mapper]), why);
    }
  }

  /** Why the mapper may not settle under this process; null where it may. */
  reason(role: string, process: string | undefined, mapper: string | null): string | null {
    return process === undefined ? null : (this.#why.get(JSON.stringify([role, process, mapper])) ?? null);
  }
}
