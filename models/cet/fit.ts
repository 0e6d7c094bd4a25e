import { EngineError } from '../../engine/core/errors.ts';
import { hashFraction } from '../../engine/core/hash.ts';
import { seededRandom } from '../../engine/core/random.ts';
import type { FitOptions, FitReport } from '../estimator.ts';
import type { Backend } from '../nn/backend.ts';
import { chooseBackend } from '../nn/backend-choice.ts';
import type { Parameters } from '../nn/operations.ts';
import { Runtime, type Session } from '../nn/session.ts';
import { buildServedGraph } from '../nn/tape.ts';
import { artefactOf, type ArtefactFiles } from './artefact.ts';
import { TextEncoder } from './encoder.ts';
import { encoderNetwork } from './encoder-network.ts';
import type { CetExample } from './example.ts';
import { fitEncoder, type FittedEncoder } from './fit-encoder.ts';
import { drawPlaces, fitScreen, meanScreen, memberStride, type ScreenList } from './fit-screen.ts';
import { fitScorer, scorerShape, type LabelledList } from './fit-scorer.ts';
import { screenNetwork } from './networks.ts';
import type { CetParameters } from './parameters.ts';
import { Reader } from './reading.ts';
import { rawRows, rowWidth, standardise, standardOf, type Standard } from './rows.ts';
import { secondRows, secondWidth } from './second-signals.ts';
import { scorerWidth, shortlistOf, type Shortlist } from './shortlist.ts';

export const defaultParameters: CetParameters = {
  vocabulary: 4000,
  encoderLength: 40,
  encoderWidth: 32,
  encoderLayers: 1,
  encoderSteps: 300,
  screenHidden: 32,
  screenEpochs: 6,
  screenList: 256,
  scorerList: 256,
  window: 1000,
  attended: 48,
  scorerHidden: 32,
  scorerWidth: 32,
  scorerEpochs: 6,
  scorerRate: 3e-3,
  heads: 4,
  dropout: 0.1,
};

/** Screens of so many folds score the questions that the transformer learns from: each by one that did not see it. Their mean serves. */
const folds = 3;
const fewestExamples = 2;

/** @throws TOO_FEW_ROWS, TRAINING_DIVERGED, JOB_CANCELLED */
export async function fitCet(
  examples: readonly CetExample[],
  options: FitOptions,
  sizes: CetParameters,
): Promise<{ readonly files: ArtefactFiles; readonly report: FitReport }> {
  const started = performance.now();
  const usable = examples.filter(isUsable);
  if (usable.length < fewestExamples) {
    throw new EngineError('TOO_FEW_ROWS', {
      what: 'cet (questions with evidence)',
      needed: fewestExamples,
      actual: usable.length,
    });
  }
  const fit = new Fit(usable, options, sizes);
  const encoder = await fit.encoder();
  await fit.openReader(encoder);
  try {
    const { lists, standard } = await fit.lists();
    const screens = await fit.screens(lists);
    const shortlists = await fit.shortlists(screens, standard);
    const scorer = await fitScorer(shortlists.lists, fit.backend, options, sizes);
    const files = await artefactOf({
      wordpiece: encoder.wordpiece,
      encoder,
      screen: { hidden: sizes.screenHidden * screens.length, parameters: meanScreen(screens, sizes.screenHidden) },
      scorer: { shape: scorerShape(sizes), parameters: scorer },
      standard,
      second: shortlists.second,
      window: sizes.window,
      attended: sizes.attended,
    });
    const seconds = (performance.now() - started) / 1000;
    const notes = {
      questions: usable.length,
      vocabulary: encoder.shape.vocabulary,
      encoderLoss: encoder.loss,
      window: sizes.window,
      signals: rowWidth,
    };
    return { files, report: { rows: examples.length, seconds, notes } };
  } finally {
    await fit.dispose();
  }
}

/** A question teaches where some candidates are evidence and some are not. */
function isUsable({ input, evidence }: CetExample): boolean {
  const wanted = new Set(evidence);
  const found = input.candidates.filter(({ id }) => wanted.has(id)).length;
  return found > 0 && found < input.candidates.length;
}

/** The steps of one fit over the same examples. */
class Fit {
  readonly backend: Backend;
  readonly #examples: readonly CetExample[];
  readonly #options: FitOptions;
  readonly #sizes: CetParameters;
  readonly #runtime: Runtime;
  readonly #sessions: Session[] = [];
  #reader: Reader | null = null;

  constructor(examples: readonly CetExample[], options: FitOptions, sizes: CetParameters) {
    this.#examples = examples;
    this.#options = options;
    this.#sizes = sizes;
    const { device, notice } = options;
    const place = { ...(device === undefined ? {} : { device }), ...(notice === undefined ? {} : { notice }) };
    this.backend = chooseBackend(place);
    this.#runtime = new Runtime(place);
  }

