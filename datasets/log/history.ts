import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../engine/core/errors.ts';
import { quietLogger, type Logger } from '../../engine/core/logger.ts';
import { textOf, type Message } from '../../engine/core/message.ts';
import type { SearchIndex } from '../search/search-index.ts';
import type { Hit, NewText } from '../search/text-index.ts';
import type { JournalRecord } from './record.ts';
import type { ConversationHead } from './tables.ts';

/** Where the records come from; the conversation log is one. */
export interface RecordFeed {
  /** Calls the listener with every group of records from now on; returns the way to stop. */
  follow(listener: (records: readonly JournalRecord[]) => void): () => void;
  /** Records from a sequence on, oldest first. */
  records(from: number): AsyncIterable<readonly JournalRecord[]>;
}

export interface HistoryOptions {
  readonly index: SearchIndex;
  readonly feed: RecordFeed;
  /** Names that a message brings into its conversation; none for what is no part of the talk. */
  readonly taking: (message: Message) => readonly string[];
  /** Names that a message takes out: what was said there is found by nobody any more. */
  readonly leaving: (message: Message) => readonly string[];
  readonly logger?: Logger;
  /** First wait after a failure, doubled each time; milliseconds. */
  readonly retryMs?: number;
}

/** Whose past is looked through. */
export interface HistorySearch {
  readonly text: string;
  readonly role: string;
  /** Of conversations in which this person took part; of all that the role had where absent. */
  readonly person?: string;
  /** Conversation that is left out: the one that is being held. */
  readonly besides: string;
  readonly limit: number;
}

/** Where the index lies in a data folder. */
export const historyFile = 'search/history.sqlite';

const position = 'journal';
const rolePrefix = 'role ';
/** Records that go into the index at once; whoever searches meanwhile waits for so many at most. */
const batchSize = 500;
/** Records that wait in memory at most; of more the journal is read again. */
const mostWaiting = 20_000;
/** Longer messages are data, and found by their beginning. */
const longestText = 4000;
const firstRetryMs = 1000;
const longestRetryMs = 60_000;
/** Conversations of which role and people are kept at hand. */
const mostKept = 20_000;

/**
 * All that was ever said, kept findable: follows the journal, from where the index stands. What it holds is a copy; a
 * lost index is made anew from the journal in the background. Where the index fails, it is tried again from where it
 * stands, for as long as it takes.
 */
