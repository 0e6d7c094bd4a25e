import type { Clock } from '../../engine/core/clock.ts';
import type { Conversation, Split } from '../../engine/core/conversation.ts';
import { EngineError } from '../../engine/core/errors.ts';
import { canonicalJson } from '../../engine/core/hash.ts';
import type { Message } from '../../engine/core/message.ts';
import type { ToolDefinition } from '../../engine/core/tool-definition.ts';
import type { Feed } from './feed.ts';
import { IdSet } from './id-set.ts';
import type { Journal } from './journal.ts';
import type { LogReader } from './reader.ts';
import type { JournalEntry } from './record.ts';
import type { Row } from './rows.ts';
import type { ConversationHead } from './tables.ts';
import type { TailCache } from './tail-cache.ts';

export interface AppendOptions {
  /** Role of the agent that answers. */
  readonly role: string;
  /** Default null: not split by its publisher. */
  readonly split?: Split | null;
  /** Tools offered to the agent; left out: as before, at first none. */
  readonly tools?: readonly ToolDefinition[];
}

export interface Appended {
  /** Conversations that are new. */
  readonly conversations: number;
  /** Messages that are new. */
  readonly messages: number;
  /** Messages that were known, or stood twice in the same call. */
  readonly duplicates: number;
}

interface Piece extends AppendOptions {
  readonly id: string;
  readonly messages: readonly Message[];
}

interface Pending {
  readonly stored: Promise<unknown>;
  /** Set once it is journaled; the entry goes when the tables have it. */
  sequence: number;
}

/** Ids of messages that were stored or met last; a chat client sends the whole conversation again with every turn. */
const keptIds = 50_000;
/** Heads that are kept in memory; beyond it the oldest are asked from the tables again. */
const keptHeads = 5000;
/** The widest time that both JavaScript's Date and the tables can carry, in milliseconds. */
const widestTime = 8.64e15;

/** Journals messages once: an id is written when it is first seen, however often and from wherever it comes. */
export class MessageWriter {
  readonly #journal: Journal;
  readonly #feed: Feed;
  readonly #reader: LogReader;
  readonly #tails: TailCache;
  readonly #clock: Clock;
  readonly #messages = new IdSet();
  readonly #conversations = new IdSet();
  /** Messages on their way: accepted here, not in the tables yet. */
  readonly #pending = new Map<string, Pending>();
  /** Certainly stored; some 5 MB. The oldest are forgotten and asked for again. */
  readonly #stored = new Set<string>();
  readonly #heads = new Map<string, ConversationHead>();
  #failures = 0;

  constructor(parts: {
    readonly journal: Journal;
    readonly feed: Feed;
    readonly reader: LogReader;
    readonly tails: TailCache;
    readonly clock: Clock;
  }) {
    this.#journal = parts.journal;
    this.#feed = parts.feed;
    this.#reader = parts.reader;
    this.#tails = parts.tails;
    this.#clock = parts.clock;
  }

  /** Reads which ids exist; afterwards a new id is known as new without a question to the tables. */
  async learnIds(ask: (sql: string) => Promise<Row[]>): Promise<void> {
    for (const row of await ask('SELECT id FROM messages')) this.#messages.add(row.id as string);
    for (const row of await ask('SELECT id FROM conversations')) this.#conversations.add(row.id as string);
  }

  /** False only where it certainly does not exist. */
  mayKnowConversation(id: string): boolean {
    return this.#conversations.has(id);
  }

  append(messages: readonly Message[], options: AppendOptions): Promise<Appended> {
    const pieces = new Map<string, Message[]>();
    for (const message of messages) {
      const piece = pieces.get(message.conversation);
      if (piece === undefined) pieces.set(message.conversation, [message]);
      else piece.push(message);
    }
    return this.#store([...pieces].map(([id, ofOne]) => ({ ...options, id, messages: ofOne })));
  }

  appendConversations(conversations: readonly Conversation[]): Promise<Appended> {
    return this.#store(conversations);
  }

