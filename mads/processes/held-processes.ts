import type { ProcessStanding } from '../../engine/core/learning.ts';

/** A process that was demoted under a mapper. */
export type HeldProcess = Pick<ProcessStanding, 'role' | 'process' | 'mapper' | 'why'>;

/** Processes that were demoted: what a mapper proposes under them goes up, until another mapper serves. */
export class HeldProcesses {
  #own: readonly HeldProcess[] = [];
  #others: readonly HeldProcess[] = [];
  readonly #why = new Map<string, string>();

  /** Takes the place of what was known before. */
  load(standings: readonly ProcessStanding[]): void {
    this.#own = standings
      .filter(({ stage }) => stage === 'demoted')
      .map(({ role, process, mapper, why }) => ({ role, process, mapper, why }));
    this.#count();
  }

  /** What was loaded here, for others to heed. */
  held(): readonly HeldProcess[] {
    return this.#own;
  }

  /** What other servers demoted; takes the place of what they said before. */
  heed(others: readonly HeldProcess[]): void {
    this.#others = others;
    this.#count();
  }

  /** Why the mapper may not settle under this process; null where it may. */
  reason(role: string, process: string | undefined, mapper: string | null): string | null {
    return process === undefined ? null : (this.#why.get(keyOf({ role, process, mapper })) ?? null);
  }

  #count(): void {
    this.#why.clear();
    for (const one of [...this.#others, ...this.#own]) this.#why.set(keyOf(one), one.why);
  }
}

function keyOf({ role, process, mapper }: Omit<HeldProcess, 'why'>): string {
  return JSON.stringify([role, process, mapper]);
}
