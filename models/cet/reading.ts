import type { Candidate } from '../../engine/core/candidate-source.ts';
import type { TextEncoder } from './encoder.ts';
import { readText, withoutSpeaker, type LexicalText } from './lexical-text.ts';

/** All that is kept of a candidate's text: what its words are, and its vector. */
export interface Reading {
  readonly text: LexicalText;
  readonly vector: Float32Array;
}

/** Readings that are kept; about 1 KB each for a turn of twenty words. */
const mostReadings = 100_000;

/**
 * Reads texts once. A reading depends on what was said and by whom alone, so the two together are its key: a turn that
 * comes back in the next question, in whatever conversation, costs a look-up.
 */
export class Reader {
  readonly #encoder: TextEncoder;
  readonly #kept = new Map<string, Reading>();

  constructor(encoder: TextEncoder) {
    this.#encoder = encoder;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** One reading per candidate, same order; only texts not seen before are encoded. */
  async read(candidates: readonly Candidate[]): Promise<Reading[]> {
    const missing = new Map<string, Candidate>();
    const readings = candidates.map((candidate) => {
      const key = keyOf(candidate);
      const known = this.#kept.get(key);
      if (known === undefined) missing.set(key, candidate);
      return known;
    });
    if (missing.size === 0) return readings as Reading[];
    const fresh = await this.#readNew(missing);
    return candidates.map((candidate, place) => readings[place] ?? fresh.get(keyOf(candidate))!);
  }

  async vectorOf(query: string): Promise<Float32Array> {
    return (await this.#encoder.encode([query]))[0]!;
  }

  async #readNew(missing: ReadonlyMap<string, Candidate>): Promise<Map<string, Reading>> {
    const texts = [...missing.values()].map(({ text, speaker }) => withoutSpeaker(text, speaker));
    const vectors = await this.#encoder.encode(texts);
    const fresh = new Map<string, Reading>();
    let place = 0;
    for (const [key, candidate] of missing) {
      fresh.set(key, { text: readText(candidate.text, candidate.speaker), vector: vectors[place]! });
      place += 1;
    }
    // The oldest go first: a map keeps the order of insertion.
    for (const key of this.#kept.keys()) {
      if (this.#kept.size + fresh.size <= mostReadings) break;
      this.#kept.delete(key);
    }
    for (const [key, reading] of fresh) if (this.#kept.size < mostReadings) this.#kept.set(key, reading);
    return fresh;
  }
}

function keyOf(candidate: Candidate): string {
  return `${candidate.speaker}\n${candidate.text}`;
}
