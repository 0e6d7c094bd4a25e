import type { Outcome, Verdict } from '../core/decision.ts';
import { sha256 } from '../core/hash.ts';
import { textOf, type Message } from '../core/message.ts';
import type { Turn } from '../core/turn.ts';
import { ownText } from './dtr.ts';
import type { Tier } from './tier.ts';

/** Words that always meant the same deed, and what proves it. */
export interface GraduatedRoute {
  readonly role: string;
  /** From `routeKey`. */
  readonly key: string;
  readonly text: string;
  readonly outcome: Outcome;
  /** Labelled messages behind it, and those of them that meant something else. */
  readonly rows: number;
  readonly errors: number;
  /** Upper bound of the error, and the largest that is accepted. */
  readonly errorUpper: number;
  readonly alpha: number;
}

/** Case, spaces and the punctuation at the end say nothing. */
export function plainWording(text: string): string {
  return text
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/[\s.!?…]+$/, '')
    .trim();
}

/**
 * What a wording is known by: itself, and the words that it answers. Null after anything but an assistant's words: who
 * knows what it is about there.
 */
export function routeKey(
  text: string,
  before: { readonly author: string; readonly text: string } | null,
): string | null {
  const words = plainWording(text);
  if (words === '' || (before !== null && before.author !== 'assistant')) return null;
  return sha256(JSON.stringify([words, before === null ? null : plainWording(before.text)]));
}

/**
 * The deterministic routes that prose has earned: a look into a table, before the tree router is asked. The action
 * engine checks what they propose like anything else, and only the caller's own words are looked up.
 */
export class GraduatedRoutes {
  readonly #routes = new Map<string, GraduatedRoute>();
  readonly #roles = new Set<string>();

  constructor(routes: readonly GraduatedRoute[] = []) {
    this.load(routes);
  }

  load(routes: readonly GraduatedRoute[]): void {
    this.#routes.clear();
    this.#roles.clear();
    for (const route of routes) {
      this.#routes.set(`${route.role} ${route.key}`, route);
      this.#roles.add(route.role);
    }
  }

  /**
   * The tree router with the role's routes before it; where there are none, as it was.
   * @param isLeft whether a deed goes on with something that the role does no more: no route does it then
   */
  around(role: string, router: Tier | null, isLeft: (outcome: Outcome) => boolean = () => false): Tier | null {
    if (!this.#roles.has(role)) return router;
    return {
      name: 'dtr',
      consider: (turn) => {
        const route = this.#find(role, turn);
        return this.#consider(turn, route === null || isLeft(route.outcome) ? null : route, router);
      },
    };
  }

  async #consider(turn: Turn, route: GraduatedRoute | null, router: Tier | null): Promise<Verdict> {
    if (route !== null) {
      const { rows, errors, errorUpper, alpha, outcome } = route;
      return {
        settled: true,
        tier: 'dtr',
        outcome,
        label: 'graduated',
        confidence: 1 - errorUpper,
        threshold: 1 - alpha,
        reason: `these words meant this deed ${rows - errors} of ${rows} times`,
        model: null,
        evidence: [{ what: `“${route.text.slice(0, 200)}” graduated from the process mapper`, weight: 1 - errorUpper }],
        propensity: 1,
      };
    }
    if (router !== null) return router.consider(turn);
    const nothing = { label: null, confidence: null, threshold: null, model: null, evidence: [], propensity: 1 };
    return { ...nothing, settled: false, tier: 'dtr', reason: 'no route for these words' };
  }

  #find(role: string, turn: Turn): GraduatedRoute | null {
    const text = ownText(turn.message);
    if (typeof text !== 'string') return null;
    const before = turn.history.findLast((message: Message) => message.author !== 'system');
    const key = routeKey(text, before === undefined ? null : { author: before.author, text: textOf(before) });
    const route = key === null ? undefined : this.#routes.get(`${role} ${key}`);
    if (route === undefined) return null;
    const { outcome } = route;
    const isOffered = outcome.kind !== 'tool-call' || turn.tools.some(({ name }) => name === outcome.name);
    return isOffered ? route : null;
  }
}
