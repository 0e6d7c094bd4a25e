import { seededRandom, shuffle } from '../../../engine/core/random.ts';
import { clipText, combine, hashText } from '../../text/ngrams.ts';

/** One user turn with the slots that had just been asked for, and the pieces of it that are values. */
export interface TaggedTurn {
  readonly text: string;
  readonly requested: readonly string[];
  readonly values: Readonly<Record<string, string>>;
}

interface Token {
  readonly low: string;
  readonly start: number;
  readonly end: number;
}

const bits = 18;
const mask = (1 << bits) - 1;
const mostTokens = 128;
const epochs = 12;
/** A wrong sequence must be worse than the right one by this much per wrong tag; of 0, 1 and 3 the best on val. */
const margin = 3;

/**
 * Finds slot values in a turn: tags B, I and O per slot, found by Viterbi, learned by a structured perceptron with
 * averaged weights (Collins 2002) and a margin per wrong tag. Hashed features in one table.
 */
export class SpanTagger {
  readonly slots: readonly string[];
  /** [2^18, tags]. */
  readonly #weights: Float32Array;
  /** [tags, tags], from the row's tag to the column's. */
  readonly #transitions: Float32Array;
  readonly #tags: number;

  constructor(slots: readonly string[], weights?: Float32Array, transitions?: Float32Array) {
    this.slots = slots;
    this.#tags = 1 + 2 * slots.length;
    this.#weights = weights ?? new Float32Array((1 << bits) * this.#tags);
    this.#transitions = transitions ?? new Float32Array(this.#tags * this.#tags);
  }

  static learn(turns: readonly TaggedTurn[], seed: number): SpanTagger {
    const slots = [...new Set(turns.flatMap(({ values }) => Object.keys(values)))].sort();
    const tagger = new SpanTagger(slots);
    tagger.#learn(turns, seed);
    return tagger;
  }

