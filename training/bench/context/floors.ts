import type { Candidate } from '../../../engine/core/candidate-source.ts';
import { hashFraction } from '../../../engine/core/hash.ts';
import { LexicalIndex, smoothed, type LexicalIndexOptions } from '../../../models/cet/lexical-index.ts';
import type { ContextQuery } from './data.ts';
import { measure, ranking, type Scorer } from './measure.ts';

/** The latest turns first, whatever is asked. */
export const recency: Scorer = (query) => query.example.input.candidates.map((_, place) => place);

/** Any order, the same at every run. */
export function shuffled(seed: number): Scorer {
  return ({ id, example }) => example.input.candidates.map((_, place) => hashFraction(`${seed} ${id} ${place}`));
}

/** Constant of reciprocal rank fusion as its authors give it (Cormack, Clarke and Buettcher 2009). */
const fusionConstant = 60;

/** Several orders as one: the sum of 1 / (60 + rank). */
export function fused(scorers: readonly Scorer[]): Scorer {
  return (query) => {
    const sums = new Float64Array(query.example.input.candidates.length);
    for (const scorer of scorers) {
      for (const [rank, place] of ranking(scorer(query)).entries()) sums[place]! += 1 / (fusionConstant + rank + 1);
    }
    return sums;
  };
}

/** BM25 over the turns of each conversation; the index of a conversation is made once. */
export function bm25(options: LexicalIndexOptions = {}): Scorer {
  const indices = new Map<readonly Candidate[], LexicalIndex>();
  return (query) => {
    const { candidates } = query.example.input;
    let index = indices.get(candidates);
    if (index === undefined) {
      index = new LexicalIndex(options);
      for (const candidate of candidates) index.add(candidate.id, candidate.text);
      indices.set(candidates, index);
    }
    return index.scores(query.example.input.query);
  };
}

/** BM25 where each turn also earns what its neighbours within `reach` turns earn. */
export function bm25Neighbours(reach: number, even: boolean, options: LexicalIndexOptions = {}): Scorer {
  const plain = bm25(options);
  return (query) => smoothed(Float64Array.from(plain(query)), reach, even);
}

/** The reach and kind of smoothing that finds most evidence in 1,024 tokens of the validation queries. */
export function tunedNeighbours(val: readonly ContextQuery[]): { readonly scorer: Scorer; readonly chosen: string } {
  let best = { scorer: bm25Neighbours(2, true), chosen: 'reach 2, even', recall: -1 };
  for (const even of [false, true]) {
    for (const reach of [1, 2, 3, 5, 8]) {
      const scorer = bm25Neighbours(reach, even);
      const recall = measure(val, scorer).evidenceRecallAtTokens['1024'];
      if (recall > best.recall) best = { scorer, chosen: `reach ${reach}, ${even ? 'even' : 'falling'}`, recall };
    }
  }
  return best;
}
