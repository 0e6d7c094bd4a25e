import { clipText, hashText } from '../../text/ngrams.ts';
import { HashIndex } from '../net/hash-index.ts';
import { Chain, rounded, type ChainRow, type ChainShares } from './chain.ts';
import { tagFeatures, tagTokens, type TagToken } from './tag-features.ts';

/** One user turn with the slots that had just been asked for, and the pieces of it that are values. */
export interface TaggedTurn {
  readonly text: string;
  readonly requested: readonly string[];
  readonly values: Readonly<Record<string, string>>;
}

/** A piece of a turn that is a value. */
export interface FoundSpan {
  readonly slot: string;
  /** As it stands there. */
  readonly text: string;
  /** Characters from the start of the text as read. */
  readonly start: number;
  readonly end: number;
  /** Probability that exactly this piece is a value of the slot, in [0, 1]. */
  readonly confidence: number;
}

export interface TaggerSettings {
  readonly epochs: number;
  /** Turns in which a word or feature must occur to be known. */
  readonly words: number;
  readonly features: number;
  /** Whether one piece may be a value of two slots. */
  readonly shares: boolean;
}

/** Chosen by three-fold cross-validation on the train and val rows of the restaurant slots, where all near these do alike. */
const usual = { epochs: 20, words: 2, learningRate: 0.2, decay: 1e-4, dropout: 0.3 } as const;
/** With fewer turns each feature counts, even one that occurs once. */
const manyTurns = 600;

/** Finds slot values in a turn: a chain of tags over hashed features. */
export class SpanTagger {
  readonly slots: readonly string[];
  /** Hashes of known words and of features, sorted; the chain's rows follow the latter. */
  readonly words: Uint32Array;
  readonly features: Uint32Array;
  readonly chain: Chain;
  readonly #known: Set<number>;
  readonly #index: HashIndex;
  readonly #names: ReadonlyMap<string, number>;

  constructor(slots: readonly string[], words: Uint32Array, features: Uint32Array, chain: Chain) {
    this.slots = slots;
    this.words = words;
    this.features = features;
    this.chain = chain;
    this.#known = new Set(words);
    this.#index = HashIndex.of(features);
    this.#names = nameWords(slots);
  }

  static learn(turns: readonly TaggedTurn[], seed: number, settings: Partial<TaggerSettings> = {}): SpanTagger {
    const read = turns.map((turn) => ({
      turn: settings.shares === false ? turn : sharedOf(turn),
      tokens: tagTokens(turn.text),
    }));
    const counts = new Map<string, number>();
    for (const { turn } of read)
      for (const slot of Object.keys(turn.values)) counts.set(slot, (counts.get(slot) ?? 0) + 1);
    const slots = [...counts]
      .filter(([slot, count]) => !slot.includes(both) || count >= fewestShared)
      .map(([slot]) => slot)
      .sort();
    const words = frequent(
      read.map(({ tokens }) => tokens.map(({ low }) => hashText(low))),
      settings.words ?? usual.words,
    );
    const known = new Set(words);
    const names = nameWords(slots);
    const rows = read.map(({ turn, tokens }) => ({
      features: tagFeatures(turn.text, tokens, turn.requested, known, names),
      tags: tagsOf(turn, tokens, slots),
    }));
    const features = frequent(
      rows.map((row) => row.features.flat()),
      settings.features ?? (turns.length < manyTurns ? 1 : 2),
    );
    const index = HashIndex.of(features);
    const numbered = rows.map((row): ChainRow => ({
      features: row.features.map((own) => rowsOf(index, own)),
      tags: row.tags,
    }));
    const chain = Chain.learn(numbered, features.length, 1 + 2 * slots.length, { ...usual, ...settings, seed });
    return new SpanTagger(slots, words, features, rounded(chain));
  }

  get bytes(): number {
    return (this.chain.weights.length + this.chain.transitions.length + this.words.length + this.features.length) * 4;
  }

  /** The values found in a turn; at most one per slot, the surest. */
  find(text: string, requested: readonly string[]): Record<string, string> {
    const values: Record<string, string> = {};
    const best = new Map<string, number>();
    for (const { slot, text: piece, confidence } of this.spans(text, requested)) {
      if (confidence <= (best.get(slot) ?? 0)) continue;
      best.set(slot, confidence);
      values[slot] = piece;
    }
    return values;
  }

