import { seededRandom, shuffle } from '../../../engine/core/random.ts';
import { int8Table } from '../net/int8.ts';

/** Features of each token of a text, as rows of the weight table; and its tags. */
export interface ChainRow {
  readonly features: readonly Int32Array[];
  readonly tags: Uint8Array;
}

export interface ChainOptions {
  readonly epochs: number;
  readonly learningRate: number;
  /** Pull of used weights to zero, per step. */
  readonly decay: number;
  /** Share of a token's features that is left out while learning, in [0, 1). */
  readonly dropout: number;
  readonly seed: number;
}

/** Of one text: shares of each tag at each token, and what they were made of. */
export interface ChainShares {
  /** [tokens, tags], probabilities. */
  readonly marginals: Float64Array;
  /** [tokens, tags]; of each token scaled to a sum of one. */
  readonly forward: Float64Array;
  readonly backward: Float64Array;
  /** [tokens, tags], exponentials of the emissions, the largest of each token one. */
  readonly powers: Float64Array;
  /** What each token's forward values were divided by. */
  readonly scales: Float64Array;
}

/**
 * Conditional random field over a chain of tags (Lafferty, McCallum and Pereira 2001): tag 0 is outside, odd tags begin
 * a value, the even tag after each goes on with it. Learned by Adagrad on the negative log-likelihood with features
 * left out at random; weights are averaged over the second half of the epochs.
 */
export class Chain {
  readonly tags: number;
  /** [features, tags]. */
  readonly weights: Float32Array;
  /** [tags + 1, tags], from the row's tag to the column's; the last row is the start. */
  readonly transitions: Float32Array;
  /** Exponentials of the transitions, once nothing moves them any more. */
  #served: Float64Array | null = null;

  constructor(tags: number, weights: Float32Array, transitions: Float32Array) {
    this.tags = tags;
    this.weights = weights;
    this.transitions = transitions;
  }

  static learn(rows: readonly ChainRow[], features: number, tags: number, options: ChainOptions): Chain {
    const chain = new Chain(tags, new Float32Array(features * tags), new Float32Array((tags + 1) * tags));
    chain.#learn(rows, options);
    return chain;
  }

  /** Scores of each tag at each token, [tokens, tags]. */
  emissions(features: readonly Int32Array[]): Float64Array {
    const { tags, weights } = this;
    const scores = new Float64Array(features.length * tags);
    for (let token = 0; token < features.length; token += 1) {
      const start = token * tags;
      for (const feature of features[token] as Int32Array) {
        const row = feature * tags;
        for (let tag = 0; tag < tags; tag += 1) {
          scores[start + tag] = (scores[start + tag] as number) + (weights[row + tag] as number);
        }
      }
    }
    return scores;
  }

  /** Most likely tags. */
  decode(emissions: Float64Array): Uint8Array {
    const { tags, transitions } = this;
    const length = emissions.length / tags;
    const found = new Uint8Array(length);
    if (length === 0) return found;
    const back = new Uint8Array(length * tags);
    let scores = Float64Array.from({ length: tags }, (_, tag) =>
      isAllowed(tags, tag) ? (emissions[tag] as number) + (transitions[tags * tags + tag] as number) : -Infinity,
    );
    for (let token = 1; token < length; token += 1) {
      const next = new Float64Array(tags).fill(-Infinity);
      for (let tag = 0; tag < tags; tag += 1) {
        for (let from = 0; from < tags; from += 1) {
          if (!isAllowed(from, tag)) continue;
          const score = (scores[from] as number) + (transitions[from * tags + tag] as number);
          if (score <= (next[tag] as number)) continue;
          next[tag] = score;
          back[token * tags + tag] = from;
        }
        next[tag] = (next[tag] as number) + (emissions[token * tags + tag] as number);
      }
      scores = next;
    }
    let tag = 0;
    for (let other = 1; other < tags; other += 1) if ((scores[other] as number) > (scores[tag] as number)) tag = other;
    for (let token = length - 1; token >= 0; token -= 1) {
      found[token] = tag;
      tag = back[token * tags + tag] as number;
    }
    return found;
  }

