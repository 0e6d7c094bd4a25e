import type { Device, EncoderTuning } from '../../engine/core/config.ts';
import type { ToolDefinition } from '../../engine/core/tool-definition.ts';
import { EngineError } from '../../engine/core/errors.ts';
import type { Estimator, FitReport } from '../estimator.ts';
import { largest, sharesOf } from './answer.ts';
import type { LppmPrediction } from './prediction.ts';
import { variantsOf, type Influence } from './explain.ts';
import type { LppmExample, LppmInput } from './example.ts';
import type { LppmFit, LppmFitOptions, LppmHyperParameters } from './fit.ts';
import { answerOf, isAllowed } from './following/follow.ts';
import { chooseLogged, loggedOf, nearestLogged, type LoggedExamples, type LoggedNeighbour } from './logged.ts';
import type { RowEncoder } from './encoding/row-encoder.ts';
import type { SentenceEncoder } from './encoding/sentence-encoder.ts';
import type { TuningOptions } from './encoding/tune-encoder.ts';
import { Scorer } from './net/scorer.ts';
import { loadWeights, saveWeights, served } from './store.ts';
import type { FilledCall } from './values/filler.ts';
import { newToolSpokenOf } from './new-tool.ts';
import type { ServedWeights } from './weights.ts';

export interface LppmOptions {
  /** Where the net runs; cpu by default. */
  readonly device?: Device;
  /** Told in one line when a device is missing. */
  readonly notice?: (line: string) => void;
  /** Without them: what suits the rows, see `parametersFor`. */
  readonly parameters?: LppmHyperParameters;
  /**
   * Pre-trained text encoder whose vectors a fit uses beside the words: a folder in the layout of Hugging Face, or a name
   * on the hub. Needs `@huggingface/transformers`. A loaded model opens the encoder that it was trained with.
   */
  readonly encoder?: string;
  /**
   * `frozen` (default): the encoder stays as it is. `tuned`: each fit tunes it on its rows, which takes much longer, and
   * the model holds its own copy; for encoders of BERT's layout.
   */
  readonly encoderTuning?: EncoderTuning;
  /** How it is tuned; see `usualTuning`. */
  readonly tuning?: Partial<TuningOptions>;
}

