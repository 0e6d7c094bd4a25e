import type { Device } from '../../engine/core/config.ts';
import type { ToolDefinition } from '../../engine/core/tool-definition.ts';
import { EngineError } from '../../engine/core/errors.ts';
import type { Estimator, FitReport } from '../estimator.ts';
import { Runtime, type Session } from '../nn/session.ts';
import { largest, sharesOf, type LppmPrediction } from './answer.ts';
import { variantsOf, type Influence } from './explain.ts';
import type { LppmExample, LppmInput } from './example.ts';
import type { LppmFitOptions, LppmHyperParameters } from './fit.ts';
import { answerOf, isAllowed } from './following/follow.ts';
import { chooseLogged, loggedOf, nearestLogged, type LoggedExamples, type LoggedNeighbour } from './logged.ts';
import type { SentenceEncoder } from './encoding/sentence-encoder.ts';
import { readRow } from './encoding/sentence-vectors.ts';
import { loadWeights, saveWeights, served } from './store.ts';
import type { FilledCall } from './values/filler.ts';
import { newToolSpokenOf } from './new-tool.ts';
import type { ServedWeights } from './weights.ts';

export interface LppmOptions {
  /** Where the net runs; cpu by default. */
  readonly device?: Device;
  /** Told in one line when a device is missing. */
  readonly notice?: (line: string) => void;
  /** Without them: those for single utterances where no dialogue has more than one turn, else those for dialogues. */
  readonly parameters?: LppmHyperParameters;
  /**
   * Pre-trained text encoder whose vectors a fit uses beside the words: a folder in the layout of Hugging Face, or a name
   * on the hub. Needs `@huggingface/transformers`. A loaded model opens the encoder that it was trained with.
   */
  readonly encoder?: string;
}

interface Fitted {
  readonly weights: ServedWeights;
  readonly network: Uint8Array;
  readonly session: Session;
  readonly encoder: SentenceEncoder | null;
  /** Rows that taught it; null where no member has hidden units. */
  readonly logged: LoggedExamples | null;
}

/** Rows of one run: larger batches are cut, so that padding stays small. */
const batchRows = 32;

/** Learned Prose-to-Process Mapper: a dialogue in, the next step of a known process with its values out. */
export class LppmModel implements Estimator<LppmExample, LppmInput, LppmPrediction> {
  readonly name = 'lppm';
  readonly #options: LppmOptions;
  #fitted: Fitted | null = null;
  #crossFitted: readonly LppmPrediction[] | null = null;

  constructor(options: LppmOptions = {}) {
    this.#options = options;
  }

  async fit(examples: readonly LppmExample[], options: LppmFitOptions): Promise<FitReport> {
    const started = performance.now();
    const { dialogueParameters, fitWeights, utteranceParameters } = await import('./fit.ts');
    const single = examples.every(({ input }) => input.turns.length <= 1);
    const parameters = this.#options.parameters ?? (single ? utteranceParameters : dialogueParameters);
    const encoder = await this.#newEncoder();
    const encoded = encoder === null ? {} : { encoded: await readAll(encoder, examples, options) };
    const { weights, crossFitted } = fitWeights(examples, { ...options, ...encoded }, parameters);
    await this.#open({ ...served(weights), logged: null }, encoder, options);
    await this.#keepLogged(examples);
    this.#crossFitted = crossFitted;
    return {
      rows: examples.length,
      seconds: (performance.now() - started) / 1000,
      notes: {
        features: weights.vocabulary.size,
        steps: weights.steps.length,
        processes: weights.processes.length,
        members: weights.members.length,
        temperature: weights.temperatures[0]?.step ?? 1,
      },
    };
  }

  async predict(inputs: readonly LppmInput[]): Promise<LppmPrediction[]> {
    const { weights } = this.#state();
    const known = inputs.map((input) => weights.known.resolve(input));
    const predictions: LppmPrediction[] = [];
    for (let start = 0; start < known.length; start += batchRows) {
      const part = known.slice(start, start + batchRows);
      const scores = await this.#run(part);
      part.forEach((input, row) => {
        const known = answerOf(weights, input, scores[row] as Float32Array);
        const defined = weights.defined?.answer(input) ?? null;
        const isDefined = defined !== null && defined.processConfidence > known.processConfidence;
        predictions.push(isDefined ? defined : known);
      });
    }
    return predictions;
  }

