import type { Conversation } from '../../engine/core/conversation.ts';
import type { Message } from '../../engine/core/message.ts';
import type { ToolDefinition } from '../../engine/core/tool-definition.ts';

/** What Rogers asks of the conversation log; the log has it. */
export interface ConversationStore {
  /** Resolves when all are on disk; a message whose id is known is left as it stands. */
  appendMessages(
    messages: readonly Message[],
    options: { readonly role: string; readonly tools?: readonly ToolDefinition[] },
  ): Promise<unknown>;
  /** The last n, oldest first. */
  recent(conversation: string, n: number): Promise<readonly Message[]>;
  conversation(id: string): Promise<Conversation | null>;
}
