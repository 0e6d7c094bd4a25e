import type { Outcome, Verdict } from '../core/decision.ts';
import { canonicalJson, sha256 } from '../core/hash.ts';
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
  /** Hashes of wordings and deeds, by role. */
  readonly #own: Deeds = new Map();
  #others: Deeds = new Map();

  /** Takes the place of what was known of the role. */
  load(role: string, wordings: readonly BlamedWording[]): void {
    const deeds = new Set<string>();
    for (const { text, before, outcome } of wordings) {
      const key = routeKey(text, before);
      if (key !== null) deeds.add(deedOf(key, outcome));
    }
    this.#own.set(role, deeds);
  }

  /** What was loaded here, for others to heed: hashes by role, which do not show the words (short ones can be guessed). */
  hashes(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(
      [...this.#own].flatMap(([role, deeds]) => (deeds.size === 0 ? [] : [[role, [...deeds]]])),
    );
  }

  /** What other servers heard; takes the place of what they said before. */
  heed(others: readonly Readonly<Record<string, readonly string[]>>[]): void {
    const deeds = new Map<string, Set<string>>();
    for (const [role, hashes] of others.flatMap((one) => Object.entries(one))) {
      const known = deeds.get(role) ?? new Set();
      for (const hash of hashes) known.add(hash);
      deeds.set(role, known);
    }
    this.#others = deeds;
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
    const known = [this.#own.get(role), this.#others.get(role)].filter(
      (deeds) => deeds !== undefined && deeds.size > 0,
    );
    const text = known.length === 0 ? null : ownText(turn.message);
    if (typeof text !== 'string') return false;
    const before = turn.history.findLast((message) => message.author !== 'system');
    const key = routeKey(text, before === undefined ? null : { author: before.author, text: textOf(before) });
    if (key === null) return false;
    const deed = deedOf(key, outcome);
    return known.some((deeds) => deeds?.has(deed) === true);
  }
}

type Deeds = Map<string, ReadonlySet<string>>;

/** The same call with the same arguments, or the same words, whichever process they belong to, after this wording. */
function deedOf(key: string, outcome: Outcome): string {
  const what = outcome.kind === 'tool-call' ? [outcome.name, outcome.arguments] : [outcome.kind, outcome.text];
  return sha256(canonicalJson([key, what]));
}