export class History {
  readonly #options: HistoryOptions;
  readonly #logger: Logger;
  readonly #conversations = new Map<string, { role: string; readonly people: Set<string> }>();
  #queue: JournalRecord[] = [];
  #working: Promise<void> | null = null;
  #stop: (() => void) | null = null;
  readonly #closing = new AbortController();
  /** False until the index has said where it stands. */
  #isPlaced = false;
  /** In a row. */
  #failures = 0;
  #trouble: string | null = null;
  /** True where records that are not in the queue have to be read from the journal. */
  #isBehind = true;
  #done = 0;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#logger = options.logger ?? quietLogger;
  }

  /** Begins to follow; what the journal holds already is read in the background. */
  start(): void {
    this.#stop ??= this.#options.feed.follow((records) => {
      if (this.#queue.length > mostWaiting) {
        this.#queue = [];
        this.#isBehind = true;
      } else for (const record of records) this.#queue.push(record);
      this.#wake();
    });
    this.#wake();
  }

  /** Why not all that was said is findable just now, in one line; null where it is. */
  trouble(): string | null {
    return this.#trouble;
  }

  /** Resolves when all that was journaled before is findable. */
  async settled(): Promise<void> {
    while (this.#working !== null) await this.#working;
  }

  async close(): Promise<void> {
    this.#stop?.();
    this.#stop = null;
    this.#closing.abort();
    await this.settled();
  }

  /** What was said in other conversations, best first. */
  search({ text, role, person, besides, limit }: HistorySearch): Promise<readonly Hit[]> {
    const marked = person === undefined ? {} : { mark: person };
    return this.#options.index.search({ text, scope: role, ...marked, limit, notFrom: besides });
  }

  #wake(): void {
    this.#working ??= this.#follow().finally(() => {
      this.#working = null;
      if (this.#hasMore) this.#wake();
    });
  }

  get #hasMore(): boolean {
    return this.#stop !== null && (this.#isBehind || this.#queue.length > 0);
  }

  async #follow(): Promise<void> {
    while (this.#hasMore) {
      try {
        if (!this.#isPlaced) await this.#place();
        if (this.#isBehind) await this.#readBack();
        else await this.#take(this.#queue.splice(0, batchSize));
        this.#recovered();
      } catch (error) {
        await this.#failed(error);
      }
    }
  }

  async #place(): Promise<void> {
    const notes = await this.#options.index.notes(position);
    this.#done = Number(notes[position] ?? 0);
    this.#isPlaced = true;
  }

  #recovered(): void {
    if (this.#failures > 0) this.#logger.warn({ failures: this.#failures }, 'history is followed again');
    this.#failures = 0;
    this.#trouble = null;
  }

  /** What was under way is read from the journal again, from where the index then stands. */
  async #failed(error: unknown): Promise<void> {
    [this.#isBehind, this.#isPlaced, this.#queue] = [true, false, []];
    // who came in with what failed was not there before it
    this.#conversations.clear();
    const first = this.#options.retryMs ?? firstRetryMs;
    const againInMs = Math.min(longestRetryMs, first * 2 ** this.#failures);
    this.#failures += 1;
    const fault = messageOf(error);
    this.#trouble = `not all of the past is findable: ${fault}`;
    this.#logger.error({ error: fault, againInMs }, 'history is behind; it is tried again');
    await pause(againInMs, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined);
  }

  async #readBack(): Promise<void> {
    this.#isBehind = false;
    for await (const records of this.#options.feed.records(this.#done + 1)) {
      for (let at = 0; at < records.length && this.#stop !== null; at += batchSize) {
        await this.#take(records.slice(at, at + batchSize));
      }
      if (this.#stop === null) return;
    }
  }

  async #take(records: readonly JournalRecord[]): Promise<void> {
    const fresh = records.filter(({ sequence }) => sequence > this.#done);
    const last = fresh.at(-1);
    if (last === undefined) return;
    const texts: NewText[] = [];
    let notes: Record<string, string> = {};
    for (const { kind, body, sequence } of fresh) {
      const left = kind === 'message' ? this.#options.leaving(body as Message) : [];
      if (left.length > 0) {
        const { conversation } = body as Message;
        for (const name of left) this.#conversation(conversation).people.delete(name);
        // each step says how far it is: one that fails is not done twice
        await this.#options.index.add(texts.splice(0), { ...notes, [position]: String(sequence - 1) });
        await this.#options.index.remove(conversation, { [position]: String(sequence) });
        notes = {};
      } else if (kind === 'conversation') {
        const { id, role } = body as ConversationHead;
        notes[rolePrefix + id] = role;
        this.#conversation(id).role = role;
      } else if (kind === 'message') {
        const text = await this.#textOf(body as Message);
        if (text !== null) texts.push(text);
      }
    }
    await this.#options.index.add(texts, { ...notes, [position]: String(last.sequence) });
    this.#done = last.sequence;
  }

  async #textOf(message: Message): Promise<NewText | null> {
    const { id, conversation, sender, author, time } = message;
    const known = this.#conversation(conversation);
    if (known.role === '') {
      const note = rolePrefix + conversation;
      known.role = (await this.#options.index.notes(note))[note] ?? '';
    }
    for (const name of this.#options.taking(message)) known.people.add(name);
    const text = textOf(message).slice(0, longestText);
    if (author === 'system' || text.trim() === '') return null;
    const kind = author === 'tool' ? 'tool-result' : 'turn';
    return {
      id,
      source: conversation,
      kind,
      speaker: sender,
      time,
      place: '',
      text,
      scope: known.role,
      marks: [...known.people],
    };
  }

  #conversation(id: string): { role: string; readonly people: Set<string> } {
    const known = this.#conversations.get(id) ?? { role: '', people: new Set<string>() };
    this.#conversations.delete(id);
    this.#conversations.set(id, known);
    if (this.#conversations.size > mostKept) this.#conversations.delete(this.#conversations.keys().next().value!);
    return known;
  }
}
