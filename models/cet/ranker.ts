import type { Candidate } from '../../engine/core/candidate-source.ts';
import { EngineError } from '../../engine/core/errors.ts';
import type { Runtime, Session } from '../nn/session.ts';
import { Wordpiece } from '../text/wordpiece.ts';
import { cetFiles, settingsOf, textOfFile, type ArtefactFiles, type CetSettings } from './artefact.ts';
import { TextEncoder } from './encoder.ts';
import type { CetInput } from './example.ts';
import { Reader } from './reading.ts';
import { rawRows, rowWidth, standardise } from './rows.ts';
import { batchOf, bestPlaces, mergedScores, secondSignalsOf, shortlistOf } from './shortlist.ts';

interface Sessions {
  readonly encoder: Session;
  readonly screen: Session;
  readonly scorer: Session;
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
    if (input.candidates.length === 0) return [];
    const readings = await this.#reader.read(input.candidates);
    const vector = await this.#reader.vectorOf(input.query);
    const { standard, second, window, attended } = this.#settings;
    const rows = standardise(rawRows(input, readings, vector), standard);
    const shape = [1, input.candidates.length];
    const screen = await this.#answer(this.#sessions.screen, {
      signals: { data: rows, shape: [...shape, rowWidth] },
    });
    const places = bestPlaces(screen, window);
    const beside = secondSignalsOf(input.candidates, readings, screen, second);
    const list = shortlistOf(places, rows, beside, screen, attended);
    const scores = mergedScores(screen, places, await this.#answer(this.#sessions.scorer, batchOf([list])));
    const odd = scores.findIndex((score) => !Number.isFinite(score));
    if (odd === -1) return scores;
    throw new EngineError('MODEL_INVALID', { name: 'cet', detail: `candidate ${odd} scores ${scores[odd]}` });
  }

  async dispose(): Promise<void> {
    for (const session of Object.values(this.#sessions)) await session.dispose();
  }

  async #answer(session: Session, batch: Parameters<Session['run']>[0]): Promise<Float32Array> {
    return (await session.run(batch))['scores']!.data as Float32Array;
  }
}
