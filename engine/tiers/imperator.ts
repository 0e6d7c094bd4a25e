import type { Outcome, Settled, Verdict } from '../core/decision.ts';
import { EngineError } from '../core/errors.ts';
import type { Message, Part } from '../core/message.ts';
import type { TierName } from '../core/tier-name.ts';
import type { Turn } from '../core/turn.ts';
import type { LlmAnswer, Provider } from '../providers/provider.ts';
import type { Tier } from './tier.ts';

export interface ImperatorOptions {
  /** USD for a million tokens. */
  readonly prices: { readonly input: number; readonly output: number };
}

/** The LLM: the last tier, which settles whatever reaches it. */
export class ImperatorTier implements Tier {
  readonly name: TierName = 'imperator';
  readonly #provider: Provider | null;
  readonly #options: ImperatorOptions;

  constructor(provider: Provider | null, options: ImperatorOptions) {
    this.#provider = provider;
    this.#options = options;
  }

  /** @throws IMPERATOR_UNAVAILABLE where no LLM is configured, IMPERATOR_FAILED, IMPERATOR_TIMEOUT, REPLAY_MISS */
  async consider(turn: Turn): Promise<Verdict> {
    if (this.#provider === null) throw new EngineError('IMPERATOR_UNAVAILABLE', { message: turn.message.id });
    const request = {
      messages: promptMessages(turn),
      tools: turn.tools,
      parameters: turn.parameters ?? {},
      ...(turn.signal === undefined ? {} : { signal: turn.signal }),
    };
    const answer =
      turn.onDelta === undefined
        ? await this.#provider.complete(request)
        : await this.#provider.stream(request, turn.onDelta);
    return this.#settled(answer);
  }

  #settled(answer: LlmAnswer): Settled {
    const { usage, text, calls, finish, model } = answer;
    const { input, output } = this.#options.prices;
    const costUsd = (usage.inputTokens * input + usage.outputTokens * output) / 1_000_000;
    const first = calls[0];
    const outcome: Outcome =
      first === undefined
        ? { kind: 'reply', text }
        : { kind: 'tool-call', name: first.name, arguments: first.arguments };
    const provenance = 'model';
    const parts: Part[] = text === '' ? [] : [{ kind: 'text', text, provenance }];
    for (const call of calls) parts.push({ kind: 'tool-call', ...call, provenance });
    return {
      settled: true,
      tier: this.name,
      outcome,
      label: null,
      confidence: null,
      threshold: null,
      reason: answer.source ?? `answered by ${model}`,
      model: null,
      evidence: [],
      propensity: 1,
      usage: { ...usage, costUsd },
      parts,
      finish,
    };
  }
}

/**
 * What the LLM sees: the client's own instructions, of the earlier conversation what the context tier chose (everything
 * where it did not choose), the texts it found elsewhere, the plan of the process mapper, and the open exchange whole:
 * a call and its result belong together.
 */
function promptMessages(turn: Turn): readonly Message[] {
  const all = [...turn.history, turn.message];
  const { context, plan } = turn.prepared ?? {};
  const notes: string[] = [];
  let shown: readonly Message[] = all;
  if (context !== undefined) {
    const chosen = new Set(context.map((piece) => piece.id));
    const known = new Set(all.map((message) => message.id));
    const open = all.findLastIndex((message) => message.author === 'user');
    shown = withWholeCalls(
      all,
      (message, index) => index >= open || message.author === 'system' || chosen.has(message.id),
    );
    const found = context.filter((piece) => !known.has(piece.id));
    if (found.length > 0) {
      notes.push(
        `From other conversations and documents:\n${found.map((piece) => `[${piece.kind}] ${piece.text}`).join('\n')}`,
      );
    }
  }
  if (plan !== undefined) notes.push(`A suggestion, to be followed only where it helps:\n${plan}`);
  if (notes.length === 0) return shown;
  const first = shown.findIndex((message) => message.author !== 'system');
  const place = first === -1 ? shown.length : first;
  return [...shown.slice(0, place), note(turn.message, notes.join('\n\n')), ...shown.slice(place)];
}

/** A call goes with all of its results, or none of them goes: an LLM server refuses half an exchange. */
function withWholeCalls(
  all: readonly Message[],
  keeps: (message: Message, index: number) => boolean,
): readonly Message[] {
  const kept = all.map((message, index) => keeps(message, index));
  for (let index = 0; index < all.length;) {
    let end = index + 1;
    if (all[index]?.parts.some((part) => part.kind === 'tool-call') === true) {
      while (all[end]?.author === 'tool') end += 1;
      kept.fill(kept.slice(index, end).some(Boolean), index, end);
    }
    index = end;
  }
  return all.filter((_message, index) => kept[index]);
}

function note(about: Message, text: string): Message {
  const { conversation, recipient, time } = about;
  const parts: Part[] = [{ kind: 'text', text, provenance: 'document' }];
  return { id: `${about.id}/context`, conversation, author: 'system', sender: 'cet', recipient, time, parts };
}
