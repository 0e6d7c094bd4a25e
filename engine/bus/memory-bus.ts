import { EngineError, messageOf } from '../core/errors.ts';
import { quietLogger, type Logger } from '../core/logger.ts';
import type { Bus, Delivery, Handler, Parcel, RequestOptions } from './bus.ts';

export interface MemoryBusOptions {
  /** Resolves when the message is durable; the bus acknowledges nothing before. */
  readonly journal?: (parcel: Parcel) => Promise<void>;
  readonly logger?: Logger;
  /** Messages waiting or at work per recipient. */
  readonly capacity?: number;
  /** The same per lane of a recipient. */
  readonly laneCapacity?: number;
  /** Default wait of `request` in milliseconds. */
  readonly timeoutMs?: number;
}

interface Lane {
  tail: Promise<unknown>;
  waiting: number;
}

interface Member {
  readonly handler: Handler;
  readonly lanes: Map<string, Lane>;
  waiting: number;
}

/** The conversation bus within one process. */
export class MemoryBus implements Bus {
  readonly #options: Required<MemoryBusOptions>;
  readonly #members = new Map<string, Member>();
  /** One per message under way; aborted when the bus stops. */
  readonly #running = new Set<AbortController>();
  readonly #atWork = new Set<Promise<unknown>>();
  #closing = false;

  constructor(options: MemoryBusOptions = {}) {
    this.#options = {
      journal: options.journal ?? (() => Promise.resolve()),
      logger: options.logger ?? quietLogger,
      capacity: options.capacity ?? 1024,
      laneCapacity: options.laneCapacity ?? 64,
      timeoutMs: options.timeoutMs ?? 180_000,
    };
  }

  subscribe(name: string, handler: Handler): () => void {
    if (this.#members.has(name))
      throw new EngineError('BAD_REQUEST', { detail: `the name ${name} is taken on the bus` });
    const member: Member = { handler, lanes: new Map(), waiting: 0 };
    this.#members.set(name, member);
    return () => {
      if (this.#members.get(name) === member) this.#members.delete(name);
    };
  }

  members(): readonly string[] {
    return [...this.#members.keys()];
  }

  async publish(parcel: Parcel): Promise<void> {
    const own = this.#begin();
    try {
      const { kept, handled } = this.#enqueue(parcel, parcel.message.conversation, own.signal, () => undefined);
      void handled
        .catch((error: unknown) => {
          const { id, recipient } = parcel.message;
          this.#options.logger.error({ message: id, recipient, error: messageOf(error) }, 'message not handled');
        })
        .finally(() => this.#running.delete(own));
      await kept;
    } catch (error) {
      this.#running.delete(own);
      throw error;
    }
  }

  async request(parcel: Parcel, options: RequestOptions = {}): Promise<Parcel> {
    const limitMs = options.timeoutMs ?? this.#options.timeoutMs;
    const { recipient, conversation } = parcel.message;
    const own = this.#begin();
    const { signal } = own;
    const leave = (): void => own.abort(options.signal?.reason);
    const timer = setTimeout(() => own.abort(new EngineError('BUS_TIMEOUT', { name: recipient, limitMs })), limitMs);
    const ended = Promise.withResolvers<never>();
    ended.promise.catch(() => undefined);
    signal.addEventListener('abort', () => ended.reject(signal.reason as Error), { once: true });
    options.signal?.addEventListener('abort', leave, { once: true });
    if (options.signal?.aborted === true) leave();
    const partial: Delivery['partial'] = (delta) => {
      if (!signal.aborted) options.onPartial?.(delta);
    };
    try {
      const { kept, handled } = this.#enqueue(parcel, options.lane ?? conversation, signal, partial);
      kept.catch(() => undefined);
      const reply = await Promise.race([handled, ended.promise]);
      if (reply === undefined) throw new EngineError('BAD_REQUEST', { detail: `${recipient} gives no reply to this` });
      await this.#options.journal(reply);
      return reply;
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', leave);
      this.#running.delete(own);
    }
  }

  async close(graceMs = 10_000): Promise<void> {
    this.#closing = true;
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([Promise.allSettled(this.#atWork), over]);
    clearTimeout(timer);
    for (const one of this.#running) one.abort(new EngineError('SHUTTING_DOWN'));
  }

  #begin(): AbortController {
    const own = new AbortController();
    this.#running.add(own);
    return own;
  }

  /** Takes the place in the lane at once, so that order is the order of the calls, not of the disk. */
  #enqueue(
    parcel: Parcel,
    laneName: string,
    signal: AbortSignal,
    partial: Delivery['partial'],
  ): { kept: Promise<void>; handled: Promise<Parcel | undefined> } {
    const member = this.#admit(parcel.message.recipient, laneName);
    const lane = member.lanes.get(laneName) ?? { tail: Promise.resolve(), waiting: 0 };
    member.lanes.set(laneName, lane);
    lane.waiting += 1;
    member.waiting += 1;
    const kept = this.#options.journal(parcel);
    const before = lane.tail;
    const work = async (): Promise<Parcel | undefined> => {
      await Promise.allSettled([before, kept]);
      try {
        await kept;
        signal.throwIfAborted();
        return await member.handler({ ...parcel, signal, partial });
      } finally {
        member.waiting -= 1;
        lane.waiting -= 1;
        if (lane.waiting === 0) member.lanes.delete(laneName);
      }
    };
    const handled = work();
    const ended = handled.then(
      () => undefined,
      () => undefined,
    );
    lane.tail = ended;
    this.#atWork.add(ended);
    void ended.then(() => this.#atWork.delete(ended));
    return { kept, handled };
  }

  #admit(recipient: string, lane: string): Member {
    if (this.#closing) throw new EngineError('SHUTTING_DOWN');
    const member = this.#members.get(recipient);
    if (member === undefined) throw new EngineError('MAD_UNKNOWN', { name: recipient });
    const { capacity, laneCapacity } = this.#options;
    if (member.waiting >= capacity) {
      throw new EngineError('OVERLOADED', { what: `the queue of ${recipient}`, limit: capacity, retryAfterSeconds: 1 });
    }
    if ((member.lanes.get(lane)?.waiting ?? 0) >= laneCapacity) {
      const what = `the queue of conversation ${lane}`;
      throw new EngineError('OVERLOADED', { what, limit: laneCapacity, retryAfterSeconds: 1 });
    }
    return member;
  }
}
