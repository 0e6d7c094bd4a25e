import type { FastifyInstance } from 'fastify';
import type { Bus } from '../../../engine/bus/bus.ts';
import type { Clock, IdSource } from '../../../engine/core/clock.ts';
import type { Decision, Outcome, Verdict } from '../../../engine/core/decision.ts';
import type { Logger } from '../../../engine/core/logger.ts';
import type { Message } from '../../../engine/core/message.ts';
import type { BlastRadius, ToolDefinition } from '../../../engine/core/tool-definition.ts';
import type { Turn } from '../../../engine/core/turn.ts';

/** A tool that `/mcp` offers, and the MAD that runs it. */
export interface OfferedTool {
  readonly mad: string;
  readonly definition: ToolDefinition;
}

/** A word on a decision, as `/v1/feedback` takes it; the conversation log stores it. */
export interface GivenFeedback {
  readonly decision: string;
  readonly correct?: boolean;
  readonly label?: string;
  readonly outcome?: Outcome;
  readonly note?: string;
  readonly source: 'human';
}

export interface Readiness {
  /** True when every tier that is switched on has its model, or a role has none to wait for. */
  readonly ready: boolean;
  /** Plain facts for people: models in use, lag of the log, ... */
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface GatewayConfig {
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly allowedHosts: readonly string[];
  readonly maxBodyBytes: number;
}

/** Everything the gateway needs to know; the composition root passes it in. */
export interface GatewayParts {
  readonly config: GatewayConfig;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** Roles that answer, each a MAD of that name on the bus. */
  readonly roles: () => readonly string[];
  /** The role that `thought-engine` means; null where there is none yet. */
  readonly defaultRole: () => string | null;
  readonly readiness: () => Readiness | Promise<Readiness>;
  /** The ladder without the LLM and without any effect: no row, no call. */
  readonly explain: (turn: Turn) => Promise<{ readonly verdict: Verdict; readonly decisions: readonly Decision[] }>;
  /** @throws BAD_REQUEST, NOT_FOUND and the like where the decision is unknown */
  readonly feedback: (given: GivenFeedback) => Promise<{ readonly id: string }>;
  /** What was said in a conversation so far, oldest first. */
  readonly history: (conversation: string) => Promise<readonly Message[]>;
  /** Tools of the MADs' own (Rogers', Grace's) that `/mcp` offers. */
  readonly tools: () => readonly OfferedTool[];
  /** Largest effect that a caller may cause; `irreversible` where absent: whoever holds the token is the owner. */
  readonly allows?: BlastRadius;
  /** Paths that need no token: `/healthz`, and what a browser must load before it can send one. */
  readonly publicPaths?: readonly string[];
  /** Further routes, such as the dashboard's. */
  readonly plugin?: (app: FastifyInstance) => void | Promise<void>;
}
