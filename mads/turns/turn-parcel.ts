import type { Parcel } from '../../engine/bus/bus.ts';
import type { FinishReason, Outcome, Usage } from '../../engine/core/decision.ts';
import type { Message } from '../../engine/core/message.ts';
import type { TierName } from '../../engine/core/tier-name.ts';
import type { BlastRadius, ToolDefinition } from '../../engine/core/tool-definition.ts';

/** Beside a message: considers this, please. */
export interface TurnRequest {
  readonly kind: 'turn';
  /** Who asks, and the largest effect that this caller may cause. */
  readonly caller: string;
  readonly allows: BlastRadius;
  /** Earlier messages as the caller knows them; left out: as Rogers has them. */
  readonly history?: readonly Message[];
  /** Tools that the caller itself can run; a call of one comes back to it. */
  readonly tools: readonly ToolDefinition[];
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Id for the decision that settles the message. */
  readonly decision: string;
  /** True where the caller wants the pieces of a growing answer. */
  readonly stream: boolean;
}

/** Beside a reply: how it came about. */
export interface TurnReport {
  readonly kind: 'report';
  readonly decision: string;
  readonly tier: TierName;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly confidence: number | null;
  readonly finish: FinishReason;
  /** Sum over all calls of the LLM for this message. */
  readonly usage: Usage;
  /** Calls and results on the way to the reply that are not kept yet: they are kept with it, in one piece. */
  readonly exchange: readonly Message[];
}

/** Beside a message with tool calls: run these of yours for me. */
export interface CallRequest {
  readonly kind: 'call';
  readonly caller: string;
  readonly allows: BlastRadius;
}

/** Beside a message with tool results: what the handlers returned, in order. */
export interface CallReport {
  readonly kind: 'result';
  readonly values: readonly unknown[];
}

export type Attachment = TurnRequest | TurnReport | CallRequest | CallReport;

/** The attachment, where it is of this kind. Within a process attachments are made by these types alone. */
export function attachmentOf<Kind extends Attachment['kind']>(
  parcel: Parcel,
  kind: Kind,
): Extract<Attachment, { kind: Kind }> | undefined {
  const { attachment } = parcel;
  const isOne =
    typeof attachment === 'object' && attachment !== null && 'kind' in attachment && attachment.kind === kind;
  return isOne ? (attachment as Extract<Attachment, { kind: Kind }>) : undefined;
}