  /**
   * What the answer rests on, strongest first: each word and each earlier turn is left out in turn. One run of the net
   * over at most 37 variants: for people who ask, not for every message. @throws MODEL_NOT_FITTED
   */
  async explain(input: LppmInput): Promise<readonly Influence[]> {
    const { weights } = this.#state();
    const known = weights.known.resolve(input);
    const variants = variantsOf(known);
    const shares: Float64Array[] = [];
    for (let start = 0; start < variants.length + 1; start += batchRows) {
      const inputs = [known, ...variants.map((variant) => variant.input)].slice(start, start + batchRows);
      for (const scores of await this.#run(inputs)) shares.push(sharesOf(weights, scores, 'step'));
    }
    const [whole = new Float64Array()] = shares;
    const step = largest(whole);
    return variants
      .map(({ what }, row) => ({ what, weight: (whole[step] as number) - (shares[row + 1]?.[step] as number) }))
      .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  }

  /**
   * Logged conversations in which the net sees the most similar message, nearest first; the log itself has their words.
   * Empty for a net without hidden units. @throws MODEL_NOT_FITTED
   */
  async nearest(input: LppmInput, count = 3): Promise<readonly LoggedNeighbour[]> {
    const { weights, logged } = this.#state();
    if (logged === null) return [];
    const [hidden] = await this.#run([weights.known.resolve(input)], 'hidden');
    return nearestLogged(logged, hidden as Float32Array, count);
  }

  /** Step that a reply of ours was, by its words; null where it is none that was learned. @throws MODEL_NOT_FITTED */
  stepOf(text: string): string | null {
    return this.#state().weights.known.stepOf(text);
  }

  /** Values of a call of `tool` from the dialogue before it. @throws MODEL_NOT_FITTED */
  fill(input: LppmInput, tool: string): FilledCall {
    const { weights } = this.#state();
    return weights.filler.fill(weights.known.resolve(input).turns, tool);
  }

  /** Names of the steps and processes that it can tell apart. @throws MODEL_NOT_FITTED */
  labels(): { readonly steps: readonly string[]; readonly processes: readonly string[] } {
    const { steps, processes } = this.#state().weights;
    return { steps, processes };
  }

  /**
   * A tool that the log never offered and that `said` speaks of, null where there is none; see `newToolSpokenOf`.
   * @throws MODEL_NOT_FITTED
   */
  newTool(offered: readonly ToolDefinition[], said: readonly string[]): string | null {
    const { tools } = this.#state().weights;
    return tools === null ? null : newToolSpokenOf(new Set(tools), offered, said);
  }

  /** Whether it asks the next question of a script where that is surer than the nets. @throws MODEL_NOT_FITTED */
  get followsOrder(): boolean {
    return this.#state().weights.following?.surety != null;
  }

  /** Whether `step` keeps to the script as what was done did; see `ScriptOrder.allows`. @throws MODEL_NOT_FITTED */
  allows(example: LppmExample, step: string): boolean {
    const { following, known } = this.#state().weights;
    return following !== null && isAllowed(following.order, example, known.resolve(example.input), step);
  }

  /** After a fit with folds: the answers to its rows by nets that did not see them, in the order given; else null. */
  get crossFitted(): readonly LppmPrediction[] | null {
    return this.#crossFitted;
  }

  /** Bytes of the served model. @throws MODEL_NOT_FITTED */
  get bytes(): number {
    const { network, weights } = this.#state();
    return (
      network.length +
      weights.vocabulary.size * 8 +
      weights.filler.ranker.weights.reduce((sum, weight) => sum + (weight === 0 ? 0 : 8), 0)
    );
  }

  async save(folder: string): Promise<string[]> {
    const { weights, network, logged } = this.#state();
    return await saveWeights(folder, weights, network, logged);
  }

  async load(folder: string): Promise<void> {
    const loaded = await loadWeights(folder);
    const { encoder: place } = loaded.weights;
    const encoder =
      place === null ? null : await (await import('./encoding/sentence-encoder.ts')).SentenceEncoder.reopen(place);
    await this.#open(loaded, encoder);
    this.#crossFitted = null;
  }

  async dispose(): Promise<void> {
    const fitted = this.#fitted;
    this.#fitted = null;
    await fitted?.session.dispose();
    await fitted?.encoder?.dispose();
  }

  async #newEncoder(): Promise<SentenceEncoder | null> {
    const { encoder } = this.#options;
    return encoder === undefined
      ? null
      : await (await import('./encoding/sentence-encoder.ts')).SentenceEncoder.open(encoder);
  }