  async encoder(): Promise<FittedEncoder> {
    return await fitEncoder(this.#examples, this.backend, this.#options, this.#sizes);
  }

  async openReader({ shape, parameters, wordpiece }: FittedEncoder): Promise<void> {
    const session = await this.#open(buildServedGraph(encoderNetwork(shape), parameters));
    this.#reader = new Reader(new TextEncoder(session, wordpiece, shape));
  }

  /** Rows of some candidates of each question, and the mean and deviation of all signals over them. */
  async lists(): Promise<{ lists: ScreenList[]; standard: Standard }> {
    const random = seededRandom(this.#options.seed);
    const lists: ScreenList[] = [];
    for (const [index, example] of this.#examples.entries()) {
      this.#say('read', index);
      const rows = await this.#rawRows(example);
      const evidence = evidenceOf(example);
      const places = drawPlaces(evidence, this.#sizes.screenList, random);
      const kept = new Float32Array(places.length * rowWidth);
      for (const [at, place] of places.entries()) {
        kept.set(rows.subarray(place * rowWidth, (place + 1) * rowWidth), at * rowWidth);
      }
      lists.push({ rows: kept, evidence: places.filter((place) => evidence[place]).length });
    }
    const standard = standardOf(lists.map(({ rows }) => rows));
    for (const { rows } of lists) standardise(rows, standard);
    return { lists, standard };
  }

  /** A screen per fold, learned from the other folds; one alone where there are too few conversations to leave any out. */
  async screens(lists: readonly ScreenList[]): Promise<Map<string, Float32Array>[]> {
    const numbers = this.#examples.map(foldOf);
    const learn = (own: readonly ScreenList[], fold: number) =>
      fitScreen(own, this.backend, { ...this.#options, seed: this.#options.seed + memberStride * fold }, this.#sizes);
    if (new Set(numbers).size < folds) return [await learn(lists, 0)];
    const screens: Map<string, Float32Array>[] = [];
    for (let fold = 0; fold < folds; fold += 1) {
      const others = lists.filter((_, index) => numbers[index] !== fold);
      screens.push(await learn(others, fold));
    }
    return screens;
  }

  /** Candidates of each question with what a screen that did not learn from it says of them, the evidence first. */
  async shortlists(
    screens: readonly Parameters[],
    standard: Standard,
  ): Promise<{ lists: LabelledList[]; second: Standard }> {
    const { scorerList, screenHidden, attended } = this.#sizes;
    const network = screenNetwork(rowWidth, screenHidden, 0);
    const sessions: Session[] = [];
    for (const parameters of screens) sessions.push(await this.#open(buildServedGraph(network, parameters)));
    const random = seededRandom(this.#options.seed);
    const lists: LabelledList[] = [];
    for (const [index, example] of this.#examples.entries()) {
      this.#say('choose', index);
      const { candidates } = example.input;
      const rows = standardise(await this.#rawRows(example), standard);
      const session = sessions[sessions.length === 1 ? 0 : foldOf(example)]!;
      const shape = [1, candidates.length, rowWidth];
      const screen = (await session.run({ signals: { data: rows, shape } }))['scores']!.data as Float32Array;
      const texts = (await this.#reader!.read(candidates)).map(({ text }) => text);
      const evidence = evidenceOf(example);
      const places = drawPlaces(evidence, scorerList, random);
      const list = shortlistOf(places, rows, secondRows(candidates, texts, screen), screen, attended);
      lists.push({ list, evidence: places.filter((place) => evidence[place]).length });
    }
    const second = standardOf(
      lists.map(({ list }) => lastColumns(list.rows)),
      secondWidth,
    );
    for (const { list } of lists) standardiseSecond(list, second);
    return { lists, second };
  }

  async dispose(): Promise<void> {
    for (const session of this.#sessions.splice(0)) await session.dispose();
  }

  async #rawRows({ input }: CetExample): Promise<Float32Array> {
    const reader = this.#reader!;
    return rawRows(input, await reader.read(input.candidates), await reader.vectorOf(input.query));
  }

  async #open(bytes: Uint8Array): Promise<Session> {
    const session = await this.#runtime.open(bytes);
    this.#sessions.push(session);
    return session;
  }

  #say(what: string, done: number): void {
    if (this.#options.signal?.aborted === true) throw new EngineError('JOB_CANCELLED', { id: 'train cet' });
    this.#options.progress?.({ stage: `train cet: ${what}`, done, total: this.#examples.length });
  }
}

function evidenceOf({ input, evidence }: CetExample): boolean[] {
  const wanted = new Set(evidence);
  return input.candidates.map(({ id }) => wanted.has(id));
}

/** Of each row what the screen's scores say. */
function lastColumns(rows: Float32Array): Float32Array {
  const size = rows.length / scorerWidth;
  const last = new Float32Array(size * secondWidth);
  for (let at = 0; at < size; at += 1) {
    last.set(rows.subarray(at * scorerWidth + rowWidth, (at + 1) * scorerWidth), at * secondWidth);
  }
  return last;
}

/** In place. */
function standardiseSecond({ rows, keys }: Shortlist, second: Standard): void {
  standardise(keys, second);
  for (let at = 0; at < rows.length; at += scorerWidth)
    standardise(rows.subarray(at + rowWidth, at + scorerWidth), second);
}

function foldOf({ conversation }: CetExample): number {
  return Math.floor(hashFraction(`cet fold ${conversation}`) * folds);
}