  get bytes(): number {
    return (this.#weights.length + this.#transitions.length) * 4;
  }

  /** The values found in a turn, as they stand there; at most one per slot, the first. */
  find(text: string, requested: readonly string[]): Record<string, string> {
    const tokens = tokensOf(text);
    const tags = this.#decode(featuresOf(tokens, requested), null);
    const values: Record<string, string> = {};
    for (let index = 0; index < tokens.length; index += 1) {
      const tag = tags[index] as number;
      if (tag === 0 || tag % 2 === 0) continue;
      let last = index;
      while (last + 1 < tokens.length && tags[last + 1] === tag + 1) last += 1;
      const slot = this.slots[(tag - 1) >> 1] as string;
      values[slot] ??= clipText(text).slice((tokens[index] as Token).start, (tokens[last] as Token).end);
    }
    return values;
  }

  #learn(turns: readonly TaggedTurn[], seed: number): void {
    const rows = turns.map(({ text, requested, values }) => {
      const tokens = tokensOf(text);
      return { features: featuresOf(tokens, requested), tags: this.#tagsOf(text, tokens, values) };
    });
    const random = seededRandom(seed);
    const sums = new Float64Array(this.#weights.length);
    const transitionSums = new Float64Array(this.#transitions.length);
    let step = 1;
    const bump = (features: readonly number[], tag: number, change: number): void => {
      for (const feature of features) {
        const cell = (feature & mask) * this.#tags + tag;
        this.#weights[cell] = (this.#weights[cell] as number) + change;
        sums[cell] = (sums[cell] as number) + step * change;
      }
    };
    const link = (from: number, to: number, change: number): void => {
      const cell = from * this.#tags + to;
      this.#transitions[cell] = (this.#transitions[cell] as number) + change;
      transitionSums[cell] = (transitionSums[cell] as number) + step * change;
    };
    for (let epoch = 0; epoch < epochs; epoch += 1) {
      for (const { features, tags } of shuffle(rows, random)) {
        const found = this.#decode(features, tags);
        for (let index = 0; index < tags.length; index += 1) {
          const right = tags[index] as number;
          const wrong = found[index] as number;
          const before = index === 0 ? 0 : (tags[index - 1] as number);
          const wrongBefore = index === 0 ? 0 : (found[index - 1] as number);
          if (right !== wrong) {
            bump(features[index] as number[], right, 1);
            bump(features[index] as number[], wrong, -1);
          }
          if (right !== wrong || before !== wrongBefore) {
            link(before, right, 1);
            link(wrongBefore, wrong, -1);
          }
        }
        step += 1;
      }
    }
    // averaging: every weight as it stood on average over all steps
    for (let cell = 0; cell < sums.length; cell += 1) {
      if (sums[cell] !== 0) this.#weights[cell] = (this.#weights[cell] as number) - (sums[cell] as number) / step;
    }
    for (let cell = 0; cell < transitionSums.length; cell += 1) {
      this.#transitions[cell] = (this.#transitions[cell] as number) - (transitionSums[cell] as number) / step;
    }
  }

  /** Best sequence of tags; while learning, wrong tags are given a head start. */
  #decode(features: readonly (readonly number[])[], right: readonly number[] | null): number[] {
    const { length } = features;
    const tags = this.#tags;
    if (length === 0) return [];
    let scores = new Float64Array(tags);
    const back = new Uint8Array(length * tags);
    for (let index = 0; index < length; index += 1) {
      const next = new Float64Array(tags).fill(-Infinity);
      for (let tag = 0; tag < tags; tag += 1) {
        let own = right !== null && right[index] !== tag ? margin : 0;
        for (const feature of features[index] as readonly number[]) {
          own += this.#weights[(feature & mask) * tags + tag] as number;
        }
        const isInside = tag > 0 && tag % 2 === 0;
        for (let from = 0; from < tags; from += 1) {
          if (isInside && from !== tag && from !== tag - 1) continue;
          if (index === 0 && from !== 0) continue;
          const score = (scores[from] as number) + own + (this.#transitions[from * tags + tag] as number);
          if (score <= (next[tag] as number)) continue;
          next[tag] = score;
          back[index * tags + tag] = from;
        }
      }
      scores = next;
    }
    let tag = 0;
    for (let other = 1; other < tags; other += 1) if ((scores[other] as number) > (scores[tag] as number)) tag = other;
    const found = Array.from(features, () => 0);
    for (let index = length - 1; index >= 0; index -= 1) {
      found[index] = tag;
      tag = back[index * tags + tag] as number;
    }
    return found;
  }

  #tagsOf(text: string, tokens: readonly Token[], values: Readonly<Record<string, string>>): number[] {
    const tags = Array.from(tokens, () => 0);
    const low = clipText(text).toLowerCase();
    for (const [slot, value] of Object.entries(values)) {
      const wanted = value.toLowerCase().trim();
      if (wanted === '') continue;
      for (let start = low.indexOf(wanted); start >= 0; start = low.indexOf(wanted, start + 1)) {
        const end = start + wanted.length;
        const first = tokens.findIndex((token) => token.start === start);
        const last = tokens.findIndex((token) => token.end === end);
        if (first < 0 || last < first || tags.slice(first, last + 1).some((tag) => tag !== 0)) continue;
        const base = 1 + 2 * this.slots.indexOf(slot);
        for (let index = first; index <= last; index += 1) tags[index] = index === first ? base : base + 1;
        break;
      }
    }
    return tags;
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of clipText(text).matchAll(/\p{L}+|\p{N}+|[^\s\p{L}\p{N}]/gu)) {
    tokens.push({ low: match[0].toLowerCase(), start: match.index, end: match.index + match[0].length });
    if (tokens.length === mostTokens) break;
  }
  return tokens;
}

/** Per token: words and their shapes around it, its beginnings and ends, and what had been asked for. */
function featuresOf(tokens: readonly Token[], requested: readonly string[]): number[][] {
  const asked = hashText(`asked ${[...requested].sort().join(' ')}`);
  const at = (index: number): string => (index < 0 ? '<' : (tokens[index]?.low ?? '>'));
  const words = tokens.map((_, index) => hashText(at(index)));
  const word = (index: number): number => words[index] ?? (index < 0 ? 7 : 11);
  const shapes = tokens.map(({ low }) => hashText(low.replace(/\p{N}/gu, '9').replace(/\p{L}/gu, 'a').slice(0, 6)));
  const shape = (index: number): number => shapes[index] ?? (index < 0 ? 7 : 11);
  const size = Math.min(tokens.length, 6);
  return tokens.map(({ low }, index) => {
    const features = [
      combine(1, word(index)),
      combine(2, word(index - 1)),
      combine(3, word(index + 1)),
      combine(4, word(index - 2)),
      combine(5, word(index + 2)),
      combine(6, combine(word(index - 1), word(index))),
      combine(7, combine(word(index), word(index + 1))),
      combine(8, combine(word(index - 2), word(index - 1))),
      combine(9, combine(word(index + 1), word(index + 2))),
      combine(10, shape(index)),
      combine(11, combine(shape(index - 1), combine(shape(index), shape(index + 1)))),
      combine(12, asked),
      combine(13, combine(asked, word(index))),
      combine(14, combine(asked, shape(index))),
      combine(15, combine(asked, combine(size, index))),
      combine(16, combine(word(index - 1), shape(index))),
      combine(17, combine(shape(index), word(index + 1))),
      combine(18, combine(word(index - 1), word(index + 1))),
      combine(19, index === 0 ? 1 : index === tokens.length - 1 ? 2 : 3),
      combine(20, combine(asked, combine(word(index - 1), shape(index)))),
      combine(21, combine(word(index - 3), shape(index))),
      combine(22, combine(word(index + 3), shape(index))),
    ];
    if (/^\p{N}+$/u.test(low)) {
      const value = Math.min(Number(low), 3000);
      const range = value <= 12 ? 1 : value <= 24 ? 2 : value <= 31 ? 3 : value <= 100 ? 4 : value < 2400 ? 5 : 6;
      features.push(
        combine(30, range),
        combine(31, combine(range, asked)),
        combine(32, combine(range, word(index + 1))),
      );
    } else {
      for (let length = 2; length <= 4 && length < low.length; length += 1) {
        features.push(
          combine(40 + length, hashText(low.slice(0, length))),
          combine(50 + length, hashText(low.slice(-length))),
        );
      }
    }
    return features;
  });
}
