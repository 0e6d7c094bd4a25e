import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { EngineError } from '../../engine/core/errors.ts';
import type { IndexAnswer, IndexOrder, NumberedAnswer } from './index-order.ts';
import type { Hit, NewText, Search } from './text-index.ts';

interface Waiting {
  resolve(answer: IndexAnswer): void;
  reject(error: EngineError): void;
}

/** A thread that ended is not started again sooner; milliseconds. */
const restMs = 500;

/**
 * A text index in a thread of its own: SQLite works while it is asked, and nobody else should wait for that. A thread
 * that ends by itself is started again with the next order.
 */
export class SearchIndex {
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null;
  #next = 0;
  #isClosed = false;
  /** Why the last thread ended, and when. */
  #fault: { readonly error: EngineError; readonly at: number } | null = null;

  /** @param path file of the index; a damaged one, or one of another layout, is made anew */
  constructor(path: string) {
    this.#path = path;
    this.#worker = this.#start();
  }

  #start(): Worker {
    const source = fileURLToPath(new URL('index-thread.ts', import.meta.url));
    const script = existsSync(source) ? source : source.replace(/\.ts$/, '.js');
    const worker = new Worker(script, { workerData: { path: this.#path } });
    worker.on('message', (answer: NumberedAnswer) => this.#answered(answer));
    worker.on('error', (error) => this.#end(worker, error.message));
    worker.on('exit', () => this.#end(worker, 'its thread has ended'));
    // It holds no process open by itself; what waits for an answer does.
    worker.unref();
    return worker;
  }

  /** Adds texts, each once, and sets notes beside them, all or nothing. @throws STORAGE_FAILED */
  async add(texts: readonly NewText[], notes: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.#ask({ do: 'add', texts, notes });
  }

  /** Removes all texts of a source. @throws STORAGE_FAILED */
  async remove(source: string, notes: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.#ask({ do: 'remove', source, notes });
  }

  /** Best first. @throws STORAGE_FAILED */
  async search(search: Search): Promise<readonly Hit[]> {
    return ((await this.#ask({ do: 'search', search })) as { hits: readonly Hit[] }).hits;
  }

  /** Notes whose name begins so. @throws STORAGE_FAILED */
  async notes(prefix: string): Promise<Readonly<Record<string, string>>> {
    return ((await this.#ask({ do: 'notes', prefix })) as { notes: Readonly<Record<string, string>> }).notes;
  }

  async size(): Promise<{ readonly texts: number; readonly bytes: number }> {
    return (await this.#ask({ do: 'size' })) as { texts: number; bytes: number };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    const worker = this.#worker;
    if (worker !== null) await this.#ask({ do: 'close' }).catch(() => undefined);
    this.#isClosed = true;
    await worker?.terminate();
  }

  #ask(order: IndexOrder): Promise<IndexAnswer> {
    if (this.#isClosed) return Promise.reject(this.#failed('it is closed'));
    if (this.#worker === null) {
      if (this.#fault !== null && performance.now() - this.#fault.at < restMs) return Promise.reject(this.#fault.error);
      this.#worker = this.#start();
    }
    const worker = this.#worker;
    const number = (this.#next += 1);
    if (this.#waiting.size === 0) worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      worker.postMessage({ number, order });
    });
  }

  #answered({ number, answer, failure }: NumberedAnswer): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (this.#waiting.size === 0) this.#worker?.unref();
    if (answer !== undefined) waiting?.resolve(answer);
    else waiting?.reject(this.#failed(failure ?? 'no answer'));
  }

  #end(worker: Worker, detail: string): void {
    // an error comes before the exit of the same thread
    if (worker !== this.#worker) return;
    this.#worker = null;
    const error = this.#failed(detail);
    this.#fault = { error, at: performance.now() };
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  #failed(detail: string): EngineError {
    return new EngineError('STORAGE_FAILED', { path: this.#path, detail });
  }
}
