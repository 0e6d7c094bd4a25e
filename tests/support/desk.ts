import type { Tool } from '../../engine/action/tool.ts';
import { simulatedTool } from '../../engine/action/simulated-tools.ts';
import { MemoryBus } from '../../engine/bus/memory-bus.ts';
import { systemClock, systemIds } from '../../engine/core/clock.ts';
import type { Decision, Outcome, Verdict } from '../../engine/core/decision.ts';
import { quietLogger } from '../../engine/core/logger.ts';
import { textOf } from '../../engine/core/message.ts';
import type { Process } from '../../engine/core/process.ts';
import { seededRandom } from '../../engine/core/random.ts';
import type { TierName } from '../../engine/core/tier-name.ts';
import type { Turn } from '../../engine/core/turn.ts';
import { Pipeline } from '../../engine/pipeline/pipeline.ts';
import { AiSdkProvider } from '../../engine/providers/ai-sdk.ts';
import type { Provider } from '../../engine/providers/provider.ts';
import { ImperatorTier } from '../../engine/tiers/imperator.ts';
import type { Tier } from '../../engine/tiers/tier.ts';
import { journalOf } from '../../mads/turns/conversation-journal.ts';
import { graceTools } from '../../mads/grace/grace-tools.ts';
import { createGateway, type Gateway } from '../../mads/grace/gateway/gateway.ts';
import type { GatewayParts, GivenFeedback } from '../../mads/grace/gateway/parts.ts';
import { Host } from '../../mads/host.ts';
import { MemoryStore } from './memory-store.ts';

/** A cheap tier that settles by the first word of the message: a real tier, with a table for a model. */
export class TableTier implements Tier {
  readonly name: TierName;
  readonly #table: Readonly<Record<string, Outcome>>;

  constructor(name: TierName, table: Readonly<Record<string, Outcome>>) {
    this.name = name;
    this.#table = table;
  }

  consider(turn: Turn): Promise<Verdict> {
    const word = /^\w+/.exec(textOf(turn.message))?.[0] ?? '';
    const outcome = turn.message.author === 'user' ? this.#table[word] : undefined;
    const base = { tier: this.name, label: word, confidence: 0.99, threshold: 0.9, model: 'table' };
    const rest = { evidence: [{ what: `first word ${word}` }], propensity: 1 };
    if (outcome === undefined) {
      return Promise.resolve({ ...base, ...rest, confidence: 0.1, settled: false, reason: 'unknown word' });
    }
    return Promise.resolve({ ...base, ...rest, settled: true, outcome, reason: `the word ${word} is known` });
  }
}

export interface DeskOptions {
  readonly llmUrl?: string;
  readonly dtr?: Readonly<Record<string, Outcome>>;
  readonly lppm?: Readonly<Record<string, Outcome>>;
  readonly tools?: readonly Tool[];
  readonly processes?: readonly Process[];
  readonly config?: Partial<GatewayParts['config']>;
  readonly ready?: boolean;
}

export const deskTool = (name: string, blastRadius: 'read' | 'reversible' | 'irreversible'): Tool =>
  simulatedTool({ name, parameters: { type: 'object' }, blastRadius });

/** The whole way from HTTP to tiers and back, with tables for models, in the way the composition root assembles it. */
export class Desk {
  readonly store = new MemoryStore();
  readonly rows: Decision[] = [];
  readonly feedback: GivenFeedback[] = [];
  readonly host: Host;
  readonly bus: MemoryBus;
  gateway!: Gateway;

  private constructor(options: DeskOptions) {
    this.bus = new MemoryBus({ journal: journalOf(this.store, (name) => this.host.roleOf(name)) });
    this.host = new Host({ bus: this.bus, store: this.store, clock: systemClock, ids: systemIds });
    const llm = options.llmUrl === undefined ? null : llmAt(options.llmUrl);
    const imperator = new ImperatorTier(llm, { prices: { input: 1, output: 2 } });
    const cheap = [new TableTier('dtr', options.dtr ?? {}), new TableTier('lppm', options.lppm ?? {})];
    const make = (tiers: readonly Tier[], record: (rows: readonly Decision[]) => void): Pipeline =>
      new Pipeline(tiers, {
        sink: { record },
        clock: systemClock,
        ids: systemIds,
        timeoutMs: 200,
        admits: (turn, outcome) => this.host.actions('support').objection(turn, outcome, 'user', 'irreversible'),
      });
    const record = (rows: readonly Decision[]): void => void this.rows.push(...rows);
    const whole = make([...cheap, imperator], record);
    const top = make([imperator], record);
    this.host.hire({
      role: 'support',
      thinking: { consider: (turn) => whole.consider(turn), escalate: (turn) => top.consider(turn) },
      tools: options.tools ?? [],
      processes: options.processes ?? [],
    });
    const common = {
      roles: () => ['support'],
      defaultRole: () => 'support',
      explain: (turn: Turn) => {
        const tools = [...turn.tools, ...this.host.actions('support').tools];
        return make(cheap, () => undefined).trace({ ...turn, tools });
      },
      feedback: (given: GivenFeedback) => {
        this.feedback.push(given);
        return Promise.resolve({ id: 'fbk_1' });
      },
      history: (conversation: string) => this.store.recent(conversation, 200),
      clock: systemClock,
    };
    this.host.offer('grace', graceTools({ ...common, report: () => Promise.resolve({ share: 0.5 }) }));
    this.parts = {
      ...common,
      config: { host: '127.0.0.1', port: 0, allowedHosts: [], maxBodyBytes: 100_000, ...options.config },
      bus: this.bus,
      ids: systemIds,
      logger: quietLogger,
      readiness: () => ({ ready: options.ready ?? true, detail: { models: 'tables' } }),
      tools: () =>
        ['rogers', 'grace'].flatMap((mad) => this.host.actions(mad).tools.map((definition) => ({ mad, definition }))),
    };
  }

  readonly parts: GatewayParts;

  static async open(options: DeskOptions = {}, more: Partial<GatewayParts> = {}): Promise<Desk> {
    const desk = new Desk(options);
    desk.gateway = await createGateway({ ...desk.parts, ...more });
    return desk;
  }

  async close(): Promise<void> {
    await this.gateway.close(500);
    await this.bus.close(100);
    await this.host.close();
  }
}

function llmAt(baseUrl: string): Provider {
  return new AiSdkProvider({ baseUrl, model: 'fake-1', timeoutMs: 15_000, retryBaseMs: 1, random: seededRandom(1) });
}
