import type { Outcome, Settled, Verdict } from '../core/decision.ts';
import { EngineError } from '../core/errors.ts';
import type { Part } from '../core/message.ts';
import type { TierName } from '../core/tier-name.ts';
import type { Turn } from '../core/turn.ts';
import type { LlmAnswer, Provider } from '../providers/provider.ts';
import { offeredTools, promptMessages } from './context-prompt.ts';
import { withSpelledCalls } from './spelled-calls.ts';
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
      tools: offeredTools(turn),
      parameters: turn.parameters ?? {},
      ...(turn.signal === undefined ? {} : { signal: turn.signal }),
    };
    const answer =
      turn.onDelta === undefined
        ? await this.#provider.complete(request)
        : await this.#provider.stream(request, turn.onDelta);
    // What grew before somebody's eyes as words stays words.
    return this.#settled(turn.onDelta === undefined ? withSpelledCalls(answer, turn) : answer);
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
