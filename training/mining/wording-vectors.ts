import type { Atom } from './mining-log.ts';
import { wordsOf } from './scalars.ts';

/** Unit vector of a wording: weight by feature. */
export type Vector = ReadonlyMap<string, number>;

/** Words said fewer times than this are values that nothing said is known to hold. */
const rareWord = 3;

/** Words and pairs of words, weighted by how few wordings hold them (TF-IDF; Salton and Buckley 1988). */
export class WordingVectors {
  readonly #wordings = new Map<string, number>();
  readonly #said = new Map<string, number>();
  readonly #count: number;

  constructor(atoms: readonly Atom[]) {
    for (const atom of atoms)
      for (const feature of new Set(featuresOf(atom.key))) {
        this.#wordings.set(feature, (this.#wordings.get(feature) ?? 0) + 1);
        this.#said.set(feature, (this.#said.get(feature) ?? 0) + atom.count);
      }
    this.#count = atoms.length;
  }

  of(wording: string): Vector {
    const weights = new Map<string, number>();
    const constant = featuresOf(wording, (word) => (this.#said.get(word) ?? 0) >= rareWord);
    // Where every word is rare, the words are all there is to go by.
    for (const feature of constant.length > 0 ? constant : featuresOf(wording)) {
      weights.set(feature, (weights.get(feature) ?? 0) + 1);
    }
    let square = 0;
    for (const [feature, times] of weights) {
      const weight = (1 + Math.log(times)) * this.rarity(feature);
      weights.set(feature, weight);
      square += weight * weight;
    }
    const length = Math.sqrt(square) || 1;
    for (const [feature, weight] of weights) weights.set(feature, weight / length);
    return weights;
  }

  rarity(feature: string): number {
    return Math.log(1 + this.#count / (1 + (this.#wordings.get(feature) ?? 0)));
  }
}

function featuresOf(wording: string, isConstant: (word: string) => boolean = () => true): string[] {
  const words = wordsOf(wording).map((word) => (isConstant(word) ? word : '⟨⟩'));
  const features = words.filter((word) => word !== '⟨⟩');
  if (features.length === 0) return features;
  for (const [index, word] of words.entries()) if (index > 0) features.push(`${words[index - 1]} ${word}`);
  return features;
}

/** Cosine of two vectors, the first of length 1; `length` is that of the second. */
export function likeness(one: Vector, other: Vector, length = 1): number {
  const [few, many] = one.size < other.size ? [one, other] : [other, one];
  let sum = 0;
  for (const [feature, weight] of few) sum += weight * (many.get(feature) ?? 0);
  return length === 0 ? 0 : sum / length;
}
