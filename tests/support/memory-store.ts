import type { Conversation } from '../../engine/core/conversation.ts';
import type { Message } from '../../engine/core/message.ts';
import type { ConversationStore } from '../../mads/rogers/conversation-store.ts';

/** A conversation store for tests of what stands above it: keeps each id once, in memory. */
export class MemoryStore implements ConversationStore {
  readonly messages: Message[] = [];
  readonly roles = new Map<string, string>();
  readonly #ids = new Set<string>();

  appendMessages(messages: readonly Message[], options: { readonly role: string }): Promise<void> {
    for (const message of messages) {
      if (this.#ids.has(message.id)) continue;
      this.#ids.add(message.id);
      this.messages.push(message);
      if (!this.roles.has(message.conversation)) this.roles.set(message.conversation, options.role);
    }
    return Promise.resolve();
  }

  recent(conversation: string, n: number): Promise<readonly Message[]> {
    return Promise.resolve(this.#of(conversation).slice(-n));
  }

  conversation(id: string): Promise<Conversation | null> {
    const messages = this.#of(id);
    if (messages.length === 0) return Promise.resolve(null);
    return Promise.resolve({ id, role: this.roles.get(id) ?? '', split: null, tools: [], messages });
  }

  #of(conversation: string): Message[] {
    return this.messages.filter((message) => message.conversation === conversation);
  }
}