interface Fitted {
  readonly weights: ServedWeights;
  readonly network: Uint8Array;
  readonly scorer: Scorer;
  readonly encoder: SentenceEncoder | null;
  /** Files of the encoder where it was tuned. */
  readonly tuned: ReadonlyMap<string, Uint8Array> | null;
  /** Rows that taught it; null where no member has hidden units. */
  readonly logged: LoggedExamples | null;
}

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
    const { fitWeights, parametersFor } = await import('./fit.ts');
    const parameters = this.#options.parameters ?? parametersFor(examples);
    const { weights, crossFitted, encoder, tuned } = await this.#withEncoder(examples, options, (encode) =>
      fitWeights(examples, { ...options, ...(encode && { encode }) }, parameters),
    );
    await this.#open({ ...served(weights), logged: null, tuned }, encoder, options);
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
    const scores = await this.#run(known);
    return known.map((input, row) => {
      const answer = answerOf(weights, input, scores[row] as Float32Array);
      const defined = weights.defined?.answer(input) ?? null;
      const isDefined = defined !== null && defined.processConfidence > answer.processConfidence;
      return isDefined ? defined : answer;
    });
  }

  /**
   * What the answer rests on, strongest first: each word and each earlier turn is left out in turn. One run of the net
   * over at most 37 variants: for people who ask, not for every message. @throws MODEL_NOT_FITTED
   */
  async explain(input: LppmInput): Promise<readonly Influence[]> {
    const { weights } = this.#state();
    const known = weights.known.resolve(input);
    const variants = variantsOf(known);
    const scores = await this.#run([known, ...variants.map((variant) => variant.input)]);
    const shares = scores.map((row) => sharesOf(weights, row, 'step'));
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

  /** Tools whose values it knows where to look for. @throws MODEL_NOT_FITTED */
  get callable(): readonly string[] {
    return Object.keys(this.#state().weights.filler.profiles);
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
    const { network, weights, tuned } = this.#state();
    return (
      network.length +
      [...(tuned?.values() ?? [])].reduce((sum, { length }) => sum + length, 0) +
      (weights.vocabulary.size + (weights.turnVocabulary?.size ?? 0)) * 8 +
      weights.filler.ranker.weights.reduce((sum, weight) => sum + (weight === 0 ? 0 : 8), 0)
    );
  }

  async save(folder: string): Promise<string[]> {
    const { weights, network, logged, tuned } = this.#state();
    return await saveWeights(folder, weights, network, logged, tuned);
  }

  async load(folder: string): Promise<void> {
    const loaded = await loadWeights(folder);
    const { encoder: place } = loaded.weights;
    const encoder =
      place === null
        ? null
        : await (await import('./encoding/sentence-encoder.ts')).SentenceEncoder.reopen(place, loaded.encoderFolder);
    await this.#open(loaded, encoder);
    this.#crossFitted = null;
  }

  async dispose(): Promise<void> {
    const fitted = this.#fitted;
    this.#fitted = null;
    await fitted?.scorer.dispose();
    await fitted?.encoder?.dispose();
  }

  /** Opens the encoder, if there is one, for a fit; gives the one that serves what was learned. */
  async #withEncoder(
    examples: readonly LppmExample[],
    options: LppmFitOptions,
    fit: (encode: RowEncoder | null) => Promise<LppmFit>,
  ): Promise<LppmFit & Pick<Fitted, 'encoder' | 'tuned'>> {
    const { encoder: source, encoderTuning, tuning = {} } = this.#options;
    if (source === undefined) return { ...(await fit(null)), encoder: null, tuned: null };
    const { SentenceEncoder } = await import('./encoding/sentence-encoder.ts');
    const { frozenRows, openTuned, tunedRows } = await import('./encoding/row-encoder.ts');
    const encoder = await SentenceEncoder.open(source);
    let isServing = false;
    try {
      const inputs = [...examples, ...(options.calibration ?? [])].map(({ input }) => input);
      const isTuned = encoderTuning === 'tuned';
      const found = await fit(
        await (isTuned ? tunedRows(encoder, inputs, { ...options, tuning }) : frozenRows(encoder, inputs)),
      );
      const tuned = found.encoded?.files ?? null;
      isServing = tuned === null;
      return { ...found, encoder: tuned === null ? encoder : await openTuned(tuned, source), tuned };
    } finally {
      if (!isServing) await encoder.dispose();
    }
  }

  async #open(
    state: Omit<Fitted, 'scorer' | 'encoder'>,
    encoder: SentenceEncoder | null,
    fitted: Partial<LppmFitOptions> = {},
  ): Promise<void> {
    const notice = this.#options.notice ?? fitted.notice;
    const asked = this.#options.device ?? fitted.device ?? 'cpu';
    const options = { device: asked, ...(notice === undefined ? {} : { notice }) };
    const scorer = await Scorer.open(state.weights, state.network, options);
    await this.dispose();
    this.#fitted = { ...state, scorer, encoder };
  }

  async #keepLogged(examples: readonly LppmExample[]): Promise<void> {
    const fitted = this.#state();
    if (!fitted.scorer.isDeep) return;
    const chosen = chooseLogged(examples);
    const inputs = chosen.map(({ input }) => fitted.weights.known.resolve(input));
    const hidden = await this.#run(inputs, 'hidden');
    this.#fitted = { ...fitted, logged: loggedOf(chosen, hidden) };
  }

  /** Scores, or hidden values, one row for each dialogue. */
  async #run(inputs: readonly LppmInput[], wanted: 'scores' | 'hidden' = 'scores'): Promise<Float32Array[]> {
    const { scorer, encoder } = this.#state();
    return await scorer.run(inputs, encoder === null ? null : await encoder.read(inputs), wanted);
  }

  #state(): Fitted {
    if (this.#fitted === null) throw new EngineError('MODEL_NOT_FITTED', { name: this.name });
    return this.#fitted;
  }
}
