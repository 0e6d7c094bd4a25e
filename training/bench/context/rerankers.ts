import { seededRandom } from '../../../engine/core/random.ts';
import { drawPlaces } from '../../../models/cet/fit-screen.ts';
import { readQuery } from '../../../models/cet/lexical-query.ts';
import { lexicalSignals, signalNames } from '../../../models/cet/lexical-signals.ts';
import { readText, type LexicalText } from '../../../models/cet/lexical-text.ts';
import type { Candidate } from '../../../engine/core/candidate-source.ts';
import type { ContextQuery } from './data.ts';
import type { Scorer } from './measure.ts';
import { fitBoostedTrees, type BinaryRows, type RowScorer } from '../peers/boosted-trees.ts';

/** Candidates of a question that are learned from. */
const listed = 48;
const passes = 150;
const width = signalNames.length;

/** What others would put after BM25: each candidate judged by itself from the lexical signals of the context model. */
export function fitRerankers(
  train: readonly ContextQuery[],
  seed: number,
): Readonly<Record<'logistic' | 'boosted', Scorer>> {
  const read = reader();
  const rows = rowsOf(train, seed, read);
  const scorer =
    (score: RowScorer): Scorer =>
    (query) =>
      score(read(query));
  return { logistic: scorer(fitLogistic(rows)), boosted: scorer(fitBoostedTrees(rows)) };
}

/** Signals of all candidates of a question; the texts of a conversation are read once. */
function reader(): (query: ContextQuery) => Float32Array {
  const readings = new Map<readonly Candidate[], LexicalText[]>();
  return ({ example: { input } }) => {
    const { query, candidates } = input;
    const texts = readings.get(candidates) ?? candidates.map(({ text, speaker }) => readText(text, speaker));
    readings.set(candidates, texts);
    const speakers = candidates.map(({ speaker }) => speaker);
    return lexicalSignals(readQuery(query, speakers), candidates, texts);
  };
}

function rowsOf(train: readonly ContextQuery[], seed: number, read: (query: ContextQuery) => Float32Array): BinaryRows {
  const random = seededRandom(seed);
  const values: Float32Array[] = [];
  const labels: number[] = [];
  for (const query of train) {
    const { input, evidence } = query.example;
    const wanted = new Set(evidence);
    const isEvidence = input.candidates.map(({ id }) => wanted.has(id));
    const signals = read(query);
    for (const place of drawPlaces(isEvidence, listed, random)) {
      values.push(signals.subarray(place * width, (place + 1) * width));
      labels.push(Number(isEvidence[place]));
    }
  }
  const all = new Float32Array(values.length * width);
  for (const [at, row] of values.entries()) all.set(row, at * width);
  return { values: all, width, labels: Uint8Array.from(labels) };
}

/** Logistic regression by gradient steps with momentum over standardised columns. */
function fitLogistic({ values, labels }: BinaryRows): RowScorer {
  const rows = labels.length;
  const { means, factors } = standardOf(values, rows);
  const weights = new Float64Array(width + 1);
  const speed = new Float64Array(width + 1);
  const slope = new Float64Array(width + 1);
  for (let pass = 0; pass < passes; pass += 1) {
    slope.fill(0);
    for (let row = 0; row < rows; row += 1) {
      let score = weights[width]!;
      for (let at = 0; at < width; at += 1) {
        score += weights[at]! * (values[row * width + at]! - means[at]!) * factors[at]!;
      }
      const miss = labels[row]! - 1 / (1 + Math.exp(-score));
      for (let at = 0; at < width; at += 1)
        slope[at]! += miss * (values[row * width + at]! - means[at]!) * factors[at]!;
      slope[width]! += miss;
    }
    for (let at = 0; at <= width; at += 1) {
      speed[at] = 0.9 * speed[at]! + slope[at]! / rows - 1e-5 * weights[at]!;
      weights[at]! += speed[at]!;
    }
  }
  return (given) =>
    Float64Array.from({ length: given.length / width }, (_, row) => {
      let score = 0;
      for (let at = 0; at < width; at += 1) {
        score += weights[at]! * (given[row * width + at]! - means[at]!) * factors[at]!;
      }
      return score;
    });
}

function standardOf(
  values: Float32Array,
  rows: number,
): { readonly means: Float64Array; readonly factors: Float64Array } {
  const means = new Float64Array(width);
  const factors = new Float64Array(width);
  for (let at = 0; at < width; at += 1) {
    let [sum, square] = [0, 0];
    for (let row = 0; row < rows; row += 1) {
      sum += values[row * width + at]!;
      square += values[row * width + at]! ** 2;
    }
    means[at] = sum / rows;
    const deviation = Math.sqrt(Math.max(square / rows - means[at]! ** 2, 0));
    factors[at] = deviation < 1e-3 ? 0 : 1 / deviation;
  }
  return { means, factors };
}
