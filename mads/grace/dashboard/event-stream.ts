import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RetrainQueue } from '../../../training/queue/queue.ts';
import type { Desk } from '../desk.ts';

/** How often the newest decision is looked at, and how often a silent stream says that it lives; milliseconds. */
const lookMs = 1000;
const pulseMs = 15_000;
/** Pages that may listen at once; one more is turned away. */
const mostListeners = 64;
/** Bytes that a page may leave unread before its stream is cut. */
const mostUnread = 262_144;

/**
 * Server-sent events: `decisions` when new ones were logged (with the newest id), `job` for every step of a training
 * job. The page reads the figures anew; an event carries no more than what changed. Nothing is looked at while nobody
 * listens.
 */
export class EventStream {
  readonly #desk: Desk;
  readonly #queue: RetrainQueue | null;
  readonly #listeners = new Set<FastifyReply>();
  #newest: string | null = null;
  #stop: (() => void) | null = null;

  constructor({ desk, queue }: { readonly desk: Desk; readonly queue: RetrainQueue | null }) {
    this.#desk = desk;
    this.#queue = queue;
  }

  listen(request: FastifyRequest, reply: FastifyReply): void {
    if (this.#listeners.size >= mostListeners) {
      void reply
        .code(503)
        .header('retry-after', '10')
        .send({ error: { code: 'OVERLOADED', message: 'too many pages listen; close one, or try again later' } });
      return;
    }
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'keep-alive' });
    raw.write('retry: 2000\n\n');
    if (this.#newest !== null) raw.write(eventText('decisions', { newest: this.#newest }));
    this.#listeners.add(reply);
    request.raw.once('close', () => {
      this.#listeners.delete(reply);
      if (this.#listeners.size === 0) this.#end();
    });
    this.#begin();
  }

  /** Ends every stream, so that a server that stops need not wait for pages to close. */
  close(): void {
    for (const { raw } of this.#listeners) raw.end();
    this.#listeners.clear();
    this.#end();
  }

  #begin(): void {
    if (this.#stop !== null) return;
    const looking = setInterval(() => void this.#look(), lookMs);
    const pulse = setInterval(() => this.#write(': still here\n\n'), pulseMs);
    const unwatch = Promise.resolve(this.#queue?.watch((event) => this.#write(eventText('job', event))));
    this.#stop = () => {
      clearInterval(looking);
      clearInterval(pulse);
      unwatch.then((end) => end?.()).catch(() => undefined);
    };
    unwatch.catch(() => undefined);
    void this.#look();
  }

  #end(): void {
    this.#stop?.();
    this.#stop = null;
  }

  async #look(): Promise<void> {
    const [decision] = await this.#desk.decisions({ limit: 1 }).catch(() => []);
    if (decision === undefined || decision.id === this.#newest) return;
    this.#newest = decision.id;
    this.#write(eventText('decisions', { newest: decision.id }));
  }

  #write(text: string): void {
    for (const { raw } of this.#listeners) {
      raw.write(text);
      // A page that does not read comes back by itself when it does again.
      if (raw.writableLength > mostUnread) raw.destroy();
    }
  }
}

function eventText(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