  /** Every value found in a turn, in order. */
  spans(text: string, requested: readonly string[]): FoundSpan[] {
    const tokens = tagTokens(text);
    if (tokens.length === 0) return [];
    const features = tagFeatures(text, tokens, requested, this.#known, this.#names).map((own) =>
      rowsOf(this.#index, own),
    );
    const emissions = this.chain.emissions(features);
    const tags = this.chain.decode(emissions);
    const found: FoundSpan[] = [];
    let shares: ChainShares | null = null;
    for (let index = 0; index < tokens.length; index += 1) {
      const tag = tags[index] as number;
      if (tag % 2 === 0) continue;
      let last = index;
      while (last + 1 < tokens.length && tags[last + 1] === tag + 1) last += 1;
      shares ??= this.chain.shares(emissions);
      const confidence = this.chain.shareOf(shares, index, last, tag);
      const { start } = tokens[index] as TagToken;
      const { end } = tokens[last] as TagToken;
      const piece = { text: clipText(text).slice(start, end), start, end, confidence };
      for (const slot of (this.slots[(tag - 1) >> 1] as string).split(both)) found.push({ slot, ...piece });
    }
    return found;
  }
}

/** Between the names of slots that take the same piece: "in two hours" can be a date and a time. */
const both = '\n';
const fewestShared = 3;

/** Slots whose value is the same piece, said once, become one. */
function sharedOf({ text, requested, values }: TaggedTurn): TaggedTurn {
  const low = clipText(text).toLowerCase();
  const places = new Map<string, string[]>();
  for (const [slot, value] of Object.entries(values)) {
    const wanted = value.toLowerCase().trim();
    const isOnce = wanted !== '' && low.indexOf(wanted) === low.lastIndexOf(wanted);
    const key = isOnce ? wanted : `${wanted}${both}${slot}`;
    places.set(key, [...(places.get(key) ?? []), slot]);
  }
  const merged = [...places.values()].map((slots): [string, string] => [
    slots.sort().join(both),
    values[slots[0] as string] as string,
  ]);
  return { text, requested, values: Object.fromEntries(merged) };
}

/** Words that stand in the name of one slot alone: who says "last" before a name says which. */
function nameWords(slots: readonly string[]): ReadonlyMap<string, number> {
  const words = new Map<string, number>();
  for (const slot of slots) {
    if (slot.includes(both)) continue;
    for (const word of new Set(
      slot
        .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
        .toLowerCase()
        .match(/\p{L}+/gu) ?? [],
    ))
      words.set(word, words.has(word) ? 0 : hashText(slot));
  }
  return new Map([...words].filter(([, hash]) => hash !== 0));
}

function rowsOf(index: HashIndex, features: readonly number[]): Int32Array {
  return Int32Array.from(features.map((feature) => index.get(feature)).filter((row) => row >= 0));
}

/** Hashes that occur in at least so many rows, sorted. */
function frequent(rows: readonly (readonly number[])[], least: number): Uint32Array {
  const counts = new Map<number, number>();
  for (const row of rows) for (const hash of new Set(row)) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  return Uint32Array.from([...counts].filter(([, count]) => count >= least).map(([hash]) => hash)).sort();
}

function tagsOf(turn: TaggedTurn, tokens: readonly TagToken[], slots: readonly string[]): Uint8Array {
  const tags = new Uint8Array(tokens.length);
  const low = clipText(turn.text).toLowerCase();
  for (const [slot, value] of Object.entries(turn.values)) {
    const wanted = value.toLowerCase().trim();
    if (wanted === '') continue;
    for (let start = low.indexOf(wanted); start >= 0; start = low.indexOf(wanted, start + 1)) {
      const end = start + wanted.length;
      const first = tokens.findIndex((token) => token.start === start);
      const last = tokens.findIndex((token) => token.end === end);
      if (first < 0 || last < first || tags.subarray(first, last + 1).some((tag) => tag !== 0)) continue;
      const base = 1 + 2 * slots.indexOf(slots.includes(slot) ? slot : (slot.split(both)[0] as string));
      for (let index = first; index <= last; index += 1) tags[index] = index === first ? base : base + 1;
      break;
    }
  }
  return tags;
}
