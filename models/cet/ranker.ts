import type { Candidate } from '../../engine/core/candidate-source.ts';
import { EngineError } from '../../engine/core/errors.ts';
import type { Runtime, Session } from '../nn/session.ts';
import { Wordpiece } from '../text/wordpiece.ts';
import { cetFiles, settingsOf, textOfFile, type ArtefactFiles, type CetSettings } from './artefact.ts';
import { TextEncoder } from './encoder.ts';
import type { CetInput } from './example.ts';
import type { LexicalText } from './lexical-text.ts';
import { Reader } from './reading.ts';
import { rawRows, rowWidth, standardise } from './rows.ts';
import { secondRows, secondWidth } from './second-signals.ts';
import { signalGroups, type SignalGroup } from './signal-groups.ts';
import { WordIndex } from './word-index.ts';
import { batchOf, bestPlaces, mergedScores, shortlistOf } from './shortlist.ts';

interface Sessions {
  readonly encoder: Session;
  readonly screen: Session;
  readonly scorer: Session;
}

interface Read {
  readonly texts: readonly LexicalText[];
  readonly index: WordIndex;
  readonly rows: Float32Array;
}

/** What some signals add to a score, in log-odds. */
export interface SignalShare {
  readonly what: string;
  readonly weight: number;
}

/** A loaded artefact that answers. */
export class Ranker {
  readonly files: ArtefactFiles;
  readonly #settings: CetSettings;
  readonly #reader: Reader;
  readonly #sessions: Sessions;

  private constructor(files: ArtefactFiles, settings: CetSettings, sessions: Sessions) {
    this.files = files;
    this.#settings = settings;
    this.#sessions = sessions;
    const wordpiece = Wordpiece.parse(textOfFile(files, cetFiles.tokenizer));
    const { encoderLength, encoderWidth } = settings;
    this.#reader = new Reader(
      new TextEncoder(sessions.encoder, wordpiece, { length: encoderLength, width: encoderWidth }),
    );
  }

  /** @throws ARTEFACT_CORRUPT, ARTEFACT_MISMATCH */
  static async open(files: ArtefactFiles, runtime: Runtime): Promise<Ranker> {
    const settings = settingsOf(files);
    const opened: Session[] = [];
    try {
      for (const name of [cetFiles.model, cetFiles.screen, cetFiles.scorer]) {
        opened.push(await runtime.open(files.get(name) ?? new Uint8Array()));
      }
      const [encoder, screen, scorer] = opened;
      return new Ranker(files, settings, { encoder: encoder!, screen: screen!, scorer: scorer! });
    } catch (error) {
      for (const session of opened) await session.dispose();
      throw error;
    }
  }

  /** Reads and encodes ahead of any question. */
  async remember(candidates: readonly Candidate[]): Promise<void> {
    await this.#reader.read(candidates);
  }

  /** One finite score per candidate, same order. @throws MODEL_INVALID where the net gives none */
  async scores(input: CetInput): Promise<number[]> {
    return input.candidates.length === 0 ? [] : await this.#judge(input, await this.#read(input));
  }

  /**
   * What each group of signals adds to each candidate's score, in log-odds beside the mean candidate: how much it loses
   * where all candidates are alike in these signals. Costs a scoring for each group.
   */
  async reasons(input: CetInput): Promise<SignalShare[][]> {
    const { candidates } = input;
    if (candidates.length === 0) return [];
    const read = await this.#read(input);
    const whole = aboveMean(await this.#judge(input, read));
    const reasons: SignalShare[][] = candidates.map(() => []);
    for (const group of signalGroups) {
      const without = aboveMean(await this.#judge(input, read, group));
      for (const [place, own] of reasons.entries()) {
        own.push({ what: group.name, weight: whole[place]! - without[place]! });
      }
    }
    return reasons;
  }

  async dispose(): Promise<void> {
    for (const session of Object.values(this.#sessions)) await session.dispose();
  }

  /** Standardised rows of all candidates, and their words. */
  async #read(input: CetInput): Promise<Read> {
    const readings = await this.#reader.read(input.candidates);
    const texts = readings.map(({ text }) => text);
    const index = new WordIndex(texts);
    const rows = rawRows(input, readings, await this.#reader.vectorOf(input.query), index);
    return { texts, index, rows: standardise(rows, this.#settings.standard) };
  }

  /** @param hidden signals in which all candidates are taken as alike */
  async #judge({ candidates }: CetInput, read: Read, hidden?: SignalGroup): Promise<number[]> {
    const { second, window, attended } = this.#settings;
    const rows = hidden === undefined ? read.rows : evened(read.rows, rowWidth, hidden.own);
    const signals = { data: rows, shape: [1, candidates.length, rowWidth] };
    const screen = await this.#answer(this.#sessions.screen, { signals });
    const places = bestPlaces(screen, window);
    const all = standardise(secondRows(candidates, read.texts, screen, read.index), second);
    const beside = hidden === undefined ? all : evened(all, secondWidth, hidden.second);
    const list = shortlistOf(places, rows, beside, screen, attended);
    const scores = mergedScores(screen, places, await this.#answer(this.#sessions.scorer, batchOf([list])));
    const odd = scores.findIndex((score) => !Number.isFinite(score));
    if (odd === -1) return scores;
    throw new EngineError('MODEL_INVALID', { name: 'cet', detail: `candidate ${odd} scores ${scores[odd]}` });
  }

  async #answer(session: Session, batch: Parameters<Session['run']>[0]): Promise<Float32Array> {
    return (await session.run(batch))['scores']!.data as Float32Array;
  }
}

/** A copy in which some columns are 0, which is their mean. */
function evened(rows: Float32Array, width: number, columns: readonly number[]): Float32Array {
  const even = rows.slice();
  for (let at = 0; at < even.length; at += width) for (const column of columns) even[at + column] = 0;
  return even;
}

function aboveMean(scores: readonly number[]): number[] {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return scores.map((score) => score - mean);
}
