import type { FeedbackSource } from './feedback.ts';
import type { TierName } from '../../engine/core/tier-name.ts';
import { Conditions } from './conditions.ts';
import {
  consideredMessages,
  learnableTurns,
  type ConsideredMessage,
  type LearnableTurns,
} from './considered-messages.ts';
import type { Ask } from './reader.ts';
import { blamedWordings, type BlamedRow } from './blamed-wordings.ts';
import { processOutcomes, type ProcessOutcomes } from './process-outcomes.ts';
import { repeatedWordings, settledWordings, type RepeatedWording, type SettledWording } from './repeated-wordings.ts';

export interface Scope {
  readonly role?: string;
  /** Milliseconds since 1970-01-01 UTC; the beginning is in, the end is out. */
  readonly since?: number;
  readonly until?: number;
}

export interface TierShare {
  /** Beginning of the hour or day, milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  /** Null: nobody settled the message. */
  readonly tier: TierName | null;
  readonly messages: number;
  /** Of the messages in this hour or day, in [0, 1]. */
  readonly share: number;
}

export interface TierAccuracy {
  readonly tier: TierName;
  readonly settled: number;
  /** Settled messages of which somebody said whether they were right. */
  readonly judged: number;
  readonly correct: number;
  /** correct / judged; null where nothing is judged. */
  readonly accuracy: number | null;
  /** 95 % Wilson interval of the accuracy. */
  readonly lower: number | null;
  readonly upper: number | null;
}

export interface TierLatency {
  readonly tier: TierName;
  readonly visits: number;
  /** Microseconds. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly mean: number;
}

export interface Savings {
  readonly messages: number;
  /** Settled below the LLM. */
  readonly avoided: number;
  readonly imperator: number;
  readonly costUsd: number;
  /** Mean cost of a message that the LLM settled; null where there was none. */
  readonly meanImperatorUsd: number | null;
  /** avoided × mean cost; null where no mean is known. */
  readonly savedUsd: number | null;
}

export interface Totals {
  readonly conversations: number;
  readonly messages: number;
  readonly decisions: number;
  readonly feedback: number;
  readonly firstTime: number | null;
  readonly lastTime: number | null;
}

export interface RoleTotals {
  readonly role: string;
  readonly conversations: number;
  readonly messages: number;
  readonly considered: number;
  readonly settledBelowImperator: number;
}

export interface ConfidenceRow {
  readonly tier: TierName;
  readonly confidence: number;
  readonly threshold: number | null;
  readonly correct: boolean;
  readonly settled: boolean;
  readonly shadow: boolean;
  readonly source: FeedbackSource;
}

export interface ModelUse {
  readonly model: string;
  readonly tier: TierName;
  readonly role: string;
  readonly decisions: number;
  readonly settled: number;
  readonly firstTime: number;
  readonly lastTime: number;
}

/**
 * One row per considered message: who settled it, by which decision, at what cost of all tiers together. A message that
 * went up after a tier had settled it, because that could not be carried out, was settled by the later one. Every figure
 * that counts messages rests on this.
 */
const considered = (conditions: Conditions): string => `
  SELECT message, any_value(role) AS role, min("time") AS "time",
    last(tier ORDER BY d."time", sequence) FILTER (settled) AS tier,
    last(id ORDER BY d."time", sequence) FILTER (settled) AS decision, sum(cost_usd) AS cost
  FROM decisions d ${conditions.where()} GROUP BY message`;