  async #open(
    state: Omit<Fitted, 'session' | 'encoder'>,
    encoder: SentenceEncoder | null,
    fitted: Partial<LppmFitOptions> = {},
  ): Promise<void> {
    const notice = this.#options.notice ?? fitted.notice;
    const asked = this.#options.device ?? fitted.device ?? 'cpu';
    const runtime = new Runtime({ device: asked, ...(notice === undefined ? {} : { notice }) });
    const session = await runtime.open(state.network);
    await this.dispose();
    this.#fitted = { ...state, session, encoder };
  }

  async #keepLogged(examples: readonly LppmExample[]): Promise<void> {
    const fitted = this.#state();
    if (!fitted.session.outputs.includes('hidden')) return;
    const chosen = chooseLogged(examples);
    const hidden: Float32Array[] = [];
    for (let start = 0; start < chosen.length; start += batchRows) {
      const inputs = chosen.slice(start, start + batchRows).map(({ input }) => fitted.weights.known.resolve(input));
      for (const row of await this.#run(inputs, 'hidden')) hidden.push(row.slice());
    }
    this.#fitted = { ...fitted, logged: loggedOf(chosen, hidden) };
  }

  /** Scores, or hidden values, of up to `batchRows` dialogues, one row each. */
  async #run(inputs: readonly LppmInput[], wanted: 'scores' | 'hidden' = 'scores'): Promise<Float32Array[]> {
    const { weights, session, encoder } = this.#state();
    const vectors = encoder === null ? null : await encoder.read(inputs);
    const rows = inputs.map((input) => readRow(weights.vocabulary, input, vectors));
    const width = Math.max(1, ...rows.map(({ indices }) => indices.length));
    const indices = new Int32Array(rows.length * width);
    const shares = new Float32Array(rows.length * width);
    rows.forEach((row, number) => {
      indices.set(row.indices, number * width);
      shares.set(row.weights, number * width);
    });
    const shape = [rows.length, width];
    const feeds = { indices: { data: indices, shape }, weights: { data: shares, shape } };
    const { [wanted]: output } = await session.run(feeds, [wanted]);
    const scores = weights.members.reduce((sum, member) => sum + member.outputs, 0);
    const size = wanted === 'scores' ? scores : (output?.shape[1] ?? 0);
    if (output === undefined || !(output.data instanceof Float32Array) || output.data.length !== rows.length * size) {
      throw new EngineError('MODEL_INVALID', { name: this.name, detail: `${wanted} have another shape` });
    }
    const data = output.data;
    return rows.map((_, number) => data.subarray(number * size, (number + 1) * size));
  }

  #state(): Fitted {
    if (this.#fitted === null) throw new EngineError('MODEL_NOT_FITTED', { name: this.name });
    return this.#fitted;
  }
}

async function readAll(
  encoder: SentenceEncoder,
  examples: readonly LppmExample[],
  { calibration = [] }: LppmFitOptions,
): Promise<NonNullable<LppmFitOptions['encoded']>> {
  const vectors = await encoder.read([...examples, ...calibration].map(({ input }) => input));
  return { place: encoder.place, vectors };
}
