import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EngineError, messageOf } from '../../engine/core/errors.ts';
import { canonicalJson, sha256 } from '../../engine/core/hash.ts';
import { DefinedProcesses, type DefinedPlain } from './definitions/defined.ts';
import { ScriptOrder, type OrderedProcess } from './following/script-order.ts';
import { evenParts } from './certainty/parts.ts';
import { encodingVersion } from './encoding/encode.ts';
import { KnownTexts } from './encoding/known-texts.ts';
import type { LoggedExamples } from './logged.ts';
import { networkOf } from './net/network.ts';
import type { Script } from './script.ts';
import type { EncoderPlace } from './encoding/sentence-encoder.ts';
import type { Surety } from './certainty/surety.ts';
import { ArgumentFiller, type ToolProfiles } from './values/filler.ts';
import { storedTagger, taggerBytes, taggerOf, type StoredTagger } from './values/tagger-store.ts';
import { Ranker } from './values/ranker.ts';
import { Vocabulary } from './encoding/vocabulary.ts';
import type { ActionCalibration, LppmWeights, Parts, ServedWeights, Temperatures } from './weights.ts';

interface FollowingPlain {
  readonly processes: Readonly<Record<string, OrderedProcess>>;
  readonly surety: Surety | null;
}

interface Description {
  readonly format: 1;
  readonly encoding: string;
  readonly steps: readonly string[];
  readonly processes: readonly string[];
  readonly memberOutputs: readonly number[];
  readonly temperatures: readonly Temperatures[];
  /** Absent in models that were saved before members had parts: all count the same. */
  readonly parts?: readonly Parts[];
  readonly script: Script;
  readonly known: Readonly<Record<string, string>>;
  readonly asks: Readonly<Record<string, string>>;
  readonly calibration: ActionCalibration;
  readonly surety: Surety | null;
  readonly encoder: EncoderPlace | null;
  /** JSON of `DefinedPlain`: the order of steps says where a script begins. */
  readonly defined: string | null;
  readonly tools: readonly string[] | null;
  readonly following: FollowingPlain | null;
  readonly profiles: ToolProfiles;
  /** Absent, like `day`, from models that were stored before there was one. */
  readonly tagger?: StoredTagger | null;
  readonly day?: number | null;
  readonly logged: Omit<LoggedExamples, 'vectors'> | null;
  /** sha256 of the other files. */
  readonly hashes: Readonly<Record<string, string>>;
}

const names = {
  description: 'lppm.json',
  vocabulary: 'vocabulary.bin',
  turns: 'turns.bin',
  values: 'values.bin',
  tagger: 'tagger.bin',
  network: 'network.onnx',
  defined: 'defined.bin',
  logged: 'logged.bin',
};
/** Folder of an encoder that was tuned. */
const encoderFolder = 'encoder';

/** Equal weights give equal bytes. Returns the names of the files. */
export async function saveWeights(
  folder: string,
  weights: ServedWeights,
  network: Uint8Array,
  logged: LoggedExamples | null,
  tuned: ReadonlyMap<string, Uint8Array> | null,
): Promise<string[]> {
  const { vocabulary, turnVocabulary, filler } = weights;
  const files: Record<string, Uint8Array> = {
    [names.vocabulary]: bytesOfVocabulary(vocabulary),
    ...(turnVocabulary === null ? {} : { [names.turns]: bytesOfVocabulary(turnVocabulary) }),
    [names.values]: packed(filler.ranker.weights),
    [names.network]: network,
    ...(filler.tagger === null ? {} : { [names.tagger]: taggerBytes(filler.tagger) }),
    ...(logged === null ? {} : { [names.logged]: Uint8Array.from(logged.vectors) }),
    ...(weights.defined === null ? {} : { [names.defined]: packed(weights.defined.ranker.weights) }),
    ...Object.fromEntries([...(tuned ?? [])].map(([name, bytes]) => [`${encoderFolder}/${name}`, bytes])),
  };
  const description: Description = {
    format: 1,
    encoding: encodingVersion,
    steps: weights.steps,
    processes: weights.processes,
    memberOutputs: weights.members.map(({ outputs }) => outputs),
    temperatures: weights.temperatures,
    parts: weights.parts,
    script: weights.script,
    known: weights.known.toJSON(),
    asks: weights.asks,
    calibration: weights.calibration,
    surety: weights.surety,
    encoder: weights.encoder,
    logged: logged === null ? null : { conversations: logged.conversations, steps: logged.steps, width: logged.width },
    defined: weights.defined === null ? null : JSON.stringify(weights.defined.plain),
    tools: weights.tools,
    following:
      weights.following === null
        ? null
        : { processes: weights.following.order.processes, surety: weights.following.surety },
    profiles: filler.profiles,
    tagger: filler.tagger === null ? null : storedTagger(filler.tagger),
    day: filler.day,
    hashes: Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)])),
  };
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  await writeFile(join(folder, names.description), canonicalJson(description));
  return [names.description, ...Object.keys(files)];
}

export interface StoredModel {
  readonly weights: ServedWeights;
  readonly network: Uint8Array;
  readonly logged: LoggedExamples | null;
  /** Files of an encoder that was tuned, by their path in `encoderFolder`; null where there is none. */
  readonly tuned: ReadonlyMap<string, Uint8Array> | null;
  readonly encoderFolder: string;
}

