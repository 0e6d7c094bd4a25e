import type { Candidate } from '../../engine/core/candidate-source.ts';
import type { Device } from '../../engine/core/config.ts';
import { EngineError } from '../../engine/core/errors.ts';
import type { Estimator, FitOptions, FitReport } from '../estimator.ts';
import { Runtime } from '../nn/session.ts';
import { readFiles, writeFiles, type ArtefactFiles } from './artefact.ts';
import type { CetExample, CetInput } from './example.ts';
import type { CetParameters } from './parameters.ts';
import { Ranker, type SignalShare } from './ranker.ts';

export interface CetPrediction {
  /**
   * Usefulness of each candidate, in their order: log-odds up to a constant of the question. They compare candidates of
   * one question, never those of two.
   */
  readonly scores: readonly number[];
}

export interface CetOptions {
  /** Where the nets run; cpu by default. */
  readonly device?: Device;
  /** Told in one line when a device is missing. */
  readonly notice?: (line: string) => void;
  /** Sizes and lengths of training; those of `defaultParameters` in fit.ts where absent. */
  readonly parameters?: Partial<CetParameters>;
}

/** Context Engineering Transformer: a question and what might help in, the usefulness of each piece out. */
export class CetModel implements Estimator<CetExample, CetInput, CetPrediction> {
  readonly name = 'cet';
  readonly #options: CetOptions;
  #ranker: Ranker | null = null;

  constructor(options: CetOptions = {}) {
    this.#options = options;
  }

  async fit(examples: readonly CetExample[], options: FitOptions): Promise<FitReport> {
    const { fitCet, defaultParameters } = await import('./fit.ts');
    const parameters = { ...defaultParameters, ...this.#options.parameters };
    const { files, report } = await fitCet(examples, options, parameters);
    await this.#open(files, options);
    return report;
  }

  async predict(inputs: readonly CetInput[]): Promise<CetPrediction[]> {
    const ranker = this.#fitted();
    const predictions: CetPrediction[] = [];
    for (const input of inputs) predictions.push({ scores: await ranker.scores(input) });
    return predictions;
  }

  /** Which signals speak for and against each candidate, in their order; see `Ranker.reasons`. @throws MODEL_NOT_FITTED */
  async reasons(input: CetInput): Promise<SignalShare[][]> {
    return await this.#fitted().reasons(input);
  }

  /** Reads and encodes candidates when they arrive, so that a question only scores them. @throws MODEL_NOT_FITTED */
  async remember(candidates: readonly Candidate[]): Promise<void> {
    await this.#fitted().remember(candidates);
  }

  /** Bytes of the served artefact. @throws MODEL_NOT_FITTED */
  get bytes(): number {
    let total = 0;
    for (const file of this.#fitted().files.values()) total += file.length;
    return total;
  }

  async save(folder: string): Promise<string[]> {
    return await writeFiles(folder, this.#fitted().files);
  }

  async load(folder: string): Promise<void> {
    await this.#open(await readFiles(folder));
  }

  async dispose(): Promise<void> {
    const ranker = this.#ranker;
    this.#ranker = null;
    await ranker?.dispose();
  }

  async #open(files: ArtefactFiles, fitted: Partial<FitOptions> = {}): Promise<void> {
    const notice = this.#options.notice ?? fitted.notice;
    const asked = this.#options.device ?? fitted.device ?? 'cpu';
    const runtime = new Runtime({ device: asked, ...(notice === undefined ? {} : { notice }) });
    const ranker = await Ranker.open(files, runtime);
    await this.dispose();
    this.#ranker = ranker;
  }

  #fitted(): Ranker {
    if (this.#ranker === null) throw new EngineError('MODEL_NOT_FITTED', { name: this.name });
    return this.#ranker;
  }
}
