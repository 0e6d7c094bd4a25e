import type { TurnReport } from '../../turns/turn-parcel.ts';
import { Metrics } from './metrics.ts';

/** What the gateway counts. Labels are routes, statuses, tiers and error codes: small, fixed sets. */
export class GatewayMetrics {
  readonly #metrics = new Metrics({
    thought_engine_http_requests_total: 'HTTP requests by route and status',
    thought_engine_http_seconds: 'time from request to the end of the answer, in seconds',
    thought_engine_settled_total: 'messages by the tier that settled them',
    thought_engine_settled_seconds: 'time to settle a message by tier, in seconds',
    thought_engine_errors_total: 'errors answered, by code',
    thought_engine_llm_tokens_total: 'tokens of the LLM by direction',
    thought_engine_llm_cost_usd_total: 'price of the LLM in USD',
    thought_engine_http_open: 'requests under way',
  });

  constructor(open: () => number) {
    this.#metrics.gauge('thought_engine_http_open', open);
  }

  answered(route: string, status: number, seconds: number): void {
    this.#metrics.count('thought_engine_http_requests_total', { route, status });
    this.#metrics.observe('thought_engine_http_seconds', { route }, seconds);
  }

  settled({ tier, usage }: TurnReport, seconds: number): void {
    this.#metrics.count('thought_engine_settled_total', { tier });
    this.#metrics.observe('thought_engine_settled_seconds', { tier }, seconds);
    if (usage.inputTokens > 0) {
      this.#metrics.count('thought_engine_llm_tokens_total', { direction: 'input' }, usage.inputTokens);
    }
    if (usage.outputTokens > 0) {
      this.#metrics.count('thought_engine_llm_tokens_total', { direction: 'output' }, usage.outputTokens);
    }
    if (usage.costUsd > 0) this.#metrics.count('thought_engine_llm_cost_usd_total', {}, usage.costUsd);
  }

  failed(code: string): void {
    this.#metrics.count('thought_engine_errors_total', { code });
  }

  text(): string {
    return this.#metrics.text();
  }
}
