import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { folderFiles, writeHuggingFaceFolder } from '../nn/hugging-face-folder.ts';
import type { Parameters } from '../nn/operations.ts';
import { buildServedGraph } from '../nn/tape.ts';
import type { Wordpiece } from '../text/wordpiece.ts';
import { encoderNetwork, type EncoderShape } from './encoder-network.ts';
import { screenNetwork, scorerNetwork, type ScorerShape } from './networks.ts';
import { rowNames, type Standard } from './rows.ts';
import { secondNames } from './second-signals.ts';

/** Everything that a fit learns. */
export interface CetWeights {
  readonly wordpiece: Wordpiece;
  readonly encoder: { readonly shape: EncoderShape; readonly parameters: Parameters };
  readonly screen: { readonly hidden: number; readonly parameters: Parameters };
  readonly scorer: { readonly shape: ScorerShape; readonly parameters: Parameters };
  readonly standard: Standard;
  /** Of the signals that come from the screen's scores. */
  readonly second: Standard;
  readonly window: number;
  readonly attended: number;
}

/** What a loader must know beside the graphs; kept in `config.json` under our own key. */
export interface CetSettings {
  readonly format: 2;
  /** Names of the numbers in a row, then of those that the screen's scores give: another list means another model. */
  readonly rowNames: readonly string[];
  readonly standard: Standard;
  readonly second: Standard;
  /** See `CetParameters`. */
  readonly window: number;
  readonly attended: number;
  readonly encoderLength: number;
  readonly encoderWidth: number;
}

export const cetFiles = { ...folderFiles, screen: 'onnx/screen.onnx', scorer: 'onnx/scorer.onnx' } as const;

const allNames: readonly string[] = [...rowNames, ...secondNames];

/** The files of an artefact, by name: what is saved, loaded and served. */
export type ArtefactFiles = ReadonlyMap<string, Uint8Array>;

/** A Hugging Face folder (text encoder) with the screen and the transformer over candidates beside the encoder. */
export async function artefactOf(weights: CetWeights): Promise<ArtefactFiles> {
  const { wordpiece, encoder, screen, scorer, standard, second, window, attended } = weights;
  const { shape } = encoder;
  const settings: CetSettings = {
    format: 2,
    rowNames: allNames,
    standard,
    second,
    window,
    attended,
    encoderLength: shape.length,
    encoderWidth: shape.width,
  };
  const folder = await mkdtemp(join(tmpdir(), 'cet-'));
  try {
    await writeHuggingFaceFolder(folder, {
      network: encoderNetwork(shape),
      parameters: encoder.parameters,
      sizes: { ...shape, positions: shape.length },
      tokenizer: wordpiece.toJson(),
      extra: { cet: settings },
    });
    const files = new Map<string, Uint8Array>();
    for (const name of Object.values(folderFiles)) files.set(name, await readFile(join(folder, name)));
    files.set(cetFiles.screen, buildServedGraph(screenNetwork(rowNames.length, screen.hidden, 0), screen.parameters));
    files.set(cetFiles.scorer, buildServedGraph(scorerNetwork(scorer.shape), scorer.parameters));
    return files;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function writeFiles(folder: string, files: ArtefactFiles): Promise<string[]> {
  for (const [name, bytes] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  return [...files.keys()];
}

/** @throws ARTEFACT_CORRUPT naming the file that is missing or empty */
export async function readFiles(folder: string): Promise<ArtefactFiles> {
  const files = new Map<string, Uint8Array>();
  for (const name of Object.values(cetFiles)) {
    try {
      const bytes = await readFile(join(folder, name));
      if (bytes.length === 0) throw new Error(`${name} is empty`);
      files.set(name, bytes);
    } catch (error) {
      throw new EngineError('ARTEFACT_CORRUPT', { id: folder, detail: messageOf(error) }, { cause: error });
    }
  }
  return files;
}

/** @throws ARTEFACT_CORRUPT, ARTEFACT_MISMATCH (made for other signals) */
export function settingsOf(files: ArtefactFiles): CetSettings {
  let settings: CetSettings;
  try {
    const config = JSON.parse(textOfFile(files, cetFiles.config)) as { thought_engine: { cet: CetSettings } };
    settings = config.thought_engine.cet;
    const known = settings.standard.means.length + (settings.second?.means.length ?? 0);
    if (known !== settings.rowNames.length) throw new Error('standard of another length');
  } catch (error) {
    const detail = { id: 'cet', detail: `${cetFiles.config}: ${messageOf(error)}` };
    throw new EngineError('ARTEFACT_CORRUPT', detail, { cause: error });
  }
  const expected = allNames.join(' ');
  const actual = settings.rowNames.join(' ');
  if (expected === actual) return settings;
  const place = allNames.findIndex((name, at) => name !== settings.rowNames[at]);
  throw new EngineError('ARTEFACT_MISMATCH', {
    id: 'cet',
    what: `signal ${place === -1 ? allNames.length : place}`,
    expected: allNames[place] ?? 'none',
    actual: settings.rowNames[place] ?? 'none',
  });
}

export function textOfFile(files: ArtefactFiles, name: string): string {
  return new TextDecoder().decode(files.get(name));
}
