import type { Outcome, Verdict } from '../core/decision.ts';
import { canonicalJson } from '../core/hash.ts';
import { textOf } from '../core/message.ts';
import type { Turn } from '../core/turn.ts';
import { ownText } from './dtr.ts';
import { routeKey } from './graduated-routes.ts';
import type { Tier } from './tier.ts';
import { withheld } from './withheld.ts';

/** What a cheap tier did with words, and a person called wrong. */
export interface BlamedWording {
  readonly role: string;
  readonly text: string;
  /** What stood before it; null at the beginning of a conversation. */
  readonly before: { readonly author: string; readonly text: string } | null;
  readonly outcome: Outcome;
}

/**
 * What people called wrong is not done again with the same words after the same words: it goes up at once, whatever the
 * models think, until one of them would do something else. Up is always safe; learning takes its time.
 */
export class BlamedWordings {
  /** By role, then by what a wording is known by. */
  readonly #deeds = new Map<string, ReadonlyMap<string, ReadonlySet<string>>>();

  /** Takes the place of what was known of the role. */
  load(role: string, wordings: readonly BlamedWording[]): void {
    const deeds = new Map<string, Set<string>>();
    for (const { text, before, outcome } of wordings) {
      const key = routeKey(text, before);
      if (key !== null) deeds.set(key, (deeds.get(key) ?? new Set()).add(deedOf(outcome)));
    }
    this.#deeds.set(role, deeds);
  }

  around(role: string, tier: Tier): Tier {
    return {
      name: tier.name,
      consider: async (turn): Promise<Verdict> => {
        const verdict = await tier.consider(turn);
        if (!verdict.settled || !this.#isBlamed(role, turn, verdict.outcome)) return verdict;
        return withheld(verdict, 'a person called this answer to these words wrong', verdict.propensity);
      },
    };
  }

  #isBlamed(role: string, turn: Turn, outcome: Outcome): boolean {
    const deeds = this.#deeds.get(role);
    const text = deeds === undefined || deeds.size === 0 ? null : ownText(turn.message);
    if (typeof text !== 'string') return false;
    const before = turn.history.findLast((message) => message.author !== 'system');
    const key = routeKey(text, before === undefined ? null : { author: before.author, text: textOf(before) });
    return key !== null && deeds?.get(key)?.has(deedOf(outcome)) === true;
  }
}

/** The same call with the same arguments, or the same words, whichever process they belong to. */
function deedOf(outcome: Outcome): string {
  return outcome.kind === 'tool-call'
    ? canonicalJson([outcome.name, outcome.arguments])
    : canonicalJson([outcome.kind, outcome.text]);
}
