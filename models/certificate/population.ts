/**
 * What a proof speaks of: messages of the sources that models learned from, or messages of sources that they never met.
 */
export type Population = 'in-distribution' | 'source-shifted';

/** For whom a proof speaks, in words that end a sentence. */
export const populationWords: Readonly<Record<Population, string>> = {
  'in-distribution':
    'for messages of the sources that were learned from; a new source is not covered until it has taught',
  'source-shifted': 'for messages of new sources, too, as far as they are like those that were left out to prove it',
};
