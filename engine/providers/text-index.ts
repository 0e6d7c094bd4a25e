/** A text's nearest neighbour among fixed texts: the same words first, then cosine of TF-IDF weighted words. */
export class TextIndex {
  readonly #exact = new Map<string, number[]>();
  /** By word: the texts that hold it, with their weights. */
  readonly #postings = new Map<string, { readonly row: number; readonly weight: number }[]>();
  readonly #rarity = new Map<string, number>();
  readonly #size: number;

  constructor(texts: readonly string[]) {
    this.#size = texts.length;
    const counted = texts.map((text) => counts(text));
    for (const words of counted) {
      for (const word of words.keys()) this.#rarity.set(word, (this.#rarity.get(word) ?? 0) + 1);
    }
    for (const [word, frequency] of this.#rarity)
      this.#rarity.set(word, Math.log((1 + this.#size) / (1 + frequency)) + 1);
    for (const [row, words] of counted.entries()) {
      const key = normal(texts[row] ?? '');
      const same = this.#exact.get(key) ?? [];
      same.push(row);
      this.#exact.set(key, same);
      for (const [word, weight] of this.#weights(words)) {
        const posting = this.#postings.get(word) ?? [];
        posting.push({ row, weight });
        this.#postings.set(word, posting);
      }
    }
  }

  /** Similarity in [0, 1]; 1 only for the same words in the same order. Null where no text fits at all. */
  nearest(text: string, fits: (row: number) => boolean): { readonly row: number; readonly similarity: number } | null {
    const same = this.#exact.get(normal(text))?.findLast((row) => fits(row));
    if (same !== undefined) return { row: same, similarity: 1 };
    const scores = new Map<number, number>();
    for (const [word, weight] of this.#weights(counts(text))) {
      for (const posting of this.#postings.get(word) ?? []) {
        scores.set(posting.row, (scores.get(posting.row) ?? 0) + weight * posting.weight);
      }
    }
    let best: { row: number; similarity: number } | null = null;
    for (const [row, score] of scores) {
      // Other words, or another order, are never called the same message.
      if ((best === null || score > best.similarity) && fits(row)) best = { row, similarity: Math.min(score, 0.999) };
    }
    return best;
  }

  /** Unit length. A word that no text holds counts as the rarest, so that strange words pull a match down. */
  #weights(words: ReadonlyMap<string, number>): Map<string, number> {
    const weights = new Map<string, number>();
    let square = 0;
    for (const [word, times] of words) {
      const weight = (1 + Math.log(times)) * (this.#rarity.get(word) ?? Math.log(1 + this.#size) + 1);
      weights.set(word, weight);
      square += weight * weight;
    }
    const length = Math.sqrt(square);
    for (const [word, weight] of weights) weights.set(word, weight / length);
    return weights;
  }
}

function normal(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim();
}

function counts(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const word of normal(text).match(/[\p{L}\p{N}]+/gu) ?? []) found.set(word, (found.get(word) ?? 0) + 1);
  return found;
}
