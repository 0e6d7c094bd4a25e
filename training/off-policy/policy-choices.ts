import type { Decision } from '../../engine/core/decision.ts';
import type { Tier } from '../../engine/tiers/tier.ts';
import type { AnsweredTurn } from '../examples/answered-turn.ts';
import type { PayloadTool } from '../examples/payload-tools.ts';
import { isSameDeed } from '../examples/same-deed.ts';
import { estimatePolicy, type LoggedChoice, type PolicyEstimate } from './off-policy.ts';

/** How a ladder would have done on live traffic that others served. */
export interface LadderEstimate extends PolicyEstimate {
  /** Messages of users that were served since. */
  readonly messages: number;
  /** Of these, what the ladder would have settled: it was asked about each, so this is no estimate. */
  readonly settled: number;
  /** Messages that the LLM answered, so that it is known what was right. */
  readonly seen: number;
}

/** What a ladder would have done with one message. */
interface Wish {
  readonly tier: string;
  readonly isSettled: boolean;
  readonly isRight: boolean;
  /** Probability of being right, by its own word. */
  readonly expected: number;
}

/** A served message: whether the LLM answered it, and with which probability it did. */
interface Served {
  readonly turn: AnsweredTurn;
  readonly isSeen: boolean;
  readonly propensity: number;
}

/**
 * Live messages that can be judged. What the LLM answered shows what was right, whatever a ladder would do; it answered
 * with the probability that stands in the rows: 1 where no cheap tier was sure, that of exploring where one was.
 * @param decisions of these turns, the whole way of each message
 */
export function servedTurns(turns: readonly AnsweredTurn[], decisions: readonly Decision[]): Served[] {
  const byMessage = Map.groupBy(
    decisions.filter(({ shadow }) => !shadow),
    ({ message }) => message,
  );
  return turns.flatMap((turn): Served[] => {
    const rows = byMessage.get(turn.message.id) ?? [];
    const end = rows.find(({ settled }) => settled);
    if (end === undefined) return [];
    // one tier at most holds a message back, so the smallest is the probability of the whole way
    const propensity = Math.min(...rows.map((row) => row.propensity));
    return [{ turn, isSeen: end.tier === 'imperator', propensity }];
  });
}

/** The share of messages that a ladder and the LLM above it would have answered as the LLM alone, or that nobody can tell. */
export async function estimateLadder(
  served: readonly Served[],
  tiers: readonly Tier[],
  payloadTools: ReadonlyMap<string, PayloadTool>,
): Promise<{ readonly estimate: LadderEstimate; readonly wishes: readonly Wish[] }> {
  const wishes: Wish[] = [];
  for (const { turn } of served) wishes.push(await wishOf(turn, tiers, payloadTools));
  const rows = served.map((one, index) => choiceOf(one, wishes[index] as Wish, null));
  const estimate = {
    ...estimatePolicy(rows),
    messages: served.length,
    settled: wishes.filter(({ isSettled }) => isSettled).length,
    seen: served.filter(({ isSeen }) => isSeen).length,
  };
  return { estimate, wishes };
}

/** By how much the second would have been right more often than the first, on the same rows; null: nobody can tell. */
export function differenceOf(
  served: readonly Served[],
  first: readonly Wish[],
  second: readonly Wish[],
): { readonly difference: number | null; readonly standardError: number | null; readonly doubt: string | null } {
  const rows = served.map((one, index) => choiceOf(one, second[index] as Wish, first[index] as Wish));
  const { snips, standardError, doubt } = estimatePolicy(rows);
  return {
    difference: snips === null ? null : 2 * snips - 1,
    standardError: standardError === null ? null : 2 * standardError,
    doubt,
  };
}

/** @param than the reward is the difference to this one, moved into [0, 1] */
function choiceOf({ isSeen, propensity }: Served, wish: Wish, than: Wish | null): LoggedChoice {
  const reward = than === null ? Number(wish.isRight) : (1 + Number(wish.isRight) - Number(than.isRight)) / 2;
  const expected = than === null ? wish.expected : (1 + wish.expected - than.expected) / 2;
  return {
    propensity,
    target: isSeen ? 1 : 0,
    reward: isSeen ? reward : 0,
    expected: { logged: expected, target: expected },
    slice: wish.tier,
  };
}

async function wishOf(
  turn: AnsweredTurn,
  tiers: readonly Tier[],
  payloadTools: ReadonlyMap<string, PayloadTool>,
): Promise<Wish> {
  const { message, history, role, tools } = turn;
  for (const tier of tiers) {
    const verdict = await tier.consider({ message, history, role, tools });
    if (!verdict.settled) continue;
    const isRight = isSameDeed(verdict.outcome, turn, payloadTools);
    return { tier: tier.name, isSettled: true, isRight, expected: verdict.confidence ?? 0 };
  }
  // what goes up is answered by the LLM, whose word is the label
  return { tier: 'imperator', isSettled: false, isRight: true, expected: 1 };
}
