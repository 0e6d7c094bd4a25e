import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FeatureExtractionPipeline } from '@huggingface/transformers';
import { EngineError, messageOf } from '../../../engine/core/errors.ts';
import { clipText } from '../../text/ngrams.ts';
import type { LppmInput } from '../example.ts';
import type { SentenceVectors } from './sentence-vectors.ts';

/** Which encoder a model was trained with. */
export interface EncoderPlace {
  /** Folder, or name on the hub. */
  readonly source: string;
  readonly width: number;
  /** First numbers of the vector of a fixed sentence: another encoder gives others. */
  readonly probe: readonly number[];
  /** Its weights were tuned and stand in the model's own folder; `source` is what they were before. */
  readonly tuned?: true;
}

export const probeText = 'Which encoder is this?';
const probeSize = 8;
/** Runtimes round differently, encoders differ by far more. */
const probeTolerance = 1e-3;
const batchTexts = 32;

/**
 * A pre-trained text encoder (bge-small, MiniLM, ...) from a folder in the layout of Hugging Face or from the hub, through
 * `@huggingface/transformers`, which is loaded only here and need not be installed. Texts become vectors of length 1.
 */
export class SentenceEncoder {
  readonly place: EncoderPlace;
  /** How tokens become one vector. */
  readonly pooling: 'mean' | 'cls';
  /** Where its files stand. */
  readonly folder: string;
  readonly #extract: FeatureExtractionPipeline;

  private constructor(
    extract: FeatureExtractionPipeline,
    pooling: 'mean' | 'cls',
    place: EncoderPlace,
    folder: string,
  ) {
    this.#extract = extract;
    this.pooling = pooling;
    this.place = place;
    this.folder = folder;
  }

  /**
   * @param tunedFrom what its weights were before they were tuned
   * @throws RUNTIME_UNAVAILABLE where the package is missing, or the encoder cannot be loaded
   */
  static async open(source: string, tunedFrom?: string): Promise<SentenceEncoder> {
    const { pipeline, env } = await import('@huggingface/transformers').catch((error: unknown) => {
      const hint = 'install it (npm install @huggingface/transformers), or train without an encoder';
      throw unavailable('@huggingface/transformers', error, hint);
    });
    const isFolder = existsSync(source);
    const hint = isFolder
      ? 'the folder needs config.json, tokenizer.json, tokenizer_config.json and onnx/model.onnx'
      : 'name a folder that holds the encoder, or a model of the hub that this machine can reach';
    try {
      const options = { dtype: 'fp32', local_files_only: isFolder } as const;
      const extract = await pipeline('feature-extraction', isFolder ? resolve(source) : source, options);
      const pooling = isFolder ? await poolingOf(source) : 'mean';
      const [vector = new Float32Array()] = await embed(extract, pooling, [probeText]);
      const probe = [...vector.subarray(0, probeSize)];
      const origin = tunedFrom === undefined ? { source } : { source: tunedFrom, tuned: true as const };
      const folder = isFolder ? resolve(source) : join(env.cacheDir ?? '', source);
      return new SentenceEncoder(extract, pooling, { ...origin, width: vector.length, probe }, folder);
    } catch (error) {
      throw unavailable(`the encoder ${source}`, error, hint);
    }
  }

  /**
   * The encoder that a model was trained with.
   * @param tunedFolder where its files stand if it was tuned
   * @throws RUNTIME_UNAVAILABLE, ARTEFACT_MISMATCH where it is another one
   */
  static async reopen(place: EncoderPlace, tunedFolder: string): Promise<SentenceEncoder> {
    const encoder = await (place.tuned === true
      ? SentenceEncoder.open(tunedFolder, place.source)
      : SentenceEncoder.open(place.source));
    const { width, probe } = encoder.place;
    const isSame =
      width === place.width &&
      place.probe.every((value, item) => Math.abs(value - (probe[item] as number)) <= probeTolerance);
    if (isSame) return encoder;
    await encoder.dispose();
    throw new EngineError('ARTEFACT_MISMATCH', {
      id: place.source,
      what: 'encoder',
      expected: `${place.width} numbers ${shownProbe(place.probe)}`,
      actual: `${width} numbers ${shownProbe(probe)}`,
    });
  }

  /** Vectors of the last turns of dialogues; each text is read once. */
  async read(inputs: readonly LppmInput[]): Promise<SentenceVectors> {
    const texts = [...new Set(inputs.map(lastText).filter(Boolean))];
    const rows = await this.readTexts(texts);
    const vectors = new Map(texts.map((text, row) => [text, rows[row] as Float32Array]));
    return { width: this.place.width, of: (input) => vectors.get(lastText(input)) ?? null };
  }

  async readTexts(texts: readonly string[]): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += batchTexts) {
      vectors.push(...(await embed(this.#extract, this.pooling, texts.slice(start, start + batchTexts))));
    }
    return vectors;
  }

  /** Ids of a text's tokens, as the encoder reads them. */
  tokens(text: string): Int32Array {
    const { input_ids: ids } = this.#extract.tokenizer(text, { truncation: true }) as {
      input_ids: { data: BigInt64Array };
    };
    return Int32Array.from(ids.data, Number);
  }

  async dispose(): Promise<void> {
    await this.#extract.dispose();
  }
}

/** What the user said last, clipped; empty where the last turn is none of the user's. */
export function lastText(input: LppmInput): string {
  const last = input.turns.at(-1);
  return last?.speaker === 'user' ? clipText(last.text).trim() : '';
}

async function embed(
  extract: FeatureExtractionPipeline,
  pooling: 'mean' | 'cls',
  texts: readonly string[],
): Promise<Float32Array[]> {
  const tensor = await extract([...texts], { pooling, normalize: true });
  const data = tensor.data as Float32Array;
  const width = data.length / texts.length;
  return texts.map((_, row) => data.slice(row * width, (row + 1) * width));
}

/** Folders of sentence-transformers say how tokens become one vector; others are averaged. */
async function poolingOf(folder: string): Promise<'mean' | 'cls'> {
  const path = join(folder, '1_Pooling', 'config.json');
  if (!existsSync(path)) return 'mean';
  const { pooling_mode_cls_token: isFirst } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  return isFirst === true ? 'cls' : 'mean';
}

function shownProbe(probe: readonly number[]): string {
  return probe
    .slice(0, 3)
    .map((value) => value.toFixed(3))
    .join(' ');
}

function unavailable(what: string, error: unknown, hint: string): EngineError {
  const detail = messageOf(error).split('\n')[0] ?? '';
  return new EngineError('RUNTIME_UNAVAILABLE', { what, detail, hint }, { cause: error });
}
