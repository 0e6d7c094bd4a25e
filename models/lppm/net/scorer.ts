import { EngineError } from '../../../engine/core/errors.ts';
import type { Batch, Tensor } from '../../nn/operations.ts';
import { Runtime, type RuntimeOptions, type Session } from '../../nn/session.ts';
import { FeatureList } from '../encoding/features.ts';
import { readRow, type SentenceVectors } from '../encoding/sentence-vectors.ts';
import { encodeTurns, readTurns } from '../encoding/turns.ts';
import type { FeatureRow, Vocabulary } from '../encoding/vocabulary.ts';
import type { LppmInput } from '../example.ts';

/** Dialogues of one run: larger batches are cut, so that padding stays small. */
const batchRows = { bag: 32, flow: 8 } as const;

/** What reads a dialogue for the nets. */
export interface Reading {
  readonly vocabulary: Vocabulary;
  /** Features of single turns; null where no net reads turn by turn. */
  readonly turnVocabulary: Vocabulary | null;
}

/** The served graph with what reads dialogues for it. */
export class Scorer {
  readonly #reading: Reading;
  readonly #session: Session;
  readonly #features = new FeatureList();

  private constructor(reading: Reading, session: Session) {
    this.#reading = reading;
    this.#session = session;
  }

  /** @throws ARTEFACT_CORRUPT, RUNTIME_UNAVAILABLE */
  static async open(reading: Reading, network: Uint8Array, options: RuntimeOptions = {}): Promise<Scorer> {
    return new Scorer(reading, await new Runtime(options).open(network));
  }

  /** Whether the graph tells hidden values. */
  get isDeep(): boolean {
    return this.#session.outputs.includes('hidden');
  }

  /** Scores of all members, or hidden values, one row for each dialogue. @throws MODEL_INVALID */
  async run(
    inputs: readonly LppmInput[],
    vectors: SentenceVectors | null,
    wanted: 'scores' | 'hidden' = 'scores',
  ): Promise<Float32Array[]> {
    const found: Float32Array[] = [];
    const most = this.#reading.turnVocabulary === null ? batchRows.bag : batchRows.flow;
    for (let start = 0; start < inputs.length; start += most) {
      const part = inputs.slice(start, start + most);
      const { [wanted]: output } = await this.#session.run(this.#feeds(part, vectors), [wanted]);
      const size = output?.shape[1] ?? 0;
      if (output === undefined || !(output.data instanceof Float32Array) || output.data.length !== part.length * size) {
        throw new EngineError('MODEL_INVALID', { name: 'lppm', detail: `${wanted} have another shape` });
      }
      for (let row = 0; row < part.length; row += 1) found.push(output.data.subarray(row * size, (row + 1) * size));
    }
    return found;
  }

  async dispose(): Promise<void> {
    await this.#session.dispose();
  }

  #feeds(inputs: readonly LppmInput[], vectors: SentenceVectors | null): Batch {
    const { vocabulary, turnVocabulary } = this.#reading;
    const rows = inputs.map((input) => readRow(vocabulary, input, vectors));
    const whole = padded(rows);
    const feeds = { indices: whole.indices, weights: whole.weights };
    if (turnVocabulary === null) return feeds;
    const dialogues = inputs.map(({ turns }) => {
      const before = Math.max(0, turns.length - readTurns);
      return readTurnRows(turnVocabulary, turns.slice(before), before, this.#features);
    });
    return { ...feeds, ...turnFeeds(dialogues) };
  }
}

/** All features of a dialogue side by side, each once, and what they weigh in each turn. */
function turnFeeds(dialogues: readonly (readonly FeatureRow[])[]): Batch {
  const places = dialogues.map((turns) => {
    const own = new Map<number, number>();
    for (const { indices } of turns) for (const feature of indices) if (!own.has(feature)) own.set(feature, own.size);
    return own;
  });
  const width = Math.max(1, ...places.map(({ size }) => size));
  const longest = Math.max(1, ...dialogues.map(({ length }) => length));
  const indices = new Int32Array(dialogues.length * width);
  const weights = new Float32Array(dialogues.length * longest * width);
  // a dialogue without turns is read as one of an empty turn
  const counts = Int32Array.from(dialogues, ({ length }) => Math.max(1, length));
  dialogues.forEach((turns, number) => {
    const own = places[number] as ReadonlyMap<number, number>;
    for (const [feature, place] of own) indices[number * width + place] = feature;
    turns.forEach((turn, time) => {
      const start = (number * longest + time) * width;
      turn.indices.forEach((feature, item) => {
        weights[start + (own.get(feature) as number)] = turn.weights[item] as number;
      });
    });
  });
  return {
    turn_indices: { data: indices, shape: [dialogues.length, width] },
    turn_weights: { data: weights, shape: [dialogues.length, longest, width] },
    turns: { data: counts, shape: [dialogues.length] },
  };
}

/** Features of the turns of a dialogue, one row a turn; see `encodeTurns`. */
export function readTurnRows(
  vocabulary: Vocabulary,
  turns: LppmInput['turns'],
  before: number,
  features: FeatureList,
): FeatureRow[] {
  const rows: FeatureRow[] = [];
  encodeTurns(turns, before, features, () => rows.push(vocabulary.weigh(features)));
  return rows;
}

function padded(rows: readonly FeatureRow[]): { indices: Tensor; weights: Tensor } {
  const width = Math.max(1, ...rows.map(({ indices }) => indices.length));
  const indices = new Int32Array(rows.length * width);
  const weights = new Float32Array(rows.length * width);
  rows.forEach((row, number) => {
    indices.set(row.indices, number * width);
    weights.set(row.weights, number * width);
  });
  const shape = [rows.length, width];
  return { indices: { data: indices, shape }, weights: { data: weights, shape } };
}