/** @throws ARTEFACT_CORRUPT, ARTEFACT_MISMATCH */
export async function loadWeights(folder: string): Promise<StoredModel> {
  const description = parseDescription(folder, await read(folder, names.description));
  const files: Record<string, Uint8Array> = {};
  for (const [name, wanted] of Object.entries(description.hashes)) {
    const bytes = await read(folder, name);
    if (sha256(bytes) !== wanted)
      throw new EngineError('ARTEFACT_CORRUPT', { id: folder, detail: `${name} was changed` });
    files[name] = bytes;
  }
  const vocabularyBytes = files[names.vocabulary];
  const valueBytes = files[names.values];
  const network = files[names.network];
  if (vocabularyBytes === undefined || valueBytes === undefined || network === undefined) {
    throw new EngineError('ARTEFACT_CORRUPT', { id: folder, detail: 'a file is missing from its list' });
  }
  const turnBytes = files[names.turns];
  const definedBytes = files[names.defined];
  const {
    memberOutputs,
    parts = evenParts(memberOutputs.length),
    profiles,
    tagger = null,
    day = null,
    known,
    defined,
    following,
    logged: kept,
    hashes: _,
    format: __,
    encoding: ___,
    ...rest
  } = description;
  const tags = files[names.tagger];
  const tagging = tagger === null || tags === undefined ? null : taggerOf(tagger, tags);
  const weights: ServedWeights = {
    ...rest,
    parts,
    vocabulary: vocabularyOf(vocabularyBytes),
    turnVocabulary: turnBytes === undefined ? null : vocabularyOf(turnBytes),
    members: memberOutputs.map((outputs) => ({ outputs })),
    known: new KnownTexts(known),
    following: following === null ? null : { order: new ScriptOrder(following.processes), surety: following.surety },
    defined:
      defined === null || definedBytes === undefined
        ? null
        : new DefinedProcesses(JSON.parse(defined) as DefinedPlain, new Ranker(unpacked(definedBytes))),
    filler: new ArgumentFiller({ profiles, tagger: tagging, day }, new Ranker(unpacked(valueBytes))),
  };
  const vectors = files[names.logged];
  const logged = kept === null || vectors === undefined ? null : { ...kept, vectors: new Int8Array(aligned(vectors)) };
  const own = Object.entries(files).filter(([name]) => name.startsWith(`${encoderFolder}/`));
  const tuned = new Map(own.map(([name, bytes]) => [name.slice(encoderFolder.length + 1), bytes]));
  return {
    weights,
    network,
    logged,
    tuned: weights.encoder?.tuned === true ? tuned : null,
    encoderFolder: join(folder, encoderFolder),
  };
}

/** The graph and everything around it from freshly fitted weights. */
export function served(weights: LppmWeights): { weights: ServedWeights; network: Uint8Array } {
  const members = weights.members.map(({ outputs }) => ({ outputs }));
  return { weights: { ...weights, members }, network: networkOf(weights.members) };
}

function parseDescription(folder: string, bytes: Uint8Array): Description {
  let parsed: Partial<Description>;
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Description>;
  } catch (error) {
    throw new EngineError(
      'ARTEFACT_CORRUPT',
      { id: folder, detail: `${names.description}: ${messageOf(error)}` },
      { cause: error },
    );
  }
  if (parsed.format !== 1 || parsed.encoding !== encodingVersion) {
    const actual = `${parsed.format ?? 'none'} ${parsed.encoding ?? 'none'}`;
    throw new EngineError('ARTEFACT_MISMATCH', {
      id: folder,
      what: 'encoding',
      expected: `1 ${encodingVersion}`,
      actual,
    });
  }
  const outputs = (parsed.steps?.length ?? 0) + (parsed.processes?.length ?? 0);
  if (parsed.memberOutputs?.some((size) => size !== outputs) !== false) {
    throw new EngineError('ARTEFACT_MISMATCH', {
      id: folder,
      what: 'label set',
      expected: outputs,
      actual: String(parsed.memberOutputs),
    });
  }
  return parsed as Description;
}

async function read(folder: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(join(folder, name));
  } catch (error) {
    throw new EngineError('ARTEFACT_CORRUPT', { id: folder, detail: messageOf(error) }, { cause: error });
  }
}

function bytesOf(values: Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function bytesOfVocabulary({ hashes, scales }: Vocabulary): Uint8Array {
  return joined(bytesOf(hashes), bytesOf(scales));
}

function vocabularyOf(bytes: Uint8Array): Vocabulary {
  const middle = bytes.length / 2;
  const hashes = new Uint32Array(aligned(bytes.subarray(0, middle)));
  return new Vocabulary(hashes, new Float32Array(aligned(bytes.subarray(middle))));
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function aligned(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

/** Most weights of the value ranker are zero: (place, weight) pairs of the others, after the table's length. */
function packed(weights: Float32Array): Uint8Array {
  const places: number[] = [];
  weights.forEach((weight, place) => {
    if (weight !== 0) places.push(place);
  });
  const head = Uint32Array.from([weights.length, ...places]);
  const tail = Float32Array.from(places, (place) => weights[place] as number);
  return joined(bytesOf(head), bytesOf(tail));
}

function unpacked(bytes: Uint8Array): Float32Array {
  const count = (bytes.length / 4 - 1) / 2;
  const head = new Uint32Array(aligned(bytes.subarray(0, (count + 1) * 4)));
  const tail = new Float32Array(aligned(bytes.subarray((count + 1) * 4)));
  const weights = new Float32Array(head[0] as number);
  for (let item = 0; item < count; item += 1) weights[head[item + 1] as number] = tail[item] as number;
  return weights;
}