  /** Forward and backward sums over all allowed paths, scaled token by token. */
  shares(emissions: Float64Array, steps: Float64Array = (this.#served ??= this.#steps())): ChainShares {
    const { tags } = this;
    const length = emissions.length / tags;
    const powers = new Float64Array(emissions.length);
    const forward = new Float64Array(emissions.length);
    const backward = new Float64Array(emissions.length);
    const marginals = new Float64Array(emissions.length);
    const scales = new Float64Array(length);
    for (let token = 0; token < length; token += 1) {
      const now = token * tags;
      let top = -Infinity;
      for (let tag = 0; tag < tags; tag += 1) top = Math.max(top, emissions[now + tag] as number);
      for (let tag = 0; tag < tags; tag += 1) powers[now + tag] = Math.exp((emissions[now + tag] as number) - top);
      let sum = 0;
      if (token === 0) {
        for (let tag = 0; tag < tags; tag += 1) forward[tag] = steps[tags * tags + tag] as number;
      } else {
        for (let from = 0; from < tags; from += 1) {
          const share = forward[now - tags + from] as number;
          if (share === 0) continue;
          for (let tag = 0; tag < tags; tag += 1)
            forward[now + tag] = (forward[now + tag] as number) + share * (steps[from * tags + tag] as number);
        }
      }
      for (let tag = 0; tag < tags; tag += 1) {
        forward[now + tag] = (forward[now + tag] as number) * (powers[now + tag] as number);
        sum += forward[now + tag] as number;
      }
      scales[token] = sum;
      for (let tag = 0; tag < tags; tag += 1) forward[now + tag] = (forward[now + tag] as number) / sum;
    }
    for (let token = length - 1; token >= 0; token -= 1) {
      const now = token * tags;
      const next = now + tags;
      for (let tag = 0; tag < tags; tag += 1) {
        let sum = token === length - 1 ? 1 : 0;
        for (let to = 0; to < tags && next < emissions.length; to += 1) {
          sum += (steps[tag * tags + to] as number) * (powers[next + to] as number) * (backward[next + to] as number);
        }
        backward[now + tag] = token === length - 1 ? sum : sum / (scales[token + 1] as number);
        marginals[now + tag] = (forward[now + tag] as number) * (backward[now + tag] as number);
      }
    }
    return { marginals, forward, backward, powers, scales };
  }

  /** Probability that the tokens from `first` to `last`, and no more, are one value that begins with `tag`. */
  shareOf(shares: ChainShares, first: number, last: number, tag: number): number {
    const { tags } = this;
    const { forward, backward, powers, scales } = shares;
    const step = (from: number, to: number): number => Math.exp(this.transitions[from * tags + to] as number);
    let share = forward[first * tags + tag] as number;
    for (let token = first + 1; token <= last; token += 1) {
      const from = token === first + 1 ? tag : tag + 1;
      share *= (step(from, tag + 1) * (powers[token * tags + tag + 1] as number)) / (scales[token] as number);
    }
    const next = (last + 1) * tags;
    if (next >= forward.length) return share;
    const end = last === first ? tag : tag + 1;
    let after = 0;
    for (let to = 0; to < tags; to += 1) {
      if (to === tag + 1 || !isAllowed(end, to)) continue;
      after += step(end, to) * (powers[next + to] as number) * (backward[next + to] as number);
    }
    return Math.min(1, (share * after) / (scales[last + 1] as number));
  }

  /** Exponentials of the transitions, 0 where one is not allowed. */
  #steps(): Float64Array {
    const { tags, transitions } = this;
    return Float64Array.from(transitions, (weight, cell) =>
      isAllowed(Math.floor(cell / tags), cell % tags) ? Math.exp(weight) : 0,
    );
  }

