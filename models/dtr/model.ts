import { EngineError } from '../../engine/core/errors.ts';
import type { Estimator, FitOptions, FitReport } from '../estimator.ts';
import { loadRouter, saveRouter } from './artefact-files.ts';
import type { DtrExample } from './example.ts';
import { explainRoute } from './explain.ts';
import type { DtrOptions } from './fit.ts';
import type { Memory } from './memory.ts';
import type { DtrPrediction, MessagePart } from './prediction.ts';
import type { Route } from './router.ts';
import { grammarFault } from './grammars/grammars.ts';
import { fencedParts, trimmed, wordsBetween } from './mixed/message-parts.ts';
import { Router } from './router.ts';

/** The decision tree router as an estimator: a text in, its class, destination and payload out. */
export class DtrModel implements Estimator<DtrExample, string, DtrPrediction> {
  readonly name = 'dtr';
  readonly #options: Partial<DtrOptions>;
  #router: Router | null = null;
  #memory: Memory | null = null;

  constructor(options: Partial<DtrOptions> = {}) {
    this.#options = options;
  }

  async fit(examples: readonly DtrExample[], options: FitOptions): Promise<FitReport> {
    const started = performance.now();
    const { fitRouter, defaultOptions } = await import('./fit.ts');
    const { parts, memory, notes } = await fitRouter(examples, { ...defaultOptions, ...this.#options }, options);
    this.#router = new Router(parts);
    this.#memory = memory;
    return { rows: examples.length, seconds: (performance.now() - started) / 1000, notes };
  }

  /**
   * Learns recent examples beside what is remembered, in seconds: the trees grow anew, the learned words stay. The model
   * that answers changes in one step, at the end. @throws MODEL_NOT_FITTED without a memory, TOO_FEW_ROWS, JOB_CANCELLED
   */
  async refit(recent: readonly DtrExample[], options: FitOptions): Promise<FitReport> {
    const started = performance.now();
    const { parts } = this.#fitted();
    const { refitRouter } = await import('./refit.ts');
    const learned = await refitRouter(parts, this.memory, recent, options);
    this.#router = new Router(learned.parts);
    this.#memory = learned.memory;
    return { rows: recent.length, seconds: (performance.now() - started) / 1000, notes: learned.notes };
  }

  /** What a refit needs; `save` leaves it out, for it holds texts. @throws MODEL_NOT_FITTED */
  get memory(): Memory {
    if (this.#memory === null) throw new EngineError('MODEL_NOT_FITTED', { name: `${this.name} memory` });
    return this.#memory;
  }

  /** Gives a loaded model the memory that was kept beside it. */
  remember(memory: Memory): void {
    this.#memory = memory;
  }

  predict(inputs: readonly string[]): Promise<DtrPrediction[]> {
    return Promise.resolve().then(() => inputs.map((text) => this.route(text)));
  }

  /** The same for one text, at once: the serving path. @throws MODEL_NOT_FITTED */
  route(text: string): DtrPrediction {
    const router = this.#fitted();
    return new RoutedText(router, text, router.route(text));
  }

  /** The raw parts, for measuring and for tests. @throws MODEL_NOT_FITTED */
  get router(): Router {
    return this.#fitted();
  }

  save(folder: string): Promise<string[]> {
    return Promise.resolve().then(() => saveRouter(this.#fitted().parts, folder));
  }

  async load(folder: string): Promise<void> {
    this.#router = new Router(await loadRouter(folder));
    this.#memory = null;
  }

  dispose(): Promise<void> {
    this.#router = null;
    this.#memory = null;
    return Promise.resolve();
  }

  #fitted(): Router {
    if (this.#router === null) throw new EngineError('MODEL_NOT_FITTED', { name: this.name });
    return this.#router;
  }
}

/** A route with words around it; what costs time is worked out when it is read. */
class RoutedText implements DtrPrediction {
  readonly class: DtrPrediction['class'];
  readonly probabilities: DtrPrediction['probabilities'];
  readonly destination: DtrPrediction['destination'];
  readonly destinationKey: string;
  readonly confidence: number;
  readonly payload: string | null;
  readonly parts: readonly MessagePart[];
  readonly #router: Router;
  readonly #text: string;
  readonly #route: Route;

  constructor(router: Router, text: string, route: Route) {
    this.#router = router;
    this.#text = text;
    this.#route = route;
    this.class = route.class;
    const [deterministic, fixed, prose] = route.probabilities;
    this.probabilities = { deterministic, fixed, prose };
    this.destination = route.known?.destination ?? null;
    this.destinationKey = route.known?.key ?? route.class;
    this.confidence = route.confidence;
    this.payload = route.payload;
    this.parts = partsOf(text, route);
  }

  get fault(): string | null {
    const grammar = this.#route.known?.grammar ?? null;
    return grammar === null || this.payload === null ? null : grammarFault(grammar, this.payload);
  }

  explain({ flips } = { flips: false }): string[] {
    return explainRoute(this.#router, this.#text, this.#route, flips);
  }
}

/** Without blanks, fences and quoting marks at their ends. */
function partsOf(text: string, route: Route): MessagePart[] {
  const { cut, wish } = route;
  if (cut === null) {
    const blocks = route.class === 'prose' ? fencedParts(text) : [];
    return blocks.length > 0 ? blocks : [{ role: 'whole', class: route.class, start: 0, end: text.length }];
  }
  const content = route.content ?? 'prose';
  const words = (start: number, end: number): MessagePart[] =>
    wordsBetween(text, start, end).map((part) => (wish === null ? part : { ...part, wish }));
  const payload: MessagePart = { role: 'payload', class: content, ...trimmed(text, cut.start, cut.end) };
  return [...words(0, cut.start), payload, ...words(cut.end, text.length)];
}
