import type { Message } from './message.ts';
import type { ToolDefinition } from './tool-definition.ts';

export type Split = 'train' | 'val' | 'test';

/** A whole conversation at rest: what importers make, snapshots hold and trainers read. */
export interface Conversation {
  readonly id: string;
  /** Role of the agent that answered: `pm`, `support-agent`, ... */
  readonly role: string;
  /** Set where the source was split by its publisher; training uses `train` rows alone. */
  readonly split: Split | null;
  /** Tools that were offered to the agent. */
  readonly tools: readonly ToolDefinition[];
  /** In time order. */
  readonly messages: readonly Message[];
}
