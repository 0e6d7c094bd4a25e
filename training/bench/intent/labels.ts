import { trainBagNet, scoreBagNet, type BagNet } from '../../../models/lppm/net/bag-net.ts';
import { readRows } from '../../../models/lppm/encoding/sentence-vectors.ts';
import { Vocabulary } from '../../../models/lppm/encoding/vocabulary.ts';
import type { LppmInput } from '../../../models/lppm/example.ts';
import { findingFigures } from '../coverage.ts';
import type { BenchRecord } from '../records.ts';

/** Rows whose utterance may have several intents, or none. */
export interface LabelledUtterance {
  readonly text: string;
  readonly labels: readonly string[];
}

export function labelledUtterance(record: BenchRecord): LabelledUtterance {
  return { text: String(record.text), labels: (record.labels as readonly string[]) ?? [] };
}

/** One sigmoid per label over the same bag of n-grams; the probability that counts as yes is chosen on val. */
export class LabelTagger {
  readonly vocabulary: Vocabulary;
  readonly #labels: readonly string[];
  readonly #net: BagNet;
  #cut = 0.5;

  constructor(train: readonly LabelledUtterance[], seed: number) {
    const inputs = train.map(inputOf);
    this.vocabulary = Vocabulary.learn(inputs, 2, 120_000);
    this.#labels = [...new Set(train.flatMap(({ labels }) => labels))].sort();
    const numbers = new Map(this.#labels.map((label, number) => [label, number]));
    const targets = train.map(({ labels }) => labels.flatMap((label) => numbers.get(label) ?? []));
    const head = { name: 'labels', kind: 'sigmoid', size: this.#labels.length, weight: 1 } as const;
    const epochs = Math.round(Math.min(40, Math.max(8, 100_000 / train.length)));
    const settings = {
      hidden: 128,
      epochs,
      learningRate: 0.08,
      inputDropout: 0.5,
      hiddenDropout: 0.3,
      smoothing: 0.02,
    };
    this.#net = trainBagNet(readRows(this.vocabulary, inputs, null), [head], [targets], this.vocabulary.size, {
      ...settings,
      seed,
    });
  }

  /** Takes the cut with the best exact match. */
  choose(val: readonly LabelledUtterance[]): void {
    let best = -1;
    for (let cut = 0.2; cut < 0.8; cut += 0.05) {
      const { exactMatch } = labelSetFigures(
        val,
        val.map((row) => this.tag(row.text, cut)),
      );
      if (exactMatch <= best) continue;
      best = exactMatch;
      this.#cut = cut;
    }
  }

  tag(text: string, cut = this.#cut): string[] {
    const { indices, weights } = this.vocabulary.read(inputOf({ text }));
    const scores = scoreBagNet(this.#net, indices, weights);
    return this.#labels.filter((_, number) => 1 / (1 + Math.exp(-(scores[number] as number))) >= cut);
  }

  get bytes(): number {
    return (this.#net.embedding.length + this.#net.output.length + 2 * this.vocabulary.size) * 4;
  }
}

function inputOf({ text }: { readonly text: string }): LppmInput {
  return { turns: [{ speaker: 'user', text, step: null, values: null }] };
}

export function labelSetFigures(
  rows: readonly LabelledUtterance[],
  tagged: readonly (readonly string[])[],
): { exactMatch: number; microF1: number } {
  let exact = 0;
  let right = 0;
  let found = 0;
  let wanted = 0;
  rows.forEach(({ labels }, row) => {
    const mine = tagged[row] ?? [];
    const hits = mine.filter((label) => labels.includes(label)).length;
    if (hits === labels.length && hits === mine.length) exact += 1;
    right += hits;
    found += mine.length;
    wanted += labels.length;
  });
  return { exactMatch: exact / Math.max(1, rows.length), microF1: findingFigures(right, found, wanted).f1 };
}