  /** Those of the ids that are stored or on their way; resolves when they are stored. */
  async known(ids: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>();
    const doubtful: string[] = [];
    const waiting: Promise<unknown>[] = [];
    for (const id of ids) {
      const pending = this.#pending.get(id);
      if (pending !== undefined) {
        waiting.push(pending.stored);
        found.add(id);
      } else if (this.#stored.has(id)) found.add(id);
      else if (this.#messages.has(id)) doubtful.push(id);
    }
    await Promise.all(waiting);
    for (const id of await this.#reader.messageIds(doubtful)) found.add(id);
    return found;
  }

  async #store(pieces: readonly Piece[]): Promise<Appended> {
    for (const piece of pieces) for (const message of piece.messages) check(message, piece.id);
    await this.#feed.room();
    this.#forgetApplied();
    const ids = pieces.flatMap((piece) => piece.messages.map((message) => message.id));
    const failures = this.#failures;
    const stored = await this.#learn(
      ids,
      pieces.map((piece) => piece.id),
    );
    // From here to the journal nothing waits, so that two callers with the same message cannot both find it new.
    const entries: JournalEntry[] = [];
    const fresh: Message[] = [];
    const newHeads: ConversationHead[] = [];
    const elsewhere: Promise<unknown>[] = [];
    const seen = new Set<string>();
    let begun = 0;
    for (const piece of pieces) {
      const messages: Message[] = [];
      for (const message of piece.messages) {
        const pending = this.#pending.get(message.id);
        if (pending !== undefined) elsewhere.push(pending.stored);
        if (pending !== undefined || stored.has(message.id) || seen.has(message.id)) continue;
        seen.add(message.id);
        messages.push(message);
      }
      const known = this.#heads.get(piece.id);
      const head = this.#headOf(piece, known);
      if (head !== known) {
        entries.push({ kind: 'conversation', id: head.id, body: head });
        this.#keepHead(head);
        newHeads.push(head);
        if (known === undefined) begun += 1;
        if (known === undefined && !this.#conversations.has(piece.id)) this.#tails.begin(piece.id, [], true);
        this.#conversations.add(piece.id);
      }
      for (const message of messages) entries.push({ kind: 'message', id: message.id, body: message });
      fresh.push(...messages);
    }
    await this.#journalAll(entries, fresh, newHeads);
    await Promise.all(elsewhere);
    if (this.#failures !== failures) await this.#restoreHeads(pieces);
    return { conversations: begun, messages: fresh.length, duplicates: ids.length - fresh.length };
  }

  async #journalAll(
    entries: readonly JournalEntry[],
    fresh: readonly Message[],
    heads: readonly ConversationHead[],
  ): Promise<void> {
    if (entries.length === 0) return;
    const stored = this.#journal.appendAll(entries);
    const pending: Pending = { stored, sequence: Number.POSITIVE_INFINITY };
    for (const message of fresh) {
      this.#pending.set(message.id, pending);
      this.#messages.add(message.id);
    }
    try {
      pending.sequence = (await stored).at(-1)?.sequence ?? 0;
    } catch (error) {
      for (const message of fresh) this.#pending.delete(message.id);
      for (const head of heads) this.#heads.delete(head.id);
      this.#failures += 1;
      throw error;
    }
    for (const message of fresh) {
      this.#tails.add(message);
      this.#keepId(message.id);
    }
  }

  #headOf(piece: Piece, known: ConversationHead | undefined): ConversationHead {
    if (known === undefined) {
      const created = piece.messages[0]?.time ?? this.#clock.now();
      return { id: piece.id, role: piece.role, split: piece.split ?? null, tools: piece.tools ?? [], created };
    }
    if (piece.tools === undefined || piece.tools === known.tools) return known;
    return canonicalJson(piece.tools) === canonicalJson(known.tools) ? known : { ...known, tools: piece.tools };
  }

  /**
   * Asks the tables about whatever memory is not sure of, again and again until nothing doubtful is left: while one
   * question is under way, another caller may bring the next.
   * @returns the message ids that are stored; what is on its way stands in #pending
   */
  async #learn(ids: readonly string[], conversations: readonly string[]): Promise<Set<string>> {
    const asked = new Set<string>();
    const stored = new Set(ids.filter((id) => this.#stored.has(id)));
    for (;;) {
      const messages = ids.filter(
        (id) => !asked.has(id) && !stored.has(id) && !this.#pending.has(id) && this.#messages.has(id),
      );
      const heads = conversations.filter(
        (id) => !asked.has(`head ${id}`) && !this.#heads.has(id) && this.#conversations.has(id),
      );
      if (messages.length === 0 && heads.length === 0) return stored;
      for (const id of messages) asked.add(id);
      for (const id of heads) asked.add(`head ${id}`);
      for (const id of await this.#reader.messageIds(messages)) {
        stored.add(id);
        this.#keepId(id);
      }
      for (const head of await this.#reader.heads(heads)) if (!this.#heads.has(head.id)) this.#keepHead(head);
    }
  }

  /** Another caller was to write the head of our conversation, and could not; our messages must not be without one. */
  async #restoreHeads(pieces: readonly Piece[]): Promise<void> {
    const heads = pieces.filter((piece) => !this.#heads.has(piece.id)).map((piece) => this.#headOf(piece, undefined));
    for (const head of heads) this.#keepHead(head);
    await this.#journal.appendAll(heads.map((head) => ({ kind: 'conversation', id: head.id, body: head })));
  }

  #keepId(id: string): void {
    this.#stored.add(id);
    if (this.#stored.size <= keptIds) return;
    const oldest = this.#stored.keys().next();
    if (oldest.done !== true) this.#stored.delete(oldest.value);
  }

  #keepHead(head: ConversationHead): void {
    this.#heads.delete(head.id);
    this.#heads.set(head.id, head);
  }

  /** The tables answer for what they hold; memory holds the rest. Both maps are in the order of their making. */
  #forgetApplied(): void {
    for (const [id, pending] of this.#pending) {
      if (pending.sequence > this.#feed.done) break;
      this.#pending.delete(id);
    }
    if (this.#pending.size > 0) return;
    for (const id of this.#heads.keys()) {
      if (this.#heads.size <= keptHeads) break;
      this.#heads.delete(id);
    }
  }
}

function check(message: Message, conversation: string): void {
  const { id, time } = message;
  if (id === '' || !id.isWellFormed()) throw bad(`a message has the id ${JSON.stringify(id)}`);
  if (!conversation.isWellFormed() || conversation === '') throw bad(`message ${id} is in no conversation`);
  if (message.conversation !== conversation) throw bad(`message ${id} belongs to ${message.conversation}, not here`);
  if (!Number.isFinite(time) || Math.abs(time) > widestTime) throw bad(`message ${id} has the time ${time}`);
}

function bad(detail: string): EngineError {
  return new EngineError('BAD_REQUEST', { detail });
}
