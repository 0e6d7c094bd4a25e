import type { Preparation } from './decision.ts';
import type { Delta } from './delta.ts';
import type { Message } from './message.ts';
import type { ToolDefinition } from './tool-definition.ts';

/** What a tier may look at when it decides: the message, what stands before it, and what may be done. */
export interface Turn {
  readonly message: Message;
  /** Earlier messages of the conversation, oldest first; never anything later than `message`. */
  readonly history: readonly Message[];
  readonly role: string;
  /** Tools that may be proposed for this turn. A tier proposes none that is not listed here. */
  readonly tools: readonly ToolDefinition[];
  /** Left by the tiers below. */
  readonly prepared?: Preparation;
  /** The client's own LLM parameters (temperature, response_format, ...); they reach the LLM unchanged. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Where set, an LLM's answer is also handed over piece by piece while it grows. */
  readonly onDelta?: (delta: Delta) => void;
  /** Id for the row of the visit that settles, so that a caller can name it before the answer is complete. */
  readonly decision?: string;
  /** Somebody waits to read why: a tier may take a millisecond more to say so. */
  readonly explains?: boolean;
  /** Aborted when the caller has gone or time is up. */
  readonly signal?: AbortSignal;
}
