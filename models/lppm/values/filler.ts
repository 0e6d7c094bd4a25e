import { seededRandom, shuffle } from '../../../engine/core/random.ts';
import type { DialogueTurn } from '../example.ts';
import { candidateKey, candidatesOf, profileOf, type ArgumentProfile } from './argument.ts';
import { bareOf, evidenceOf, type ValueOrigin } from './evidence.ts';
import { valueKey } from './value-key.ts';
import { Ranker } from './ranker.ts';

/** A call that was made, and the dialogue before it. */
export interface CallExample {
  readonly turns: readonly DialogueTurn[];
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

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
/** An argument that this share of the calls has is needed. */
const neededShare = 0.95;

/** Learns, for every argument of every tool, which piece of a dialogue it takes, and when it is left out. */
export class ArgumentFiller {
  readonly profiles: ToolProfiles;
  readonly ranker: Ranker;

  constructor(profiles: ToolProfiles, ranker: Ranker) {
    this.profiles = profiles;
    this.ranker = ranker;
  }

  static learn(
    examples: readonly CallExample[],
    seed: number,
    onEpoch: (epoch: number) => void = () => undefined,
  ): ArgumentFiller {
    const profiles = profilesOf(examples);
    const filler = new ArgumentFiller(profiles, new Ranker());
    const random = seededRandom(seed);
    const order = examples.map((_, index) => index);
    for (let epoch = 0; epoch < epochs; epoch += 1) {
      for (const index of shuffle(order, random)) filler.#learnCall(examples[index] as CallExample);
      onEpoch(epoch);
    }
    filler.ranker.settle();
    return filler;
  }

  #learnCall(example: CallExample): void {
    const dialogue = evidenceOf(example.turns);
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
    const dialogue = evidenceOf(turns);
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

function profilesOf(examples: readonly CallExample[]): ToolProfiles {
  const tools = new Map<
    string,
    { calls: number; values: Map<string, unknown[]>; kinds: Map<string, Map<string, number>> }
  >();
  for (const { turns, tool, arguments: given } of examples) {
    const held = tools.get(tool) ?? {
      calls: 0,
      values: new Map<string, unknown[]>(),
      kinds: new Map<string, Map<string, number>>(),
    };
    held.calls += 1;
    const { evidence } = evidenceOf(turns);
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
