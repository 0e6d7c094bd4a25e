import { int8Table } from '../net/int8.ts';
import { Chain, unrounded } from './chain.ts';
import { SpanTagger } from './tagger.ts';

/** What the bytes of a tagger do not say of themselves. */
export interface StoredTagger {
  readonly slots: readonly string[];
  readonly words: number;
  readonly features: number;
}

export function storedTagger({ slots, words, features }: SpanTagger): StoredTagger {
  return { slots, words: words.length, features: features.length };
}

/** Known words, features, transitions, then the weights: a scale for each feature and a byte for each of its tags. */
export function taggerBytes({ words, features, chain }: SpanTagger): Uint8Array {
  const { values, scales } = int8Table(chain.weights, chain.tags);
  const parts = [words, features, chain.transitions, scales, values].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}

export function taggerOf({ slots, words, features }: StoredTagger, bytes: Uint8Array): SpanTagger {
  const tags = 1 + 2 * slots.length;
  let place = 0;
  const take = (length: number): ArrayBuffer => {
    const part = Uint8Array.from(bytes.subarray(place, place + length));
    place += length;
    return part.buffer;
  };
  const known = new Uint32Array(take(words * 4));
  const hashes = new Uint32Array(take(features * 4));
  const transitions = new Float32Array(take((tags + 1) * tags * 4));
  const scales = new Float32Array(take(features * 4));
  const values = new Int8Array(take(features * tags));
  return new SpanTagger(slots, known, hashes, new Chain(tags, unrounded(values, scales, tags), transitions));
}
