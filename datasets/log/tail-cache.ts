import type { Message } from '../../engine/core/message.ts';

interface Tail {
  /** Newest messages in time order. */
  messages: Message[];
  /** True where no older messages exist than these. */
  whole: boolean;
}

/** Conversations and messages of each that are kept; 2,000 × 64 short messages are some 50 MB. */
const keptConversations = 2000;
const keptMessages = 64;

/** The newest messages of the conversations that are being held now, so that a turn need not ask the database. */
export class TailCache {
  readonly #tails = new Map<string, Tail>();

  /** The last n messages, oldest first; null where the cache cannot say. */
  recent(conversation: string, n: number): readonly Message[] | null {
    const tail = this.#tails.get(conversation);
    if (tail === undefined || (!tail.whole && tail.messages.length < n)) return null;
    this.#tails.delete(conversation);
    this.#tails.set(conversation, tail);
    return n === 0 ? [] : tail.messages.slice(-n);
  }

  /** Begins a conversation of which `messages` are all there is, or at least the newest. */
  begin(conversation: string, messages: readonly Message[], whole: boolean): void {
    this.#tails.set(conversation, { messages: [...messages], whole });
    if (this.#tails.size <= keptConversations) return;
    const oldest = this.#tails.keys().next();
    if (oldest.done !== true) this.#tails.delete(oldest.value);
  }

  /** Adds a message to a conversation that is kept; others are left alone. */
  add(message: Message): void {
    const tail = this.#tails.get(message.conversation);
    if (tail === undefined || tail.messages.some((kept) => kept.id === message.id)) return;
    let place = tail.messages.length;
    while (place > 0 && (tail.messages[place - 1] as Message).time > message.time) place -= 1;
    if (place === 0 && !tail.whole) return; // older than all that is kept
    tail.messages.splice(place, 0, message);
    if (tail.messages.length <= keptMessages) return;
    tail.messages = tail.messages.slice(-keptMessages);
    tail.whole = false;
  }

  clear(): void {
    this.#tails.clear();
  }
}