/** The figures of dashboard and report, each one named query. */
export class LogQueries {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Which tier settled how much, over time. */
  async shareByTier(scope: Scope & { readonly bucket?: 'hour' | 'day' } = {}): Promise<TierShare[]> {
    const conditions = effective(scope);
    const bucket = scope.bucket === 'day' ? 'day' : 'hour';
    const rows = await this.#ask(
      `WITH considered AS (${considered(conditions)}),
       counted AS (SELECT epoch_ms(date_trunc('${bucket}', "time")) AS "time", tier, count(*) AS messages
         FROM considered GROUP BY 1, 2)
       SELECT "time", tier, messages, messages / sum(messages) OVER (PARTITION BY "time") AS share
       FROM counted ORDER BY "time", tier NULLS LAST`,
      conditions.values,
    );
    return rows.map(numbers) as unknown as TierShare[];
  }

  /** How right each tier was about the messages that it settled, where somebody has said so. */
  async accuracyByTier(scope: Scope = {}): Promise<TierAccuracy[]> {
    const conditions = effective(scope);
    const rows = await this.#ask(
      `WITH considered AS (${considered(conditions)})
       SELECT c.tier, count(*) AS settled, count(j.correct) AS judged, count(*) FILTER (j.correct) AS correct
       FROM considered c LEFT JOIN judgements j ON j.decision = c.decision WHERE c.tier IS NOT NULL
       GROUP BY c.tier ORDER BY c.tier`,
      conditions.values,
    );
    return rows.map((row) => {
      const counts = numbers(row) as unknown as Pick<TierAccuracy, 'tier' | 'settled' | 'judged' | 'correct'>;
      return { ...counts, ...wilson(counts.correct, counts.judged) };
    });
  }

  async latencyByTier(scope: Scope = {}): Promise<TierLatency[]> {
    const conditions = effective(scope);
    const rows = await this.#ask(
      `SELECT d.tier, count(*) AS visits, quantile_cont(latency_us, 0.5) AS p50, quantile_cont(latency_us, 0.9) AS p90,
         quantile_cont(latency_us, 0.99) AS p99, avg(latency_us) AS mean
       FROM decisions d ${conditions.where()} GROUP BY d.tier ORDER BY d.tier`,
      conditions.values,
    );
    return rows.map(numbers) as unknown as TierLatency[];
  }

  /** LLM calls that were not made, priced at what the made ones cost on average. */
  async savings(scope: Scope = {}): Promise<Savings> {
    const conditions = effective(scope);
    const [row] = await this.#ask(
      `WITH considered AS (${considered(conditions)})
       SELECT count(*) AS messages, count(*) FILTER (tier IS NOT NULL AND tier <> 'imperator') AS avoided,
         count(*) FILTER (tier = 'imperator') AS imperator, coalesce(sum(cost), 0) AS "costUsd",
         avg(cost) FILTER (tier = 'imperator') AS "meanImperatorUsd"
       FROM considered`,
      conditions.values,
    );
    const figures = numbers(row ?? {}) as unknown as Omit<Savings, 'savedUsd'>;
    const mean = figures.meanImperatorUsd;
    return { ...figures, savedUsd: mean === null ? null : mean * figures.avoided };
  }

  async totals(): Promise<Totals> {
    const [row] = await this.#ask(
      `SELECT (SELECT count(*) FROM conversations) AS conversations, (SELECT count(*) FROM messages) AS messages,
         (SELECT count(*) FROM decisions) AS decisions, (SELECT count(*) FROM feedback) AS feedback,
         (SELECT epoch_us(min("time")) / 1000.0 FROM messages) AS "firstTime",
         (SELECT epoch_us(max("time")) / 1000.0 FROM messages) AS "lastTime"`,
    );
    return numbers(row ?? {}) as unknown as Totals;
  }

  async roles(): Promise<RoleTotals[]> {
    const none = effective({});
    const rows = await this.#ask(
      `WITH considered AS (${considered(none)}),
       decided AS (SELECT role, count(*) AS considered,
         count(*) FILTER (tier IS NOT NULL AND tier <> 'imperator') AS cheap FROM considered GROUP BY role),
       spoken AS (SELECT c.role, count(DISTINCT c.id) AS conversations, count(m.id) AS messages
         FROM conversations c LEFT JOIN messages m ON m.conversation = c.id GROUP BY c.role)
       SELECT coalesce(s.role, d.role) AS role, coalesce(s.conversations, 0) AS conversations,
         coalesce(s.messages, 0) AS messages, coalesce(d.considered, 0) AS considered,
         coalesce(d.cheap, 0) AS "settledBelowImperator"
       FROM spoken s FULL JOIN decided d ON d.role = s.role ORDER BY role`,
      none.values,
    );
    return rows.map(numbers) as unknown as RoleTotals[];
  }

  /** Names of the tools that a role's conversations were offered or called. */
  async tools(role: string): Promise<string[]> {
    const rows = await this.#ask(
      `SELECT DISTINCT name FROM (
         SELECT unnest(json_extract_string(tools, '$[*].name')) AS name FROM conversations WHERE role = $1
         UNION ALL
         SELECT unnest(json_extract_string(m.parts, '$[*].name')) FROM messages m JOIN conversations c
           ON c.id = m.conversation WHERE c.role = $1 AND m.author = 'assistant')
       WHERE name IS NOT NULL ORDER BY name`,
      [role],
    );
    return rows.map(({ name }) => String(name));
  }

  /** Confidence beside truth, for coverage against error and calibration; visits that passed or had no effect included. */
  async confidences(
    scope: Scope & { readonly tier?: TierName; readonly limit?: number } = {},
  ): Promise<ConfidenceRow[]> {
    const conditions = scoped(scope);
    conditions.add('d.confidence IS NOT NULL');
    if (scope.tier !== undefined) conditions.add('d.tier = ?', scope.tier);
    const rows = await this.#ask(
      `SELECT d.tier, d.confidence, d.threshold, j.correct, d.settled, d.shadow, j.source
       FROM decisions d JOIN judgements j ON j.decision = d.id ${conditions.where()}
       ORDER BY d.sequence DESC LIMIT ${Math.trunc(scope.limit ?? 100_000)}`,
      conditions.values,
    );
    return rows as unknown as ConfidenceRow[];
  }

  /** For drift: see `consideredMessages`. */
  considered(scope: Parameters<typeof consideredMessages>[1]): Promise<ConsideredMessage[]> {
    return consideredMessages(this.#ask, scope);
  }

  /** For the schedule of training: what each role could learn from. */
  learnable(): Promise<LearnableTurns[]> {
    return learnableTurns(this.#ask);
  }

  /** For graduation: what users say again and again, and what was made of it. */
  repeatedWordings(role: string, most?: number): Promise<RepeatedWording[]> {
    return repeatedWordings(this.#ask, role, most);
  }

  /** For graduation: what was settled under each process, and what people said of it. */
  processOutcomes(role: string): Promise<ProcessOutcomes[]> {
    return processOutcomes(this.#ask, role);
  }

  /** What people called wrong, by the words that it was said to. */
  blamedWordings(role: string): Promise<BlamedRow[]> {
    return blamedWordings(this.#ask, role);
  }

  settledWordings(role: string): Promise<SettledWording[]> {
    return settledWordings(this.#ask, role);
  }

  /** Which models decided, when, how much. */
  async models(scope: Scope = {}): Promise<ModelUse[]> {
    const conditions = scoped(scope);
    conditions.add('d.model IS NOT NULL');
    const rows = await this.#ask(
      `SELECT d.model, d.tier, d.role, count(*) AS decisions, count(*) FILTER (d.settled AND NOT d.shadow) AS settled,
         epoch_us(min(d."time")) / 1000.0 AS "firstTime", epoch_us(max(d."time")) / 1000.0 AS "lastTime"
       FROM decisions d ${conditions.where()} GROUP BY d.model, d.tier, d.role ORDER BY "lastTime" DESC, d.model`,
      conditions.values,
    );
    return rows.map(numbers) as unknown as ModelUse[];
  }
}

function scoped(scope: Scope): Conditions {
  const conditions = new Conditions();
  if (scope.role !== undefined) conditions.add('d.role = ?', scope.role);
  if (scope.since !== undefined) conditions.add('d."time" >= make_timestamp(CAST(? AS BIGINT) * 1000)', scope.since);
  if (scope.until !== undefined) conditions.add('d."time" < make_timestamp(CAST(? AS BIGINT) * 1000)', scope.until);
  return conditions;
}

function effective(scope: Scope): Conditions {
  const conditions = scoped(scope);
  conditions.add('NOT d.shadow');
  return conditions;
}

/** Counts arrive as 64-bit integers; no log holds more than 2^53 of anything. */
function numbers(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
  );
}

/** Wilson's score interval at 95 % (Wilson 1927): holds up for small counts and shares near 0 or 1. */
function wilson(correct: number, judged: number): Pick<TierAccuracy, 'accuracy' | 'lower' | 'upper'> {
  if (judged === 0) return { accuracy: null, lower: null, upper: null };
  const z = 1.959964;
  const accuracy = correct / judged;
  const centre = accuracy + (z * z) / (2 * judged);
  const reach = z * Math.sqrt((accuracy * (1 - accuracy)) / judged + (z * z) / (4 * judged * judged));
  const scale = 1 + (z * z) / judged;
  return { accuracy, lower: Math.max(0, (centre - reach) / scale), upper: Math.min(1, (centre + reach) / scale) };
}
