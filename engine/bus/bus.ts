import type { Delta } from '../core/delta.ts';
import type { Message } from '../core/message.ts';

/** What travels: a message, and beside it what belongs to this delivery alone and is not part of the conversation. */
export interface Parcel {
  readonly message: Message;
  /** Plain JSON; sender and recipient agree on its shape. */
  readonly attachment?: unknown;
}

export interface Delivery extends Parcel {
  /** Aborted when the sender has gone, its time is up, or the bus stops. */
  readonly signal: AbortSignal;
  /** Hands a piece of the coming reply to the requester; dropped where nobody asked for pieces. */
  readonly partial: (delta: Delta) => void;
}

/** What a member of the bus does with a message; a returned parcel is its reply. */
export type Handler = (delivery: Delivery) => Promise<Parcel | undefined>;

export interface RequestOptions {
  /** Longest wait for the reply in milliseconds. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onPartial?: (delta: Delta) => void;
  /** Messages of one lane are delivered one after the other; the conversation where absent. */
  readonly lane?: string;
}

/**
 * The one way on which MADs speak. Delivery is in order per recipient and lane: the next message is handed over when
 * the handler of the one before has ended. Queues are bounded. A message is acknowledged (`publish` resolves, a handler
 * sees it) only after it was journaled; so is a reply before `request` resolves.
 */
export interface Bus {
  /** Makes `name` a member; returns the way out. @throws BAD_REQUEST where the name is taken */
  subscribe(name: string, handler: Handler): () => void;
  members(): readonly string[];
  /** Resolves when the message is kept and queued for its recipient. @throws MAD_UNKNOWN, OVERLOADED, SHUTTING_DOWN */
  publish(parcel: Parcel): Promise<void>;
  /**
   * Sends and waits for the reply.
   * @throws MAD_UNKNOWN, OVERLOADED, SHUTTING_DOWN, BUS_TIMEOUT, and what the handler threw
   */
  request(parcel: Parcel, options?: RequestOptions): Promise<Parcel>;
  /** Takes nothing new and resolves when everything taken has been handled, or after `graceMs`, then aborts the rest. */
  close(graceMs?: number): Promise<void>;
}
