import type { Conversation } from '../../../engine/core/conversation.ts';
import type { Verdict } from '../../../engine/core/decision.ts';
import { textOf, type Message } from '../../../engine/core/message.ts';
import type { Progress } from '../../../engine/core/progress.ts';
import type { Turn } from '../../../engine/core/turn.ts';
import type { Tier } from '../../../engine/tiers/tier.ts';

/** What each cheap tier said of one inbound message, seen from the state in which it came. */
export interface ReplayedMessage {
  readonly message: Message;
  readonly dtr: Verdict | null;
  readonly lppm: Verdict | null;
  /** Tokens that the LLM would read: the whole history, and what the context tier chose of it. */
  readonly historyTokens: number;
  readonly chosenTokens: number;
  /** Milliseconds spent in the cheap tiers. */
  readonly latencyMs: number;
}

export interface ReplayTiers {
  readonly dtr: Tier | null;
  readonly lppm: Tier | null;
  readonly cet: Tier | null;
}

/** Milliseconds since 1970; messages from `from` on and before `until` are decided. */
export interface ReplayWindow {
  readonly from: number;
  readonly until: number;
}

const always: ReplayWindow = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };

/**
 * Replays inbound messages in time order. A message is decided from what stands before it in its conversation alone; the
 * tiers are asked one by one, each on every message, so that the levels V1 to V4 can be told apart from one run.
 */
export async function replay(
  conversations: readonly Conversation[],
  tiers: ReplayTiers,
  progress: Progress,
  window: ReplayWindow = always,
): Promise<ReplayedMessage[]> {
  const inbound = conversations
    .flatMap(({ role, tools, messages }) =>
      messages.flatMap((message, index) =>
        message.author === 'user' && message.time >= window.from && message.time < window.until
          ? [{ message, index, role, tools, messages }]
          : [],
      ),
    )
    .sort((a, b) => a.message.time - b.message.time);
  const replayed: ReplayedMessage[] = [];
  for (const { message, index, role, tools, messages } of inbound) {
    const turn: Turn = { message, history: messages.slice(0, index), role, tools };
    const started = performance.now();
    const dtr = tiers.dtr === null ? null : await tiers.dtr.consider(turn);
    const lppm = tiers.lppm === null ? null : await tiers.lppm.consider(turn);
    const historyTokens = tokensOf([...turn.history, message].map(textOf));
    const isPassed = dtr?.settled !== true && lppm?.settled !== true;
    const cet = isPassed && tiers.cet !== null ? await tiers.cet.consider(turn) : null;
    const context = cet !== null && !cet.settled ? cet.prepared?.context : undefined;
    const chosenTokens = context === undefined ? historyTokens : tokensOf(context.map((piece) => piece.text));
    replayed.push({ message, dtr, lppm, historyTokens, chosenTokens, latencyMs: performance.now() - started });
    if (replayed.length % 250 === 0) progress({ stage: 'replay', done: replayed.length, total: inbound.length });
  }
  return replayed;
}

/** Words times 1.3: the bench's own measure of tokens, without a tokenizer of any one model family. */
export function tokensOf(texts: readonly string[]): number {
  let words = 0;
  for (const text of texts) words += text.split(/\s+/).filter(Boolean).length;
  return Math.ceil(words * 1.3);
}
