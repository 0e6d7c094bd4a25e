import type { ServerResponse } from 'node:http';

/** Bytes that a slow reader may leave waiting; beyond it the connection is cut, so that memory stays bounded. */
const mostBuffered = 1_048_576;

/** Server-sent events on a response that was taken over from the framework. Headers go out with the first event. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #headers: () => Readonly<Record<string, string>>;
  readonly #onSlow: () => void;

  constructor(response: ServerResponse, headers: () => Readonly<Record<string, string>>, onSlow: () => void) {
    this.#response = response;
    this.#headers = headers;
    this.#onSlow = onSlow;
  }

  get isBegun(): boolean {
    return this.#response.headersSent;
  }

  send(event: object | string): void {
    const response = this.#response;
    if (response.destroyed || response.writableEnded) return;
    if (!response.headersSent) {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
        'x-accel-buffering': 'no',
        ...this.#headers(),
      });
    }
    response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
    if (response.writableLength <= mostBuffered) return;
    response.destroy();
    this.#onSlow();
  }

  end(): void {
    if (!this.#response.writableEnded) this.#response.end();
  }
}
