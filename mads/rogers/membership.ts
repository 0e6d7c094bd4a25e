import { EngineError } from '../../engine/core/errors.ts';
import type { Message } from '../../engine/core/message.ts';
import type { ConversationStore } from './conversation-store.ts';

/** Media type of the notes by which a conversation remembers who came and went. */
const noteType = 'application/vnd.thought-engine.membership+json';

export interface MembershipNote {
  readonly event: 'created' | 'joined' | 'left';
  readonly name: string;
  /** Set on `created`: whether anybody may join by himself. */
  readonly open?: boolean;
}

export interface Membership {
  readonly members: ReadonlySet<string>;
  readonly open: boolean;
}

/** True for a note about members, which is nothing that was said. */
export function isNote(message: Message): boolean {
  return message.parts.some((part) => part.kind === 'data' && part.mediaType === noteType);
}

export function noteMessage(note: MembershipNote, head: Omit<Message, 'author' | 'parts'>): Message {
  const text = JSON.stringify(note);
  return { ...head, author: 'system', parts: [{ kind: 'data', mediaType: noteType, text, provenance: 'agent' }] };
}

/** Conversations whose members are kept at hand. */
const kept = 5000;

/**
 * Who takes part in a conversation: who wrote or was written to, and who was let in; until he left. It stands in the
 * conversation itself, so that the journal alone is enough to know it.
 */
export class Memberships {
  readonly #store: ConversationStore;
  readonly #known = new Map<string, { members: Set<string>; open: boolean }>();

  constructor(store: ConversationStore) {
    this.#store = store;
  }

  /** @throws CONVERSATION_UNKNOWN */
  async of(conversation: string): Promise<Membership> {
    const known = this.#known.get(conversation);
    if (known !== undefined) return known;
    const stored = await this.#store.conversation(conversation);
    if (stored === null) throw new EngineError('CONVERSATION_UNKNOWN', { id: conversation });
    const membership = { members: new Set<string>(), open: false };
    for (const message of stored.messages) take(membership, message);
    this.#known.set(conversation, membership);
    if (this.#known.size > kept) this.#known.delete(this.#known.keys().next().value as string);
    return membership;
  }

  /** @throws CONVERSATION_UNKNOWN, NOT_A_MEMBER */
  async check(conversation: string, name: string): Promise<Membership> {
    const membership = await this.of(conversation);
    if (!membership.members.has(name)) throw new EngineError('NOT_A_MEMBER', { name, conversation });
    return membership;
  }

  /** To be told of every message that is stored. */
  saw(messages: readonly Message[]): void {
    for (const message of messages) {
      const known = this.#known.get(message.conversation);
      if (known !== undefined) take(known, message);
    }
  }
}

/** Names that a message brings into its conversation, and those that it takes out. */
export function movesOf(message: Message): { readonly joined: readonly string[]; readonly left: readonly string[] } {
  const part = message.parts.find((one) => one.kind === 'data' && one.mediaType === noteType);
  if (part?.kind === 'data') {
    const { event, name } = JSON.parse(part.text) as MembershipNote;
    return event === 'left' ? { joined: [], left: [name] } : { joined: [name], left: [] };
  }
  if (message.author === 'system' || message.author === 'tool') return { joined: [], left: [] };
  return { joined: [message.sender, message.recipient], left: [] };
}

/** Names of those whose past a message is: who asked, or was let in. A MAD that answers everybody is nobody's past. */
export function personsOf(message: Message): readonly string[] {
  if (isNote(message)) return movesOf(message).joined;
  return message.author === 'user' ? [message.sender] : [];
}

function take(membership: { members: Set<string>; open: boolean }, message: Message): void {
  const { joined, left } = movesOf(message);
  for (const name of joined) membership.members.add(name);
  for (const name of left) membership.members.delete(name);
  const part = isNote(message) ? message.parts.find((one) => one.kind === 'data') : undefined;
  membership.open ||= part?.kind === 'data' && (JSON.parse(part.text) as MembershipNote).open === true;
}
