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

/** A text index in a thread of its own: SQLite works while it is asked, and nobody else should wait for that. */
export class SearchIndex {
  readonly #path: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #ended: EngineError | null = null;

  /** @param path file of the index; a damaged one, or one of another layout, is made anew */
  constructor(path: string) {
    this.#path = path;
    const source = fileURLToPath(new URL('index-thread.ts', import.meta.url));
    const script = existsSync(source) ? source : source.replace(/\.ts$/, '.js');
    this.#worker = new Worker(script, { workerData: { path } });
    this.#worker.on('message', (answer: NumberedAnswer) => this.#answered(answer));
    this.#worker.on('error', (error) => this.#end(error.message));
    this.#worker.on('exit', () => this.#end('its thread has ended'));
    // It holds no process open by itself; what waits for an answer does.
    this.#worker.unref();
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
    if (this.#ended !== null) return;
    await this.#ask({ do: 'close' }).catch(() => undefined);
    await this.#worker.terminate();
  }

  #ask(order: IndexOrder): Promise<IndexAnswer> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const number = (this.#next += 1);
    if (this.#waiting.size === 0) this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#worker.postMessage({ number, order });
    });
  }

  #answered({ number, answer, failure }: NumberedAnswer): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (answer !== undefined) waiting?.resolve(answer);
    else waiting?.reject(this.#failed(failure ?? 'no answer'));
  }

  #end(detail: string): void {
    this.#ended ??= this.#failed(detail);
    for (const waiting of this.#waiting.values()) waiting.reject(this.#ended);
    this.#waiting.clear();
  }

  #failed(detail: string): EngineError {
    return new EngineError('STORAGE_FAILED', { path: this.#path, detail });
  }
}