  #learn(rows: readonly ChainRow[], { epochs, learningRate, decay, dropout, seed }: ChainOptions): void {
    const { tags, weights, transitions } = this;
    const squares = new Float32Array(weights.length).fill(1);
    const transitionSquares = new Float32Array(transitions.length).fill(1);
    const sums = new Float32Array(weights.length);
    const transitionSums = new Float32Array(transitions.length);
    const random = seededRandom(seed);
    const order = [...rows];
    const firstAveraged = Math.floor(epochs / 2);
    const move = (table: Float32Array, past: Float32Array, cell: number, slope: number): void => {
      const change = slope + decay * (table[cell] as number);
      const square = (past[cell] as number) + change * change;
      past[cell] = square;
      table[cell] = (table[cell] as number) - (learningRate * change) / Math.sqrt(square);
    };
    const steps = this.#steps();
    for (let epoch = 0; epoch < epochs; epoch += 1) {
      for (const { features: all, tags: right } of shuffle(order, random)) {
        if (right.length === 0) continue;
        const features = all.map((own) => own.filter(() => random() >= dropout));
        const moved: number[] = [];
        const { marginals, forward, backward, powers, scales } = this.shares(this.emissions(features), steps);
        for (let token = 0; token < right.length; token += 1) {
          const now = token * tags;
          const isSettled = (marginals[now + (right[token] as number)] as number) > 1 - least;
          const before = token === 0 ? tags : (right[token - 1] as number);
          const wasSettled = token === 0 || (marginals[now - tags + before] as number) > 1 - least;
          if (isSettled && wasSettled) continue;
          for (let from = token === 0 ? tags : 0; from <= tags; from += 1) {
            if (token > 0 && from === tags) break;
            const into = (token === 0 ? 1 : (forward[now - tags + from] as number)) / (scales[token] as number);
            for (let tag = 0; tag < tags; tag += 1) {
              const cell = from * tags + tag;
              const share =
                into * (steps[cell] as number) * (powers[now + tag] as number) * (backward[now + tag] as number);
              const slope = share - (from === before && right[token] === tag ? 1 : 0);
              if (slope > least || slope < -least) {
                move(transitions, transitionSquares, cell, slope);
                moved.push(cell);
              }
            }
          }
          if (isSettled) continue;
          marginals[now + (right[token] as number)] = (marginals[now + (right[token] as number)] as number) - 1;
          for (const feature of features[token] as Int32Array) {
            for (let tag = 0; tag < tags; tag += 1) {
              const slope = marginals[now + tag] as number;
              if (slope > least || slope < -least) move(weights, squares, feature * tags + tag, slope);
            }
          }
          marginals[now + (right[token] as number)] = (marginals[now + (right[token] as number)] as number) + 1;
        }
        for (const cell of moved) steps[cell] = Math.exp(transitions[cell] as number);
      }
      if (epoch < firstAveraged) continue;
      weights.forEach((weight, cell) => (sums[cell] = (sums[cell] as number) + weight));
      transitions.forEach((weight, cell) => (transitionSums[cell] = (transitionSums[cell] as number) + weight));
    }
    // when it serves all features are there
    const part = 1 / (epochs - firstAveraged);
    weights.set(sums.map((sum) => sum * part * (1 - dropout)));
    transitions.set(transitionSums.map((sum) => sum * part));
  }
}

/** Smaller slopes move nothing. */
const least = 1e-3;

/** A value goes on only after its own beginning; `from` equal to the number of tags is the start. */
function isAllowed(from: number, tag: number): boolean {
  return tag === 0 || tag % 2 === 1 || from === tag || from === tag - 1;
}

/** The chain on the grid of `int8Table`: as it is stored, so that a loaded one is the same. */
export function rounded({ tags, weights, transitions }: Chain): Chain {
  const { values, scales } = int8Table(weights, tags);
  return new Chain(tags, unrounded(values, scales, tags), transitions);
}

export function unrounded(values: Int8Array, scales: Float32Array, tags: number): Float32Array {
  return Float32Array.from(values, (value, cell) => value * (scales[Math.floor(cell / tags)] as number));
}
