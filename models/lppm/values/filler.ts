import { hashFraction } from '../../../engine/core/hash.ts';
import { seededRandom, shuffle } from '../../../engine/core/random.ts';
import type { DialogueTurn } from '../example.ts';
import type { CallExample } from './call-example.ts';
import { candidateKey, candidatesOf, profileOf, type ArgumentProfile } from './argument.ts';
import { bareOf, evidenceOf, type EvidenceReader, type ValueOrigin } from './evidence.ts';
import { dayOf } from './moments.ts';
import { Ranker } from './ranker.ts';
import { markedTurns } from './tagged-turns.ts';
import { SpanTagger, type FoundSpan } from './tagger.ts';
import { valueKey } from './value-key.ts';

export interface FilledValue {
  readonly value: unknown;
  /** Probability that this is the right value, in [0, 1]. */
  readonly confidence: number;
  readonly origin: ValueOrigin;
}

export interface FilledCall {
  readonly values: Readonly<Record<string, FilledValue>>;
  /** Arguments that such a call always has and that could not be found. */
  readonly missing: readonly string[];
  /** Probability that all arguments, and no others, are right, in [0, 1]; not yet calibrated. */
  readonly confidence: number;
}

export type ToolProfiles = Readonly<Record<string, readonly ArgumentProfile[]>>;

const epochs = 4;
/** The log's marks are many and rough: fewer passes, only features that recur, and chance alone gives one piece to two. */
const loggedSettings = { epochs: 8, features: 3, shares: false } as const;
/** An argument that this share of the calls has is needed. */
const neededShare = 0.95;

/** Everything but the ranker's weights. */
export interface FillerParts {
  readonly profiles: ToolProfiles;
  /** Finds values in user turns; null where the log shows too few. */
  readonly tagger: SpanTagger | null;
  /** The day that dialogues without times were held on; see `dayOf`. */
  readonly day: number | null;
}

/** Learns, for every argument of every tool, which piece of a dialogue it takes, and when it is left out. */
export class ArgumentFiller {
  readonly profiles: ToolProfiles;
  readonly ranker: Ranker;
  readonly tagger: SpanTagger | null;
  readonly day: number | null;
  readonly #reader: EvidenceReader;

  constructor({ profiles, tagger, day }: FillerParts, ranker: Ranker) {
    this.profiles = profiles;
    this.ranker = ranker;
    this.tagger = tagger;
    this.day = day;
    this.#reader = { tagged: taggedBy(tagger), day };
  }

  static learn(
    examples: readonly CallExample[],
    seed: number,
    onEpoch: (epoch: number) => void = () => undefined,
  ): ArgumentFiller {
    const day = dayOf(examples);
    const marked = markedTurns(examples, day);
    const tagger = marked.length === 0 ? null : SpanTagger.learn(marked, seed, loggedSettings);
    // what weighs the tagger's word must have seen how it errs: each half of the log is read by what the other taught
    const readers = [0, 1].map((half): EvidenceReader => {
      const others = marked.filter(({ conversation }) => halfOf(conversation) !== half);
      return { tagged: taggedBy(others.length === 0 ? null : SpanTagger.learn(others, seed, loggedSettings)), day };
    });
    const readerOf = ({ conversation = '' }: CallExample): EvidenceReader =>
      readers[halfOf(conversation)] as EvidenceReader;
    const profiles = profilesOf(examples, readerOf);
    const filler = new ArgumentFiller({ profiles, tagger, day }, new Ranker());
    const random = seededRandom(seed);
    const order = examples.map((_, index) => index);
    for (let epoch = 0; epoch < epochs; epoch += 1) {
      for (const index of shuffle(order, random)) {
        const example = examples[index] as CallExample;
        filler.#learnCall(example, readerOf(example));
      }
      onEpoch(epoch);
    }
    filler.ranker.settle();
    return filler;
  }

  #learnCall(example: CallExample, reader: EvidenceReader): void {
    const dialogue = evidenceOf(example.turns, reader);
    for (const profile of this.profiles[example.tool] ?? []) {
      const candidates = candidatesOf(example.tool, profile, dialogue);
      let right = 0;
      if (profile.name in example.arguments) {
        const key = candidateKey(example.arguments[profile.name]);
        right = candidates.findIndex((candidate) => candidate.key === key);
        if (right < 0) right = 1;
      }
      this.ranker.learn(
        candidates.map((candidate) => candidate.hashes),
        right,
      );
    }
  }

  knows(tool: string): boolean {
    return this.profiles[tool] !== undefined;
  }

  /** Fills a call of a tool from the dialogue before it. */
  fill(turns: readonly DialogueTurn[], tool: string): FilledCall {
    const dialogue = evidenceOf(turns, this.#reader);
    const values: Record<string, FilledValue> = {};
    const missing: string[] = [];
    // of a tool that was never called nothing is known
    let confidence = this.knows(tool) ? 1 : 0;
    for (const profile of this.profiles[tool] ?? []) {
      const candidates = candidatesOf(tool, profile, dialogue);
      const shares = this.ranker.shares(candidates.map((candidate) => candidate.hashes));
      let best = 0;
      for (let item = 1; item < shares.length; item += 1) {
        if (item !== 1 && (shares[item] as number) > (shares[best] as number)) best = item;
      }
      const candidate = candidates[best];
      const share = shares[best] as number;
      confidence *= share;
      const needed = profile.present >= neededShare * profile.calls;
      if (candidate === undefined || candidate.origin === 'absent' || candidate.origin === 'unknown') {
        if (needed) missing.push(profile.name);
      } else if (needed && (shares[1] as number) > share) {
        missing.push(profile.name);
      } else {
        values[profile.name] = { value: candidate.value, confidence: share, origin: candidate.origin };
      }
    }
    return { values, missing, confidence };
  }
}

/** Found once per turn: a turn object stays the same from one call to the next. */
function taggedBy(tagger: SpanTagger | null): EvidenceReader['tagged'] {
  if (tagger === null) return () => [];
  const held = new WeakMap<DialogueTurn, readonly FoundSpan[]>();
  return (turn, asked) => {
    const found = held.get(turn) ?? tagger.spans(turn.text, [asked]);
    held.set(turn, found);
    return found;
  };
}

function halfOf(conversation: string): number {
  return hashFraction(`half ${conversation}`) < 0.5 ? 0 : 1;
}

function profilesOf(
  examples: readonly CallExample[],
  readerOf: (example: CallExample) => EvidenceReader,
): ToolProfiles {
  const tools = new Map<
    string,
    { calls: number; values: Map<string, unknown[]>; kinds: Map<string, Map<string, number>> }
  >();
  for (const example of examples) {
    const { turns, tool, arguments: given } = example;
    const held = tools.get(tool) ?? {
      calls: 0,
      values: new Map<string, unknown[]>(),
      kinds: new Map<string, Map<string, number>>(),
    };
    held.calls += 1;
    const { evidence } = evidenceOf(turns, readerOf(example));
    for (const [name, value] of Object.entries(given)) {
      const values = held.values.get(name) ?? [];
      values.push(value);
      held.values.set(name, values);
      const counts = held.kinds.get(name) ?? new Map<string, number>();
      const key = valueKey(bareOf(value));
      const right = new Set(evidence.filter((item) => item.key === key).map((item) => item.kind));
      for (const kind of right) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      held.kinds.set(name, counts);
    }
    tools.set(tool, held);
  }
  const sorted = [...tools].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    sorted.map(([tool, { calls, values, kinds }]) => [
      tool,
      [...values]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, given]) => profileOf(name, given, calls, kinds.get(name) ?? new Map())),
    ]),
  );
}
