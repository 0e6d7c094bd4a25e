import type { Config } from '../../../engine/core/config.ts';
import type { Verdict } from '../../../engine/core/decision.ts';
import { textOf } from '../../../engine/core/message.ts';
import type { Progress } from '../../../engine/core/progress.ts';
import type { Tier } from '../../../engine/tiers/tier.ts';
import type { Registry } from '../../../models/registry/registry.ts';
import { answeredTurns, type AnsweredTurn } from '../../../training/examples/answered-turn.ts';
import { withLadder } from './bundle-ladder.ts';
import { conversationsInLog } from './evaluation.ts';

/** Where a message goes: the tier that settles it and what it calls it; `imperator` where none does. */
export interface Route {
  readonly tier: string;
  readonly label: string | null;
}

/** One way in which messages change their route. */
export interface RouteChange {
  readonly from: Route;
  readonly to: Route;
  readonly messages: number;
  readonly examples: readonly { readonly message: string; readonly conversation: string; readonly text: string }[];
}

export interface RouteDifferences {
  /** Messages of users that both were asked: the newest of the log. */
  readonly asked: number;
  readonly changed: number;
  /** Most frequent first. */
  readonly changes: readonly RouteChange[];
}

const newest = 2000;
const examplesOfChange = 3;
const shownCharacters = 100;

/** Asks two bundles of one role about the newest messages of the log. @throws NOT_FOUND, ARTEFACT_CORRUPT, LOG_LOCKED */
export async function routeDifferences(
  registry: Registry,
  [from, to]: readonly [string, string],
  config: Config,
  progress: Progress,
): Promise<RouteDifferences> {
  const { role } = await registry.show(from);
  const turns = answeredTurns(await conversationsInLog(config, role))
    .filter(({ message }) => message.author === 'user')
    .toSorted((a, b) => b.message.time - a.message.time)
    .slice(0, newest);
  const before = await routesOf(registry, from, turns, config, progress);
  const after = await routesOf(registry, to, turns, config, progress);
  const changes = new Map<string, RouteChange>();
  for (const [index, { message, conversation }] of turns.entries()) {
    const [old, fresh] = [before[index] as Route, after[index] as Route];
    const key = JSON.stringify([old, fresh]);
    if (JSON.stringify(old) === JSON.stringify(fresh)) continue;
    const held = changes.get(key) ?? { from: old, to: fresh, messages: 0, examples: [] };
    const example = { message: message.id, conversation, text: textOf(message).slice(0, shownCharacters) };
    const examples = held.examples.length < examplesOfChange ? [...held.examples, example] : held.examples;
    changes.set(key, { ...held, messages: held.messages + 1, examples });
  }
  const sorted = [...changes.values()].toSorted((a, b) => b.messages - a.messages);
  return { asked: turns.length, changed: sorted.reduce((sum, one) => sum + one.messages, 0), changes: sorted };
}

async function routesOf(
  registry: Registry,
  id: string,
  turns: readonly AnsweredTurn[],
  config: Config,
  progress: Progress,
): Promise<Route[]> {
  return withLadder(registry, id, config, async (tiers) => {
    const routes: Route[] = [];
    for (const turn of turns) {
      routes.push(await routeOf(tiers, turn));
      if (routes.length % 250 === 0) {
        progress({ stage: `ask ${id.slice(0, 12)}`, done: routes.length, total: turns.length });
      }
    }
    return routes;
  });
}

async function routeOf(tiers: readonly Tier[], { message, history, role, tools }: AnsweredTurn): Promise<Route> {
  for (const tier of tiers) {
    const verdict: Verdict = await tier.consider({ message, history, role, tools });
    if (verdict.settled) return { tier: tier.name, label: verdict.label };
  }
  return { tier: 'imperator', label: null };
}
